import { describe, expect, test } from 'vitest'
import { randomHorizontalFlip, randomVerticalFlip } from '../../../src/data/transforms/random-flip.ts'
import { OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'
import { HostRandom } from '../../../src/util/host-random.ts'

const image = hostTensor(Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), [2, 2, 3])
const random = new HostRandom(0, 'test')

describe.each([
  ['randomHorizontalFlip', randomHorizontalFlip, [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]],
  ['randomVerticalFlip', randomVerticalFlip, [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]],
] as const)('%s', (_, flip, expected) => {
  test('with probability 1 mirrors each plane, in a copy', () => {
    const before = image.data.slice()
    expect(flip(1)(image, random)).toEqual(hostTensor(Int32Array.from(expected), [2, 2, 3]))
    expect(image.data).toEqual(before)
  })

  test('with probability 0 does nothing', () => {
    expect(flip(0)(image, random)).toEqual(image)
  })

  test('happens as often as its probability says', async () => {
    let flipped = 0
    for (let i = 0; i < 10_000; i++) {
      if ((await flip(0.3)(image, random)).data[0] !== 1) flipped++
    }
    // Mean 3000, standard deviation 46.
    expect(Math.abs(flipped - 3000)).toBeLessThan(4 * 46)
  })

  test('takes a plane without channels, and images without pixels', () => {
    expect(flip(1)(hostTensor(Uint8Array.of(7), [1, 1], 'bool'), random)).toEqual(
      hostTensor(Uint8Array.of(7), [1, 1], 'bool'),
    )
    for (const shape of [
      [3, 0, 2],
      [3, 2, 0],
      [0, 2, 2],
    ]) {
      const empty = hostTensor(new Float32Array(0), shape)
      expect(flip(1)(empty, random)).toEqual(empty)
    }
  })

  test('refuses what is no image', () => {
    expect(() => flip()(hostTensor(Float32Array.of(1, 2)), random)).toThrow(ShapeError)
  })

  test.each([-0.1, 1.1, Number.NaN])('refuses the probability %s', (p) => {
    expect(() => flip(p)).toThrow(OutOfRangeError)
  })
})
