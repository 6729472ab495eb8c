import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { buildGraph } from '../../../src/graph/build-graph.ts'
import { capture } from '../../../src/graph/capture.ts'
import type { HostTensor } from '../../../src/graph/host-tensor.ts'
import { GRU } from '../../../src/nn/recurrent/gru.ts'
import { LSTM } from '../../../src/nn/recurrent/lstm.ts'
import type { RecurrentOptions } from '../../../src/nn/recurrent/recurrent-parameters.ts'
import { RNN } from '../../../src/nn/recurrent/rnn.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import { manualSeed } from '../../../src/tensor/generator.ts'
import { randn } from '../../../src/tensor/random.ts'
import { Tensor } from '../../../src/tensor/tensor.ts'
import { expectWithin } from '../../support/close.ts'
import { leafOf, SeededTensors } from '../../support/host-tensors.ts'
import { expectGradients, wave } from '../support.ts'

const random = new SeededTensors(15)
const dtype = 'float64'
const f64 = (...shape: number[]): HostTensor => random.tensor('float64', shape)
const everything = { numLayers: 2, bidirectional: true, dtype } as const

const layers = [
  ['RNN', (options: RecurrentOptions) => new RNN(3, 2, options)],
  ['LSTM', (options: RecurrentOptions) => new LSTM(3, 2, options)],
  ['GRU', (options: RecurrentOptions) => new GRU(3, 2, options)],
] as const

describe.each(layers)('%s', (name, make) => {
  test('has the gradients of central differences', async () => {
    const layer = make(everything)
    await expectGradients((x) => layer.forward(x!)[0], [f64(3, 2, 3)])
  })

  test('has the gradients of central differences, also twice, with lengths', async () => {
    const layer = make({ bidirectional: true, dtype })
    const lengths = new Tensor(leafOf({ data: Int32Array.of(1, 3), shape: [2], dtype: 'int32' }))
    await expectGradients((x) => layer.forward(x!, null, { lengths })[0], [f64(3, 2, 3)], { twice: true })
  })

  test('gives outputs and states of its layers and directions', () => {
    const layer = make({ numLayers: 3, bidirectional: true })
    const shapes = (input: Tensor) => layer.forward(input).map((x) => [x].flat().map(({ shape }) => shape))
    const states = (...shape: number[]) => new Array(name === 'LSTM' ? 2 : 1).fill(shape)
    expect(shapes(zeros([5, 4, 3]))).toEqual([[[5, 4, 4]], states(6, 4, 2)])
    expect(shapes(zeros([5, 3]))).toEqual([[[5, 4]], states(6, 2)])
    expect(shapes(zeros([5, 0, 3]))).toEqual([[[5, 0, 4]], states(6, 0, 2)])
  })

  test('begins as U(±1/√hiddenSize), biases too, and has PyTorch’s names', async () => {
    manualSeed(1)
    const layer = make({ numLayers: 2, bidirectional: true })
    const names = layer.namedParameters().map(([name]) => name)
    const ofLayer = (end: string) => ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((part) => `${part}_${end}`)
    expect(names).toEqual(['l0', 'l0_reverse', 'l1', 'l1_reverse'].flatMap(ofLayer))
    expect([...layer.stateDict().keys()]).toEqual(names)
    for (const parameter of layer.parameters()) {
      const largest = await parameter.abs().amax().item()
      expect(largest).toBeLessThanOrEqual(Math.SQRT1_2)
      expect(largest).toBeGreaterThan(0)
    }
    expect(
      make({ bias: false })
        .namedParameters()
        .map(([name]) => name),
    ).toEqual(['weight_ih_l0', 'weight_hh_l0'])
  })

  test('uses the parameter that a property holds', async () => {
    const [layer, other] = [make({}), make({})]
    layer.weightHhL0 = other.weightHhL0!
    layer.weightIhL0 = other.weightIhL0!
    layer.biasIhL0 = other.biasIhL0!
    layer.biasHhL0 = other.biasHhL0!
    const x = randn([4, 2, 3])
    expect(await layer.forward(x)[0].data()).toEqual(await other.forward(x)[0].data())
  })

  test('a sequence of its length is alone in its batch', async () => {
    const layer = make(everything)
    const x = wave([4, 3, 3])
    const lengths = [2, 4, 1]
    const [output] = layer.forward(x, null, { lengths })
    for (const [i, length] of lengths.entries()) {
      const [alone] = layer.forward(x.slice(1, i, i + 1).slice(0, 0, length))
      const own = output.slice(1, i, i + 1)
      expectWithin(await own.slice(0, 0, length).data(), await alone.data(), 1e-12)
      expect((await own.slice(0, length).data()).every((v) => v === 0)).toBe(true)
    }
    const [whole] = layer.forward(x, null, { lengths: tensor(Int32Array.of(4, 4, 4)) })
    expectWithin(await whole.data(), await layer.forward(x)[0].data(), 1e-12)
  })

  test('drops outputs between layers while training', async () => {
    manualSeed(4)
    const layer = make({ numLayers: 2, dropout: 0.5 })
    const x = randn([6, 5, 3])
    const twice = async () => [await layer.forward(x)[0].data(), await layer.forward(x)[0].data()]
    const [a, b] = await twice()
    expect(a).not.toEqual(b)
    layer.eval()
    const [c, d] = await twice()
    expect(c).toEqual(d)
    const all = make({ numLayers: 2, dropout: 1 })
    const [nothing] = all.forward(x)
    const [zero] = all.forward(zeros([6, 5, 3]))
    expect(await nothing.data()).toEqual(await zero.data())
    const one = make({ dropout: 0.5 })
    expect(await one.forward(x)[0].data()).toEqual(await one.forward(x)[0].data())
  })

  test('is a call a step, and a product for the inputs of all', () => {
    const layer = make({})
    const names = buildGraph(capture([layer.forward(zeros([7, 2, 3]))[0].value])).graph.nodes.map(({ op }) => op.name)
    expect(names.filter((op) => op === 'call')).toHaveLength(7)
    expect(names.filter((op) => op === 'matmul')).toHaveLength(1)
  })

  test('refuses sizes and options that do not fit', () => {
    expect(() => make({ numLayers: 0 })).toThrow(new OutOfRangeError(`${name}: numLayers is a whole number ≥ 1, got 0`))
    expect(() => make({ dropout: Number.NaN })).toThrow(OutOfRangeError)
  })

  test('refuses inputs that do not fit', () => {
    const layer = make({ batchFirst: true })
    const forward =
      (...shape: number[]) =>
      () =>
        layer.forward(zeros(shape))
    expect(forward(2, 4, 5)).toThrow(
      new ShapeError(`${name}: takes [N, T, inputSize] or [T, inputSize], got [2, 4, 5] for inputSize 3`),
    )
    expect(forward(3)).toThrow(ShapeError)
    expect(forward(2, 0, 3)).toThrow(new ShapeError(`${name}: a sequence has at least one element, got [2, 0, 3]`))
    expect(() => layer.forward(zeros([4, 3], { dtype }))).toThrow(
      new DTypeError(
        `${name}: the input has the dtype of the layer, float32, got float64[4, 3]; cast it, to('float32')`,
      ),
    )
  })

  test('refuses lengths that do not fit', () => {
    const layer = make({})
    const withLengths = (lengths: Tensor | readonly number[]) => () =>
      layer.forward(zeros([4, 2, 3]), null, { lengths })
    expect(withLengths([1])).toThrow(new ShapeError(`${name}: there is a length for each sequence, 2, got [1]`))
    expect(withLengths([1, 5])).toThrow(
      new OutOfRangeError(`${name}: length 5 at position 1 is out of range, got 5 possible lengths; lengths are 0…4`),
    )
    expect(withLengths([1, 1.5])).toThrow(new OutOfRangeError(`${name}: lengths are whole numbers, got [1, 1.5]`))
    expect(withLengths(tensor([1, 2]))).toThrow(DTypeError)
  })
})

describe('initial states', () => {
  test('begin a sequence, of a length of 0 too', async () => {
    const layer = new GRU(3, 2, { dtype })
    const [x, h0] = [wave([4, 2, 3]), wave([1, 2, 2], 1)]
    const [first, between] = layer.forward(x.slice(0, 0, 2), h0)
    const [second, last] = layer.forward(x.slice(0, 2), between)
    const [whole, end] = layer.forward(x, h0)
    expectWithin(await whole.data(), [...(await first.data()), ...(await second.data())], 1e-12)
    expectWithin(await end.data(), await last.data(), 1e-12)
    const [, untouched] = layer.forward(x, h0, { lengths: [0, 0] })
    expect(await untouched.data()).toEqual(await h0.data())
  })

  test('are refused in other shapes and dtypes', () => {
    const layer = new LSTM(3, 4, { projSize: 2 })
    const x = zeros([5, 2, 3])
    expect(() => layer.forward(x, [zeros([1, 2, 4]), zeros([1, 2, 4])])).toThrow(
      new ShapeError(
        'LSTM: initial states are float32[1, 2, 2] and float32[1, 2, 4], got float32[1, 2, 4] and float32[1, 2, 4]',
      ),
    )
    expect(() => layer.forward(x, [zeros([1, 2, 2])] as unknown as [Tensor, Tensor])).toThrow(ShapeError)
    expect(() => new GRU(3, 4).forward(x, zeros([1, 2, 4], { dtype }))).toThrow(
      'GRU: initial states are float32[1, 2, 4], got float64[1, 2, 4]',
    )
    expect(() => new RNN(3, 4).forward(zeros([5, 3]), zeros([1, 1, 4]))).toThrow(ShapeError)
  })
})

describe('LSTM', () => {
  test('projects its output, and has PyTorch’s names for that', () => {
    const layer = new LSTM(3, 5, { projSize: 2, numLayers: 2, bidirectional: true })
    const shapes = layer.namedParameters().map(([name, { shape }]) => [name, ...shape])
    expect(shapes.slice(4, 7)).toEqual([
      ['weight_hr_l0', 2, 5],
      ['weight_ih_l0_reverse', 20, 3],
      ['weight_hh_l0_reverse', 20, 2],
    ])
    expect(shapes).toContainEqual(['weight_ih_l1', 20, 4])
    expect(() => new LSTM(3, 2, { projSize: 2 })).toThrow(
      new OutOfRangeError('LSTM: projSize is a whole number below hiddenSize, or 0 for none, got 2 for 2'),
    )
    expect(() => new LSTM(3, 2, { projSize: -1 })).toThrow(OutOfRangeError)
    expect(() => new LSTM(0, 2)).toThrow(OutOfRangeError)
    expect(() => new LSTM(3, 1.5)).toThrow(OutOfRangeError)
  })

  test('has the gradients of central differences through its states and its projection', async () => {
    const layer = new LSTM(3, 3, { projSize: 2, dtype })
    await expectGradients(
      (x, h, c) => {
        const [, [hN, cN]] = layer.forward(x!, [h!, c!])
        return hN.flatten().matmul(hN.flatten()).add(cN.square().sum())
      },
      [f64(3, 2, 3), f64(1, 2, 2), f64(1, 2, 3)],
      { twice: true },
    )
  })

  test('does not overflow', async () => {
    const layer = new LSTM(1, 2)
    const x = tensor([[3e38], [-3e38]], { requiresGrad: true })
    const [y] = layer.forward(x)
    y.sum().backward()
    expect(await y.isFinite().all().item()).toBe(1)
    expect(await x.grad!.isFinite().all().item()).toBe(1)
  })
})
