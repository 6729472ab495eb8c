import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d } from '../../src/nn/avg-pooling.ts'
import { type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from '../../src/nn/functional/avg-pool.ts'
import { lpPool1d, lpPool2d } from '../../src/nn/functional/lp-pool.ts'
import type { Size, Spatial } from '../../src/nn/functional/spatial.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, indicesOf, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-pooling.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, wave } from './support.ts'

type AnyAvgPool = (x: Tensor, kernelSize: Size, options: AvgPoolOptions<Size>) => Tensor

const functions = { 1: avgPool1d, 2: avgPool2d, 3: avgPool3d } as const

interface Case {
  readonly x: Shape
  readonly kernel: readonly number[]
  readonly options: AvgPoolOptions<Size>
  /** Spatial size of the result. */
  readonly out: Shape
  /** What the options come to. */
  readonly stride: Shape
  readonly before?: Shape
}

const cases: Record<string, Case> = {
  'windows side by side': { x: [2, 2, 4, 7], kernel: [2, 3], options: {}, stride: [2, 3], out: [2, 2] },
  'padding that counts': {
    x: [1, 2, 5, 4],
    kernel: [3, 2],
    options: { stride: [2, 1], padding: [1, 1] },
    stride: [2, 1],
    before: [1, 1],
    out: [3, 5],
  },
  'padding that does not count': {
    x: [1, 2, 5, 4],
    kernel: [3, 2],
    options: { stride: [2, 1], padding: [1, 1], countIncludePad: false },
    stride: [2, 1],
    before: [1, 1],
    out: [3, 5],
  },
  'ceil mode': { x: [1, 2, 5, 7], kernel: [2, 3], options: { ceilMode: true }, stride: [2, 3], out: [3, 3] },
  'ceil mode and padding that counts': {
    x: [1, 1, 6, 6],
    kernel: [4, 3],
    options: { stride: [3, 2], padding: 1, ceilMode: true },
    stride: [3, 2],
    before: [1, 1],
    out: [3, 4],
  },
  'ceil mode and padding that does not': {
    x: [1, 1, 6, 6],
    kernel: [4, 3],
    options: { stride: [3, 2], padding: 1, ceilMode: true, countIncludePad: false },
    stride: [3, 2],
    before: [1, 1],
    out: [3, 4],
  },
  'a divisor': {
    x: [1, 1, 4, 3],
    kernel: [2, 2],
    options: { padding: 1, divisorOverride: -2.5, countIncludePad: false },
    stride: [2, 2],
    before: [1, 1],
    out: [3, 2],
  },
  'signals and every option': {
    x: [2, 3, 8],
    kernel: [4],
    options: { stride: 3, padding: 1, ceilMode: true, countIncludePad: false },
    stride: [3],
    before: [1],
    out: [3],
  },
  'volumes and every option': {
    x: [1, 2, 3, 4, 2],
    kernel: [2, 3, 2],
    options: { stride: [2, 2, 1], padding: [1, 0, 1], ceilMode: true },
    stride: [2, 2, 1],
    before: [1, 0, 1],
    out: [2, 2, 3],
  },
  'no images': { x: [0, 2, 4], kernel: [2], options: {}, stride: [2], out: [2] },
}

describe.each(Object.entries(cases))('with %s', (_, { x: shape, kernel, options, out, ...how }) => {
  const x = new SeededTensors(5).tensor('float64', shape)
  const function_ = functions[out.length as Spatial] as AnyAvgPool
  const pool = (...[x]: Tensor[]) => function_(x!, kernel, options)

  test('is the sum of each window by the number of cells that count', async () => {
    const read = reader(x)
    const { stride, before = out.map(() => 0) } = how
    const { countIncludePad = true, divisorOverride } = options
    const expected = fromFormula([...shape.slice(0, 2), ...out], ([n, c, ...place]) => {
      const cellAt = (tap: readonly number[]) => tap.map((k, axis) => place[axis]! * stride[axis]! + k - before[axis]!)
      const counts = indicesOf(kernel).filter((tap) =>
        cellAt(tap).every((i, axis) => {
          const margin = countIncludePad ? before[axis]! : 0
          return i >= -margin && i < shape[axis + 2]! + margin
        }),
      )
      return total(kernel, (tap) => read([n!, c!, ...cellAt(tap)])) / (divisorOverride ?? counts.length)
    })
    await expectForward(pool, [x], expected)
  })

  test('has the gradients of central differences', async () => {
    await expectGradients((x) => pool(x!).square(), [x], { twice: true })
  })
})

describe('avgPool2d', () => {
  test('takes an image without batch', async () => {
    const x = wave([2, 5, 5])
    const y = avgPool2d(x, 2, { ceilMode: true })
    expect(y.shape).toEqual([2, 3, 3])
    expect(await y.data()).toEqual(await avgPool2d(x.unsqueeze(0), 2, { ceilMode: true }).data())
  })

  test('keeps an infinity to its windows', async () => {
    const x = tensor([[1, 2, Number.POSITIVE_INFINITY, 4, 5]])
    const y = avgPool1d(x, 2, { ceilMode: true, padding: 1, countIncludePad: false })
    expect(await y.array()).toEqual([[1, Number.POSITIVE_INFINITY, 4.5]])
  })

  test('rounds half types once', async () => {
    const x = tensor([[1500, 1501, 1502, 1500]], { dtype: 'float16' })
    // 1500.5 is no float16 and goes to the even neighbour; a mean over three cells, rounded and scaled, would give 1501.
    const y = avgPool1d(x, 3, { padding: 1, countIncludePad: false, stride: 2 })
    expect([y.dtype, await y.array()]).toEqual(['float16', [[1500, 1501]]])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'windows that do not fit',
      () => avgPool2d(zeros([1, 1, 2, 4]), 3),
      new ShapeError('avgPool2d: the kernel is larger than the padded image, got kernel [3, 3] and image [2, 4]'),
    ],
    [
      'padding of more than half a window',
      () => avgPool1d(zeros([1, 1, 4]), 2, { padding: 2 }),
      new OutOfRangeError('avgPool1d: the padding is at most half the kernel, got padding [2] and kernel [2]'),
    ],
    [
      'a divisor of 0',
      () => avgPool3d(zeros([1, 1, 4, 4, 4]), 2, { divisorOverride: 0 }),
      new OutOfRangeError('avgPool3d: the divisor is a finite number other than 0, got 0'),
    ],
    [
      'no image',
      () => avgPool1d(zeros([4]), 2),
      new ShapeError('avgPool1d: takes [batch, channels, length] or [channels, length], got [4]'),
    ],
    [
      'an image without cells',
      () => avgPool1d(zeros([1, 1, 0]), 2, { padding: 1 }),
      new ShapeError('avgPool1d: the kernel is larger than the padded image, got kernel [2] and image [0]'),
    ],
    [
      'a stride of 0',
      () => avgPool2d(zeros([1, 1, 4, 4]), 2, { stride: [1, 0] }),
      new OutOfRangeError('avgPool2d: the stride is a whole number ≥ 1, or two of them, got [1, 0]'),
    ],
    [
      'integers',
      () => avgPool1d(zeros([1, 1, 4], { dtype: 'int32' }), 2),
      new DTypeError("avgPool1d: takes floats, got int32; cast it first, to('float32')"),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

describe('lpPool', () => {
  test('is the root of the sum of powers', async () => {
    const x = tensor([[3, 4, 5, 12, 1]])
    expect(await lpPool1d(x, 2, 2).array()).toEqual([[5, 13]])
    expect(await lpPool1d(x, 1, 2, { stride: 3 }).array()).toEqual([[7, 13]])
    expect(await lpPool2d(x.unsqueeze(0), 1, [1, 2]).array()).toEqual([[[7, 17]]])
  })

  test('has the gradients of central differences', async () => {
    const x = new SeededTensors(7).tensor('float64', [1, 2, 4, 3], { min: 0.5, max: 2 })
    const signals = new SeededTensors(7).tensor('float64', [2, 5], { min: 0.5, max: 2 })
    await expectGradients((x) => lpPool2d(x!, 2.5, 2, { stride: 1 }), [x])
    await expectGradients((x) => lpPool1d(x!, 3, 2, { ceilMode: true }), [signals])
  })

  test('has no gradient where a window holds nothing but zeros', async () => {
    const x = tensor([[0, 0, 3, 4]], { requiresGrad: true })
    const y = lpPool1d(x, 2, 2)
    y.sum().backward()
    expect(await y.array()).toEqual([[0, 5]])
    expect((await x.grad!.data()).map((g) => Math.round(g * 1e5) / 1e5)).toEqual(Float32Array.of(0, 0, 0.6, 0.8))
  })

  test('has powers of half types in float32', async () => {
    expect(await lpPool1d(tensor([[300, 400]], { dtype: 'float16' }), 2, 2).array()).toEqual([[500]])
  })

  test('takes no images as well', () => {
    expect(lpPool2d(zeros([0, 2, 4, 4]), 2, 2).shape).toEqual([0, 2, 2, 2])
  })

  test('refuses norms that are none, and windows that do not fit', () => {
    expect(() => lpPool1d(zeros([1, 4]), 0, 2)).toThrow(
      new OutOfRangeError('lpPool1d: the norm type is a finite number above 0, got 0'),
    )
    expect(() => lpPool2d(zeros([1, 4, 4]), Number.NaN, 2)).toThrow(OutOfRangeError)
    expect(() => lpPool2d(zeros([1, 4, 4]), 2, 5)).toThrow(ShapeError)
  })
})

test('the layers have PyTorch’s numbers', async () => {
  const uneven = { stride: [2, 3], padding: [1, 1] } as const
  const layers = {
    AvgPool1d: new AvgPool1d(3, { stride: 2, padding: 1 }),
    'AvgPool2d, padding counted': new AvgPool2d([3, 2], uneven),
    'AvgPool2d, padding counted, ceil mode': new AvgPool2d([3, 2], { ...uneven, ceilMode: true }),
    'AvgPool2d, padding left out': new AvgPool2d([3, 2], { ...uneven, countIncludePad: false }),
    'AvgPool2d, padding left out, ceil mode': new AvgPool2d([3, 2], {
      ...uneven,
      countIncludePad: false,
      ceilMode: true,
    }),
    'AvgPool2d, divisor': new AvgPool2d(2, { padding: 1, divisorOverride: 3 }),
    AvgPool3d: new AvgPool3d([2, 1, 2], { stride: 2, ceilMode: true }),
    'AvgPool3d, divisor': new AvgPool3d(2, { stride: 1, divisorOverride: 5 }),
    LPPool1d: new LPPool1d(2, 3, { stride: 2 }),
    'LPPool2d, ceil mode': new LPPool2d(1.5, [2, 3], { ceilMode: true }),
  }
  for (const [name, layer] of Object.entries(layers)) {
    await expectRecorded(recorded, name, (x) => layer.forward(x!))
  }
})

test('the layers refuse what does not fit when they are made', () => {
  expect(() => new AvgPool2d(2, { padding: [0, 2] })).toThrow(OutOfRangeError)
})
