import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { adaptiveAvgPool2d } from '../../src/nn/functional/adaptive-pool.ts'
import { type InterpolateOptions, interpolate } from '../../src/nn/functional/interpolate.ts'
import type { InterpolationMode } from '../../src/nn/functional/interpolation-taps.ts'
import { Upsample } from '../../src/nn/upsample.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-upsampling.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients, wave } from './support.ts'

const signal = (numbers: readonly number[]) => tensor([[[...numbers]]], { dtype: 'float64' })

async function along(x: Tensor): Promise<number[]> {
  return Array.from(await x.data(), Number)
}

describe('nearest', () => {
  test.each<[InterpolateOptions, expected: number[]]>([
    [{ scaleFactor: 2 }, [1, 1, 2, 2, 3, 3, 4, 4]],
    [{ size: 12 }, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]],
    [{ scaleFactor: 1.5 }, [1, 1, 2, 3, 3, 4]],
    [{ size: 3 }, [1, 2, 3]],
    [{ size: 2 }, [1, 3]],
    [{ scaleFactor: 1 }, [1, 2, 3, 4]],
    [{ scaleFactor: 1.2 }, [1, 1, 2, 3]],
    [{ scaleFactor: 1.2, recomputeScaleFactor: true }, [1, 2, 3, 4]],
    [{ size: 3, mode: 'nearest-exact' }, [1, 3, 4]],
    [{ size: 2, mode: 'nearest-exact' }, [2, 4]],
    [{ scaleFactor: 2, mode: 'nearest-exact' }, [1, 1, 2, 2, 3, 3, 4, 4]],
  ])('[1, 2, 3, 4] by %j', async (options, expected) => {
    expect(await along(interpolate(signal([1, 2, 3, 4]), options))).toEqual(expected)
  })

  test('takes any dtype', async () => {
    const bytes = tensor(Uint8Array.of(1, 2), { shape: [1, 1, 2] })
    expect(await interpolate(bytes, { size: 3 }).data()).toEqual(Uint8Array.of(1, 1, 2))
    const bools = tensor([[[true, false]]])
    expect(await interpolate(bools, { scaleFactor: 2 }).array()).toEqual([[[true, true, false, false]]])
  })
})

describe('linear', () => {
  test('finds the places between elements, and stays at the ends', async () => {
    const ramp = signal([0, 1, 2, 3])
    const doubled = await along(interpolate(ramp, { scaleFactor: 2, mode: 'linear' }))
    expect(doubled).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    const aligned = await along(interpolate(ramp, { size: 7, mode: 'linear', alignCorners: true }))
    expectWithin(aligned, [0, 0.5, 1, 1.5, 2, 2.5, 3], 1e-14)
  })

  test('of an image is linear along each dimension', async () => {
    const x = tensor(
      [
        [
          [
            [0, 2],
            [4, 6],
          ],
        ],
      ],
      { dtype: 'float64' },
    )
    expect(await interpolate(x, { size: 3, mode: 'bilinear', alignCorners: true }).array()).toEqual([
      [
        [
          [0, 1, 2],
          [2, 3, 4],
          [4, 5, 6],
        ],
      ],
    ])
  })
})

describe('bicubic', () => {
  test('keeps what is constant, and elements that it falls on', async () => {
    const flat = await along(interpolate(ones([1, 1, 3, 4], { dtype: 'float64' }), { size: [5, 9], mode: 'bicubic' }))
    expectWithin(flat, new Array<number>(45).fill(1), 1e-14)
    const x = wave([1, 1, 3, 3])
    const finer = interpolate(x, { size: 5, mode: 'bicubic', alignCorners: true })
    const kept = await along(finer.slice(2, 0, 5, 2).slice(3, 0, 5, 2))
    expectWithin(kept, await along(x), 1e-14)
  })

  test('has the kernel’s numbers between two elements', async () => {
    // Halfway, cubic convolution with a = −¾ weighs neighbours by −3/32, 19/32, 19/32, −3/32.
    const x = tensor([[[[1, 2, 4, 8]]]], { dtype: 'float64' })
    const halves = await along(interpolate(x, { size: [1, 7], mode: 'bicubic', alignCorners: true }))
    expect(halves[3]).toBeCloseTo((-3 * 1 + 19 * 2 + 19 * 4 - 3 * 8) / 32, 12)
    // Beyond the end its first and last elements are repeated.
    expect(halves[1]).toBeCloseTo((-3 * 1 + 19 * 1 + 19 * 2 - 3 * 4) / 32, 12)
  })
})

test('area is adaptive average pooling', async () => {
  const x = wave([1, 2, 5, 4])
  const y = interpolate(x, { size: [3, 2], mode: 'area' })
  expect(await y.data()).toEqual(await adaptiveAvgPool2d(x, [3, 2]).data())
})

test.each<[InterpolateOptions, Shape]>([
  [{ scaleFactor: 2 }, [1, 2, 3]],
  [{ size: [5, 2] }, [1, 1, 3, 4]],
  [{ size: [3, 2], mode: 'nearest-exact' }, [1, 1, 2, 4]],
  [{ scaleFactor: [1.5, 2, 1] }, [1, 1, 2, 1, 2]],
  [{ scaleFactor: 1.7, mode: 'linear' }, [1, 2, 4]],
  [{ size: [2, 5], mode: 'bilinear' }, [1, 1, 3, 3]],
  [{ size: [4, 2], mode: 'bilinear', alignCorners: true }, [1, 1, 3, 3]],
  [{ size: [3, 1, 2], mode: 'trilinear' }, [1, 1, 2, 2, 2]],
  [{ size: [4, 2], mode: 'bicubic' }, [1, 1, 3, 3]],
  [{ size: [4, 2], mode: 'area' }, [1, 1, 3, 3]],
])('%j has the gradients of central differences', async (options, shape) => {
  const x = new SeededTensors(9).tensor('float64', shape)
  await expectGradients((x) => interpolate(x!, options).square(), [x], { twice: true })
})

test('has PyTorch’s numbers', async () => {
  const cases: Record<string, InterpolateOptions> = {
    'nearest, to a size': { size: 7 },
    'nearest, smaller': { size: [2, 3] },
    'nearest, by a fraction': { scaleFactor: [1.5, 0.6] },
    'nearest, of a volume': { scaleFactor: [2, 1, 3] },
    'nearest-exact': { size: [5, 2], mode: 'nearest-exact' },
    'nearest-exact, by a fraction': { scaleFactor: 2.5, mode: 'nearest-exact' },
    'linear, by a fraction to the same size': { scaleFactor: 1.1, mode: 'linear' },
    'bicubic, by fractions': { scaleFactor: [1.1, 1.6], mode: 'bicubic' },
    'linear, factor recomputed': { scaleFactor: 1.7, mode: 'linear', recomputeScaleFactor: true },
    area: { size: [2, 3], mode: 'area' },
  }
  for (const alignCorners of [false, true]) {
    const corners = alignCorners ? ', corners aligned' : ''
    cases[`linear${corners}`] = { size: 8, mode: 'linear', alignCorners }
    cases[`linear, smaller${corners}`] = { size: 3, mode: 'linear', alignCorners }
    cases[`linear, to one${corners}`] = { size: 1, mode: 'linear', alignCorners }
    cases[`bilinear${corners}`] = { scaleFactor: [1.7, 2], mode: 'bilinear', alignCorners }
    cases[`trilinear${corners}`] = { size: [3, 2, 4], mode: 'trilinear', alignCorners }
    cases[`bicubic${corners}`] = { size: [5, 6], mode: 'bicubic', alignCorners }
    cases[`bicubic, smaller${corners}`] = { size: [2, 3], mode: 'bicubic', alignCorners }
  }
  for (const [name, options] of Object.entries(cases)) {
    await expectRecorded(recorded, name, (x) => interpolate(x!, options))
  }
  const doubled = new Upsample({ scaleFactor: 2 })
  await expectRecorded(recorded, 'Upsample', (x) => doubled.forward(x!))
  const aligned = new Upsample({ size: [5, 3], mode: 'bilinear', alignCorners: true })
  await expectRecorded(recorded, 'Upsample, bilinear', (x) => aligned.forward(x!))
})

test('half types are resized in float32', async () => {
  const x = tensor([[[1, 2047]]], { dtype: 'float16' })
  const y = interpolate(x, { size: 5, mode: 'linear' })
  expect(y.dtype).toBe('float16')
  // 0.9 + 204.7 rounded once; weights and products of half precision would make it 205.5.
  expect(await y.array()).toEqual([[[1, 205.625, 1024, 1842, 2047]]])
})

test.each<InterpolationMode>(['nearest', 'bilinear', 'bicubic', 'area'])('%s takes no images as well', (mode) => {
  expect(interpolate(zeros([0, 2, 3, 4]), { size: [5, 6], mode }).shape).toEqual([0, 2, 5, 6])
})

test('gives a tensor of its own where there is nothing to do', async () => {
  const x = wave([1, 1, 3, 2])
  for (const mode of ['nearest', 'bilinear'] as const) interpolate(x, { size: [3, 2], mode }).dispose()
  expect(x.numel).toBe(6)
  expect(await x.data()).toHaveLength(6)
})

test.each<[string, () => unknown, Error]>([
  [
    'neither size nor factor',
    () => interpolate(zeros([1, 1, 4]), {}),
    new MisconfigurationError('interpolate: takes either size or scaleFactor, got neither'),
  ],
  [
    'both',
    () => interpolate(zeros([1, 1, 4]), { size: 3, scaleFactor: 2 }),
    new MisconfigurationError('interpolate: takes either size or scaleFactor, got both'),
  ],
  [
    'a mode that there is none of',
    () => interpolate(zeros([1, 1, 4]), { size: 3, mode: 'cubic' as InterpolationMode }),
    new MisconfigurationError(
      'interpolate: the mode is one of nearest, nearest-exact, linear, bilinear, trilinear, bicubic, area, got cubic',
    ),
  ],
  [
    'aligned corners of the nearest',
    () => interpolate(zeros([1, 1, 4]), { size: 3, alignCorners: true }),
    new MisconfigurationError('interpolate: alignCorners is for the linear and cubic modes, got true in mode nearest'),
  ],
  [
    'a factor recomputed of none',
    () => interpolate(zeros([1, 1, 4]), { size: 3, recomputeScaleFactor: true }),
    new MisconfigurationError('interpolate: recomputeScaleFactor is for scaleFactor, got it with size'),
  ],
  [
    'other dimensions than the mode’s',
    () => interpolate(zeros([1, 1, 4]), { size: 3, mode: 'bilinear' }),
    new ShapeError('interpolate: mode bilinear takes [batch, channels, …] with 2 spatial dimension(s), got [1, 1, 4]'),
  ],
  [
    'an image without batch',
    () => interpolate(zeros([4, 4]), { size: 3 }),
    new ShapeError(
      'interpolate: mode nearest takes [batch, channels, …] with 1, 2, 3 spatial dimension(s), got [4, 4]',
    ),
  ],
  [
    'an image without cells',
    () => interpolate(zeros([1, 1, 0]), { size: 3 }),
    new ShapeError('interpolate: needs at least one cell, got an image [0]'),
  ],
  [
    'a size of 0',
    () => interpolate(zeros([1, 1, 4, 4]), { size: [3, 0] }),
    new OutOfRangeError('interpolate: the size is a whole number ≥ 1, or two of them, got [3, 0]'),
  ],
  [
    'a factor that leaves nothing',
    () => interpolate(zeros([1, 1, 4]), { scaleFactor: 0.2 }),
    new OutOfRangeError('interpolate: nothing is left of 4 elements, got the factor 0.2'),
  ],
  [
    'a factor that is no number',
    () => interpolate(zeros([1, 1, 4]), { scaleFactor: Number.NaN }),
    new OutOfRangeError(
      'interpolate: the scale factor is one number > 0 for all of 1 spatial dimension(s) or for each, got [NaN]',
    ),
  ],
  [
    'factors of other images',
    () => interpolate(zeros([1, 1, 4]), { scaleFactor: [2, 2] }),
    new OutOfRangeError(
      'interpolate: the scale factor is one number > 0 for all of 1 spatial dimension(s) or for each, got [2, 2]',
    ),
  ],
  [
    'integers between elements',
    () => interpolate(zeros([1, 1, 4], { dtype: 'int32' }), { size: 3, mode: 'linear' }),
    new DTypeError("interpolate: takes floats, got int32; cast it first, to('float32')"),
  ],
])('refuses %s', (_, run, error) => {
  expect(run).toThrow(error)
})
