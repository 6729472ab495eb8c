import { describe, test } from 'vitest'
import { GRUCell, LSTMCell, RNNCell } from '../../../src/nn/recurrent/cells.ts'
import { GRU } from '../../../src/nn/recurrent/gru.ts'
import { LSTM, type LSTMOptions } from '../../../src/nn/recurrent/lstm.ts'
import type { RecurrentOptions } from '../../../src/nn/recurrent/recurrent-parameters.ts'
import { RNN, type RNNOptions } from '../../../src/nn/recurrent/rnn.ts'
import type { RecurrentInputs } from '../../../src/nn/recurrent/run-layers.ts'
import fixture from '../fixtures/torch-recurrent.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'

const dtype = 'float64'
const layers = { numLayers: 2, bidirectional: true }
// Two, four and one element of three sequences.
const lengths = [2, 4, 1]

describe('RNN has PyTorch’s numbers', () => {
  test.each<[string, RNNOptions]>([
    ['RNN', {}],
    ['RNN, relu', { nonlinearity: 'relu', bias: false, batchFirst: true }],
    ['RNN, two layers both ways', layers],
  ])('%s', async (name, options) => {
    const module = new RNN(3, 2, { ...options, dtype })
    await expectRecorded(fixture, name, (x, h0) => module.forward(x!, h0), { module })
  })
})

describe('LSTM has PyTorch’s numbers', () => {
  test.each<[string, number, LSTMOptions, RecurrentInputs?]>([
    ['LSTM', 2, {}],
    ['LSTM, two layers both ways', 2, { ...layers, batchFirst: true }],
    ['LSTM, projected', 3, { ...layers, projSize: 2, bias: false }],
    ['LSTM, one sequence', 2, {}],
    ['LSTM, lengths', 2, layers, { lengths }],
  ])('%s', async (name, hiddenSize, options, inputs) => {
    const module = new LSTM(3, hiddenSize, { ...options, dtype })
    await expectRecorded(
      fixture,
      name,
      (x, h0, c0) => {
        const [output, states] = module.forward(x!, h0 === undefined ? null : [h0, c0!], inputs)
        return [output, ...states]
      },
      { module },
    )
  })
})

describe('GRU has PyTorch’s numbers', () => {
  test.each<[string, RecurrentOptions, RecurrentInputs?]>([
    ['GRU', {}],
    ['GRU, two layers both ways', layers],
    ['GRU, without bias', { bias: false, batchFirst: true }],
    ['GRU, lengths', {}, { lengths }],
  ])('%s', async (name, options, inputs) => {
    const module = new GRU(3, 2, { ...options, dtype })
    await expectRecorded(fixture, name, (x, h0) => module.forward(x!, h0, inputs), { module })
  })
})

describe('cells have PyTorch’s numbers', () => {
  test('RNNCell', async () => {
    const module = new RNNCell(3, 2, { dtype })
    await expectRecorded(fixture, 'RNNCell', (x, h) => module.forward(x!, h), { module })
    const relu = new RNNCell(3, 2, { bias: false, nonlinearity: 'relu', dtype })
    await expectRecorded(fixture, 'RNNCell, relu', (x) => relu.forward(x!), { module: relu })
  })

  test('LSTMCell', async () => {
    const module = new LSTMCell(3, 2, { dtype })
    await expectRecorded(fixture, 'LSTMCell', (x, h, c) => module.forward(x!, [h!, c!]), { module })
    const unbiased = new LSTMCell(3, 2, { bias: false, dtype })
    await expectRecorded(fixture, 'LSTMCell, without state', (x) => unbiased.forward(x!), { module: unbiased })
  })

  test('GRUCell', async () => {
    const module = new GRUCell(3, 2, { dtype })
    await expectRecorded(fixture, 'GRUCell', (x, h) => module.forward(x!, h), { module })
  })
})
