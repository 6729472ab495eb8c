import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from '../../src/nn/adaptive-pooling.ts'
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from '../../src/nn/functional/adaptive-pool.ts'
import type { Pooled, ReturnIndices } from '../../src/nn/functional/max-pool.ts'
import type { Spatial } from '../../src/nn/functional/spatial.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, type Index, indicesOf, reader } from '../support/naive.ts'
import recorded from './fixtures/torch-pooling.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, wave } from './support.ts'

type Average = (x: Tensor, outputSize: Shape) => Tensor
type Maximum = (x: Tensor, outputSize: Shape, options: ReturnIndices<true>) => Pooled<true>

const averages = { 1: adaptiveAvgPool1d, 2: adaptiveAvgPool2d, 3: adaptiveAvgPool3d } as const
const maxima = { 1: adaptiveMaxPool1d, 2: adaptiveMaxPool2d, 3: adaptiveMaxPool3d } as const

describe.each<[string, Shape, Shape]>([
  ['windows that divide the image', [2, 2, 4, 6], [2, 3]],
  ['windows that overlap', [1, 2, 5, 4], [3, 3]],
  ['both', [1, 1, 6, 5], [2, 3]],
  ['one window', [2, 3, 3, 4], [1, 1]],
  ['more windows than cells', [1, 2, 3], [5]],
  ['as many', [1, 2, 3], [3]],
  ['volumes', [1, 1, 3, 2, 3], [2, 2, 2]],
  ['no images', [0, 2, 5], [3]],
])('%s', (_, shape, outputs) => {
  const x = new SeededTensors(6).distinct('float64', shape)
  const spatial = outputs.length as Spatial
  const average: Average = averages[spatial] as Average
  const maximum: Maximum = maxima[spatial] as unknown as Maximum

  const image = shape.slice(2)
  const cellsOf = (place: Index) =>
    indicesOf(image).filter((cell) =>
      cell.every((i, axis) => {
        const [length, count] = [image[axis]!, outputs[axis]!]
        return i >= Math.floor((place[axis]! * length) / count) && i < Math.ceil(((place[axis]! + 1) * length) / count)
      }),
    )

  test('means are those of each window’s own cells', async () => {
    const read = reader(x)
    const expected = fromFormula([...shape.slice(0, 2), ...outputs], ([n, c, ...place]) => {
      const cells = cellsOf(place)
      return cells.reduce((sum, cell) => sum + read([n!, c!, ...cell]), 0) / cells.length
    })
    await expectForward((x) => average(x!, outputs), [x], expected)
  })

  test('maxima and their indices are those of each window', async () => {
    const read = reader(x)
    const best = indicesOf([...shape.slice(0, 2), ...outputs]).map(([n, c, ...place]) => {
      const cells = cellsOf(place)
      const value = Math.max(...cells.map((cell) => read([n!, c!, ...cell])))
      const cell = cells.find((cell) => read([n!, c!, ...cell]) === value)!
      return [value, cell.reduce((flat, i, axis) => flat * image[axis]! + i, 0)] as const
    })
    const [values, indices] = maximum(tensor(x.data, { shape }), outputs, { returnIndices: true })
    expect(values.shape).toEqual([...shape.slice(0, 2), ...outputs])
    expect(Array.from(await values.data())).toEqual(best.map(([value]) => value))
    expect(Array.from(await indices.data())).toEqual(best.map(([, flat]) => flat))
  })

  test('gradients are those of central differences', async () => {
    await expectGradients((x) => average(x!, outputs).square(), [x], { twice: true })
    await expectGradients((x) => maximum(x!, outputs, { returnIndices: true })[0].square(), [x], { twice: true })
  })
})

test('null keeps a size, and one number stands for all', () => {
  expect(adaptiveAvgPool2d(zeros([1, 2, 5, 7]), [null, 3]).shape).toEqual([1, 2, 5, 3])
  expect(adaptiveMaxPool3d(zeros([1, 2, 5, 7, 3]), [2, null, null]).shape).toEqual([1, 2, 2, 7, 3])
  expect(adaptiveAvgPool1d(zeros([1, 2, 5]), null).shape).toEqual([1, 2, 5])
  expect(adaptiveMaxPool2d(zeros([2, 5, 7]), 3).shape).toEqual([2, 3, 3])
})

test('takes images without batch', async () => {
  const x = wave([2, 5, 4])
  expect(await adaptiveAvgPool2d(x, [3, 3]).data()).toEqual(await adaptiveAvgPool2d(x.unsqueeze(0), [3, 3]).data())
})

test('half types are rounded once', async () => {
  const y = adaptiveAvgPool1d(tensor([[1500, 1501, 1502, 1503, 1504]], { dtype: 'float16' }), 3)
  // Halves go to the even neighbour; a mean over the longest window, rounded and scaled, would give 1501 for the first.
  expect([y.dtype, await y.array()]).toEqual(['float16', [[1500, 1502, 1504]]])
})

test('an infinity or NaN stays in its windows', async () => {
  const x = tensor([[1, 2, Number.POSITIVE_INFINITY, 4, 6]])
  expect(await adaptiveAvgPool1d(x, 3).array()).toEqual([[1.5, Number.POSITIVE_INFINITY, 5]])
  const nan = tensor([[1, 2, 3, 4, Number.NaN]])
  expect(await adaptiveMaxPool1d(nan, 3).array()).toEqual([[2, 4, Number.NaN]])
  expect(await adaptiveAvgPool1d(nan, 3).array()).toEqual([[1.5, 3, Number.NaN]])
})

test.each<[string, () => unknown, Error]>([
  [
    'no window',
    () => adaptiveAvgPool2d(zeros([1, 1, 4, 4]), [2, 0]),
    new OutOfRangeError(
      'adaptiveAvgPool2d: the output size is a whole number ≥ 1 or null for each of 2 spatial dimension(s), got [2, 0]',
    ),
  ],
  [
    'sizes of other images',
    () => adaptiveMaxPool1d(zeros([1, 1, 4]), [2, 2] as never),
    new OutOfRangeError(
      'adaptiveMaxPool1d: the output size is a whole number ≥ 1 or null for each of 1 spatial dimension(s), got [2, 2]',
    ),
  ],
  [
    'half a window',
    () => adaptiveMaxPool1d(zeros([1, 1, 4]), 1.5),
    new OutOfRangeError(
      'adaptiveMaxPool1d: the output size is a whole number ≥ 1 or null for each of 1 spatial dimension(s), got [1.5]',
    ),
  ],
  [
    'an image without cells',
    () => adaptiveAvgPool1d(zeros([1, 1, 0]), 2),
    new ShapeError('adaptiveAvgPool1d: needs at least one cell, got an image [0]'),
  ],
  [
    'no image',
    () => adaptiveMaxPool2d(zeros([4, 4]), 2),
    new ShapeError(
      'adaptiveMaxPool2d: takes [batch, channels, height, width] or [channels, height, width], got [4, 4]',
    ),
  ],
  [
    'integers',
    () => adaptiveAvgPool1d(zeros([1, 1, 4], { dtype: 'int32' }), 3),
    new DTypeError("adaptiveAvgPool1d: takes floats, got int32; cast it first, to('float32')"),
  ],
])('refuses %s', (_, run, error) => {
  expect(run).toThrow(error)
})

test('the layers have PyTorch’s numbers', async () => {
  const indices = { returnIndices: true } as const
  const layers = {
    AdaptiveAvgPool1d: new AdaptiveAvgPool1d(3),
    'AdaptiveAvgPool1d, longer': new AdaptiveAvgPool1d(5),
    AdaptiveAvgPool2d: new AdaptiveAvgPool2d([3, 2]),
    'AdaptiveAvgPool2d, as wide': new AdaptiveAvgPool2d([2, null]),
    AdaptiveAvgPool3d: new AdaptiveAvgPool3d([1, 2, 3]),
    AdaptiveMaxPool1d: new AdaptiveMaxPool1d(3, indices),
    AdaptiveMaxPool2d: new AdaptiveMaxPool2d([3, 2], indices),
    AdaptiveMaxPool3d: new AdaptiveMaxPool3d([2, 1, 2], indices),
  }
  for (const [name, layer] of Object.entries(layers)) {
    await expectRecorded(recorded, name, (x) => layer.forward(x!))
  }
})
