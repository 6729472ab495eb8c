import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import {
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type ReturnIndices,
} from '../../src/nn/functional/max-pool.ts'
import type { Size, Spatial } from '../../src/nn/functional/spatial.ts'
import { MaxPool1d, MaxPool2d, MaxPool3d } from '../../src/nn/max-pooling.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { indicesOf, reader } from '../support/naive.ts'
import recorded from './fixtures/torch-pooling.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients, wave } from './support.ts'

type AnyMaxPool = (
  x: Tensor,
  kernelSize: Size,
  options: MaxPoolOptions<Size> & ReturnIndices<true>,
) => readonly [Tensor, Tensor]

const functions = { 1: maxPool1d, 2: maxPool2d, 3: maxPool3d } as const

interface Case {
  readonly x: Shape
  readonly kernel: readonly number[]
  readonly options: MaxPoolOptions<Size>
  /** Spatial size of the result. */
  readonly out: Shape
  /** What the options come to. */
  readonly stride: Shape
  readonly before?: Shape
  readonly dilation?: Shape
}

const cases: Record<string, Case> = {
  'windows side by side': { x: [2, 2, 4, 7], kernel: [2, 3], options: {}, stride: [2, 3], out: [2, 2] },
  'stride and padding': {
    x: [1, 2, 5, 4],
    kernel: [3, 2],
    options: { stride: [2, 1], padding: [1, 1] },
    stride: [2, 1],
    before: [1, 1],
    out: [3, 5],
  },
  'ceil mode': { x: [1, 2, 5, 7], kernel: [2, 3], options: { ceilMode: true }, stride: [2, 3], out: [3, 3] },
  'ceil mode and a last window of one cell of four': {
    x: [1, 1, 5],
    kernel: [4],
    options: { ceilMode: true },
    stride: [4],
    out: [2],
  },
  'ceil mode and a last window that would begin in the padding': {
    x: [1, 1, 4],
    kernel: [2],
    options: { ceilMode: true, padding: 1, stride: 5 },
    stride: [5],
    before: [1],
    out: [1],
  },
  'ceil mode and an image smaller than the window': {
    x: [1, 1, 2],
    kernel: [3],
    options: { ceilMode: true, stride: 2 },
    stride: [2],
    out: [1],
  },
  dilation: {
    x: [1, 2, 7, 6],
    kernel: [3, 2],
    options: { stride: 1, dilation: [2, 3] },
    stride: [1, 1],
    dilation: [2, 3],
    out: [3, 3],
  },
  'dilation, padding and ceil mode': {
    x: [1, 2, 6, 6],
    kernel: [2, 3],
    options: { stride: [3, 2], padding: 1, dilation: [1, 2], ceilMode: true },
    stride: [3, 2],
    before: [1, 1],
    dilation: [1, 2],
    out: [3, 3],
  },
  'signals and every option': {
    x: [2, 3, 9],
    kernel: [3],
    options: { stride: 2, padding: 1, dilation: 3, ceilMode: true },
    stride: [2],
    before: [1],
    dilation: [3],
    out: [3],
  },
  'volumes and every option': {
    x: [1, 2, 3, 4, 3],
    kernel: [2, 2, 2],
    options: { stride: [1, 2, 2], padding: [1, 0, 0], dilation: [2, 1, 1], ceilMode: true },
    stride: [1, 2, 2],
    before: [1, 0, 0],
    dilation: [2, 1, 1],
    out: [3, 2, 2],
  },
  'no images': { x: [0, 2, 4], kernel: [2], options: {}, stride: [2], out: [2] },
}

describe.each(Object.entries(cases))('with %s', (_, { x: shape, kernel, options, out, ...how }) => {
  const x = new SeededTensors(5).distinct('float64', shape)
  const pool = functions[out.length as Spatial] as unknown as AnyMaxPool

  test('values and indices are those of the largest in each window', async () => {
    const read = reader(x)
    const image = shape.slice(2)
    const { stride, before = out.map(() => 0), dilation = out.map(() => 1) } = how
    const best = indicesOf([...shape.slice(0, 2), ...out]).map(([n, c, ...place]) => {
      const cells = indicesOf(kernel)
        .map((tap) => tap.map((k, axis) => place[axis]! * stride[axis]! + k * dilation[axis]! - before[axis]!))
        .filter((cell) => cell.every((i, axis) => i >= 0 && i < image[axis]!))
      const values = cells.map((cell) => read([n!, c!, ...cell]))
      const value = Math.max(...values)
      const flat = cells[values.indexOf(value)]!.reduce((flat, i, axis) => flat * image[axis]! + i, 0)
      return [value, flat] as const
    })
    const [values, indices] = pool(tensor(x.data, { shape, dtype: 'float64' }), kernel, {
      ...options,
      returnIndices: true,
    })
    expect(values.shape).toEqual([...shape.slice(0, 2), ...out])
    expect(indices.dtype).toBe('int32')
    expect(Array.from(await values.data())).toEqual(best.map(([value]) => value))
    expect(Array.from(await indices.data())).toEqual(best.map(([, flat]) => flat))
  })

  test('has the gradients of central differences, also twice', async () => {
    const values = (x: Tensor) => pool(x, kernel, { ...options, returnIndices: true })[0]
    await expectGradients((x) => values(x!).square(), [x], { twice: true })
  })
})

describe('maxPool2d', () => {
  test('returns values alone unless it is asked for indices', async () => {
    const x = tensor([
      [
        [1, 2, 5, 0, 9],
        [4, 3, 1, 1, 9],
      ],
    ])
    expect(await maxPool2d(x, 2).array()).toEqual([[[4, 5]]])
    const [values, indices] = maxPool2d(x, 2, { returnIndices: true })
    expect([await values.array(), await indices.array()]).toEqual([[[[4, 5]]], [[[5, 2]]]])
  })

  test('ignores padding among negative numbers, −∞ included', async () => {
    const x = tensor([[[-1, -2, Number.NEGATIVE_INFINITY]]])
    const options = { padding: [0, 1], returnIndices: true } as const
    const [values, indices] = maxPool2d(x, [1, 2], options)
    expect(await values.array()).toEqual([[[-1, -2]]])
    expect(await indices.array()).toEqual([[[0, 1]]])
    const alone = maxPool2d(x.slice(2, 2, 3), [1, 2], options)
    expect([await alone[0].array(), await alone[1].array()]).toEqual([[[[Number.NEGATIVE_INFINITY]]], [[[0]]]])
  })

  test.each([1, 2])('takes the first of equals, and NaN before all, at dilation %i', async (dilation) => {
    const x = dilation === 1 ? tensor([[3, 3, 1, Number.NaN]]) : tensor([[3, 1, 3, 1, 0, Number.NaN]])
    const [values, indices] = maxPool1d(x, 2, { dilation, stride: dilation + 1, returnIndices: true })
    expect(await values.array()).toEqual([[3, Number.NaN]])
    expect(await indices.array()).toEqual([[0, dilation === 1 ? 3 : 5]])
  })

  test('takes an image without batch', async () => {
    const x = wave([2, 5, 5])
    const y = maxPool2d(x, 3, { stride: 2, dilation: [1, 2], padding: 1 })
    expect(y.shape).toEqual([2, 3, 2])
    const batch = maxPool2d(x.unsqueeze(0), 3, { stride: 2, dilation: [1, 2], padding: 1 })
    expect(await y.data()).toEqual(await batch.data())
  })

  test.each<[string, () => unknown, Error]>([
    [
      'windows that do not fit',
      () => maxPool2d(zeros([1, 1, 2, 4]), 3),
      new ShapeError('maxPool2d: the kernel is larger than the padded image, got kernel [3, 3] and image [2, 4]'),
    ],
    [
      'dilated windows that do not fit',
      () => maxPool1d(zeros([1, 1, 4]), 3, { dilation: 2, ceilMode: true, stride: 1 }),
      new ShapeError('maxPool1d: the kernel is larger than the padded image, got kernel [3] and image [4]'),
    ],
    [
      'dilated windows of padding alone',
      () => maxPool1d(zeros([1, 1, 2]), 2, { dilation: 3, padding: 1 }),
      new ShapeError(
        'maxPool1d: a window holds nothing but padding, got window 0 on 2 cells; use less padding or dilation',
      ),
    ],
    [
      'an image without cells',
      () => maxPool1d(zeros([1, 1, 0]), 2, { padding: 1 }),
      new ShapeError('maxPool1d: the kernel is larger than the padded image, got kernel [2] and image [0]'),
    ],
    [
      'padding of more than half a window',
      () => maxPool2d(zeros([1, 1, 4, 4]), 3, { padding: [1, 2] }),
      new OutOfRangeError('maxPool2d: the padding is at most half the kernel, got padding [1, 2] and kernel [3, 3]'),
    ],
    [
      'no image',
      () => maxPool2d(zeros([4, 4]), 2),
      new ShapeError('maxPool2d: takes [batch, channels, height, width] or [channels, height, width], got [4, 4]'),
    ],
    [
      'a window of nothing',
      () => maxPool2d(zeros([1, 1, 4, 4]), 0),
      new OutOfRangeError('maxPool2d: the kernel size is a whole number ≥ 1, or two of them, got [0, 0]'),
    ],
    [
      'integers',
      () => maxPool1d(zeros([1, 1, 4], { dtype: 'int32' }), 2),
      new DTypeError("maxPool1d: takes floats, got int32; cast it first, to('float32')"),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

describe('the layers', () => {
  test('have PyTorch’s numbers', async () => {
    const indices = { returnIndices: true } as const
    const layers = {
      MaxPool1d: new MaxPool1d(3, { stride: 2, padding: 1 }),
      'MaxPool1d, ceil mode': new MaxPool1d(3, { stride: 3, padding: 1, ceilMode: true, ...indices }),
      MaxPool2d: new MaxPool2d([3, 2], { stride: [2, 1], padding: [1, 1], ...indices }),
      'MaxPool2d, ceil mode': new MaxPool2d(3, { stride: [3, 2], ceilMode: true, ...indices }),
      'MaxPool2d, dilated': new MaxPool2d([3, 2], { stride: [1, 2], padding: [1, 0], dilation: [2, 3], ...indices }),
      'MaxPool2d, dilated, ceil mode': new MaxPool2d(2, {
        stride: 3,
        padding: 1,
        dilation: [1, 3],
        ceilMode: true,
        ...indices,
      }),
      MaxPool3d: new MaxPool3d(2, { stride: [1, 2, 1], padding: [1, 0, 1], ...indices }),
      'MaxPool3d, dilated': new MaxPool3d(2, { stride: 1, dilation: [2, 1, 1] }),
    }
    for (const [name, layer] of Object.entries(layers)) {
      await expectRecorded(recorded, name, (x) => layer.forward(x!))
    }
  })

  test('stand in a Sequential, where they return no indices', () => {
    const net = new Sequential(new MaxPool2d(2), new MaxPool2d(2, { returnIndices: false }))
    expect(net.forward(zeros([1, 1, 8, 8])).shape).toEqual([1, 1, 2, 2])
  })

  test('refuse what does not fit when they are made', () => {
    expect(() => new MaxPool3d(2, { padding: 2 })).toThrow(OutOfRangeError)
  })
})
