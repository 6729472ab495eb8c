import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import type { HostTensor } from '../../../src/graph/host-tensor.ts'
import { GRUCell, LSTMCell, RNNCell } from '../../../src/nn/recurrent/cells.ts'
import { GRU } from '../../../src/nn/recurrent/gru.ts'
import { LSTM } from '../../../src/nn/recurrent/lstm.ts'
import type { RecurrentNonlinearity } from '../../../src/nn/recurrent/nonlinearity.ts'
import { RNN } from '../../../src/nn/recurrent/rnn.ts'
import { zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { expectWithin } from '../../support/close.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import { expectGradients, wave } from '../support.ts'

const random = new SeededTensors(16)
const dtype = 'float64'
const f64 = (...shape: number[]): HostTensor => random.tensor('float64', shape)

describe('cells', () => {
  const cells = [
    ['RNNCell', () => new RNNCell(3, 2, { dtype }), () => new RNN(3, 2, { dtype })],
    ['LSTMCell', () => new LSTMCell(3, 2, { dtype }), () => new LSTM(3, 2, { dtype })],
    ['GRUCell', () => new GRUCell(3, 2, { dtype }), () => new GRU(3, 2, { dtype })],
  ] as const

  test.each(cells)('%s is one step of its layer', async (_, makeCell, makeLayer) => {
    const [cell, layer] = [makeCell(), makeLayer()]
    const state = layer.stateDict()
    cell.loadStateDict(new Map(Array.from(state, ([name, value]) => [name.replace('_l0', ''), value])))
    const x = wave([1, 2, 3])
    const [output] = layer.forward(x)
    const [h] = [cell.forward(x.squeeze(0))].flat() as [Tensor]
    expectWithin(await h.data(), await output.data(), 1e-12)
    const [alone] = [cell.forward(x.squeeze(0).slice(0, 1).squeeze(0))].flat() as [Tensor]
    expect(alone.shape).toEqual([2])
    expectWithin(await alone.data(), (await h.data()).slice(2), 1e-12)
  })

  test('have the gradients of central differences, also twice', async () => {
    const [rnn, lstm, gru] = [new RNNCell(3, 2, { dtype }), new LSTMCell(3, 2, { dtype }), new GRUCell(3, 2, { dtype })]
    const [x, h, c] = [f64(2, 3), f64(2, 2), f64(2, 2)]
    await expectGradients((x, h) => rnn.forward(x!, h!), [x, h], { twice: true })
    await expectGradients((x, h) => gru.forward(x!, h!), [x, h], { twice: true })
    await expectGradients(
      (x, h, c) => {
        const [nextH, nextC] = lstm.forward(x!, [h!, c!])
        return nextH.mul(nextC)
      },
      [x, h, c],
      { twice: true },
    )
  })

  test('take no batch, and refuse what does not fit', () => {
    const cell = new GRUCell(3, 2)
    expect(cell.forward(zeros([0, 3])).shape).toEqual([0, 2])
    expect(() => cell.forward(zeros([2, 4]))).toThrow(
      new ShapeError('GRUCell: takes [N, inputSize] or [inputSize], got [2, 4] for inputSize 3'),
    )
    expect(() => cell.forward(zeros([1, 2, 3]))).toThrow(ShapeError)
    expect(() => cell.forward(zeros([2, 3]), zeros([1, 2]))).toThrow(
      new ShapeError('GRUCell: a state is [2, 2], got [1, 2]'),
    )
    expect(() => cell.forward(zeros([2, 3], { dtype }))).toThrow(DTypeError)
    expect(() => cell.forward(zeros([2, 3]), zeros([2, 2], { dtype }))).toThrow(DTypeError)
    expect(() => new LSTMCell(3, 0)).toThrow(OutOfRangeError)
    const nonlinearity = 'sigmoid' as unknown as RecurrentNonlinearity
    expect(() => new RNNCell(3, 2, { nonlinearity })).toThrow(
      new MisconfigurationError("RNNCell: the nonlinearity is 'tanh' or 'relu', got \"sigmoid\""),
    )
    expect(() => new RNN(3, 2, { nonlinearity })).toThrow(MisconfigurationError)
  })
})
