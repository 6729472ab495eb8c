import { describe, expect, test } from 'vitest'
import { randomCrop } from '../../../src/data/transforms/random-crop.ts'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { type HostTensor, hostTensor } from '../../../src/graph/host-tensor.ts'
import { HostRandom } from '../../../src/util/host-random.ts'

const random = new HostRandom(0, 'test')

/** Rows 1 2 3 and 4 5 6. */
const image = hostTensor(Int32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3])

function rows({ data, shape }: HostTensor): number[][] {
  const width = shape.at(-1)!
  return Array.from({ length: shape.at(-2)! }, (_, y) => [...data.subarray(y * width, (y + 1) * width)])
}

describe('randomCrop', () => {
  test('cuts every place that fits equally often', async () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i++) {
      const crop = await randomCrop([1, 2])(image, random)
      expect(crop.shape).toEqual([1, 1, 2])
      counts.set(crop.data.join(), (counts.get(crop.data.join()) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual(['1,2', '2,3', '4,5', '5,6'])
    // Mean 1000, standard deviation 27.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * 27.4)
  })

  test('cuts the same place of every channel', async () => {
    const channels = hostTensor(
      Uint8Array.from({ length: 18 }, (_, i) => i),
      [2, 3, 3],
    )
    for (let i = 0; i < 20; i++) {
      const { data } = await randomCrop(2)(channels, random)
      expect([...data.subarray(4)]).toEqual([...data.subarray(0, 4)].map((x) => x + 9))
    }
  })

  test('of the whole image is the image', async () => {
    expect(await randomCrop([2, 3])(image, random)).toEqual(image)
  })

  // numpy.pad of [[1, 2, 3], [4, 5, 6]] by (1, 1), (2, 2), with the mode of the same name.
  test.each([
    [
      'constant',
      [
        [9, 9, 9, 9, 9, 9, 9],
        [9, 9, 1, 2, 3, 9, 9],
        [9, 9, 4, 5, 6, 9, 9],
        [9, 9, 9, 9, 9, 9, 9],
      ],
    ],
    [
      'edge',
      [
        [1, 1, 1, 2, 3, 3, 3],
        [1, 1, 1, 2, 3, 3, 3],
        [4, 4, 4, 5, 6, 6, 6],
        [4, 4, 4, 5, 6, 6, 6],
      ],
    ],
    [
      'reflect',
      [
        [6, 5, 4, 5, 6, 5, 4],
        [3, 2, 1, 2, 3, 2, 1],
        [6, 5, 4, 5, 6, 5, 4],
        [3, 2, 1, 2, 3, 2, 1],
      ],
    ],
    [
      'symmetric',
      [
        [2, 1, 1, 2, 3, 3, 2],
        [2, 1, 1, 2, 3, 3, 2],
        [5, 4, 4, 5, 6, 6, 5],
        [5, 4, 4, 5, 6, 6, 5],
      ],
    ],
  ] as const)('pads by mode %s', async (paddingMode, expected) => {
    expect(rows(await randomCrop([4, 7], { padding: [2, 1], paddingMode, fill: 9 })(image, random))).toEqual(expected)
  })

  test('pads each side by its own number: left, top, right, bottom', async () => {
    expect(rows(await randomCrop([3, 6], { padding: [1, 0, 2, 1] })(image, random))).toEqual([
      [0, 1, 2, 3, 0, 0],
      [0, 4, 5, 6, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ])
  })

  test('pads what is too small on both sides, where it may', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const crop = await randomCrop([3, 3], { padIfNeeded: true })(image, random)
      seen.add(
        rows(crop)
          .map((row) => row.join(''))
          .join(),
      )
    }
    expect([...seen].sort()).toEqual(['000,123,456', '123,456,000'])
  })

  test.each([
    ['float16', 0x3c00],
    ['bfloat16', 0x3f80],
  ] as const)('fills %s with the bits of the number', async (dtype, bits) => {
    const half = hostTensor(Uint16Array.of(0), [1, 1], dtype)
    const { data } = await randomCrop([1, 3], { padding: [1, 0], fill: 1 })(half, random)
    expect([...data]).toEqual([bits, 0, bits])
  })

  test('a crop larger than the image is an error, and larger than the padded one too', () => {
    expect(() => randomCrop(3)(image, random)).toThrow(ShapeError)
    expect(() => randomCrop([2, 6], { padding: [1, 0] })(image, random)).toThrow(
      'randomCrop: a crop of 2 by 6 does not fit, got an image [1, 2, 3]; crop less, or pass padding or padIfNeeded',
    )
    expect(() => randomCrop(1)(hostTensor(new Float32Array(0), [1, 0, 3]), random)).toThrow(ShapeError)
  })

  test.each([
    ['reflect', 2],
    ['symmetric', 3],
    ['edge', 1],
  ] as const)('mode %s does not reach beyond the image', (paddingMode, padding) => {
    const plane = hostTensor(new Float32Array(paddingMode === 'edge' ? 0 : 4), paddingMode === 'edge' ? [2, 0] : [2, 2])
    const size = [2 + 2 * padding, plane.shape[1]! + 2 * padding] as const
    expect(() => randomCrop(size, { padding, paddingMode })(plane, random)).toThrow(ShapeError)
  })

  test('refuses what is no image', () => {
    expect(() => randomCrop(1)(hostTensor(Float32Array.of(1)), random)).toThrow(ShapeError)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses the size %s', (size) => {
    expect(() => randomCrop(size)).toThrow(OutOfRangeError)
    expect(() => randomCrop([1, size])).toThrow(OutOfRangeError)
  })

  test('refuses paddings, modes and values that there are not', () => {
    for (const padding of [-1, 0.5, Number.NaN]) expect(() => randomCrop(1, { padding })).toThrow(OutOfRangeError)
    expect(() => randomCrop(1, { paddingMode: 'wrap' as 'edge' })).toThrow(MisconfigurationError)
    const bytes = hostTensor(new Uint8Array(1), [1, 1])
    for (const fill of [256, -1, 0.5, Number.NaN]) {
      expect(() => randomCrop(1, { padding: 1, fill })(bytes, random)).toThrow(OutOfRangeError)
    }
  })
})
