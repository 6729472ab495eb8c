import { OutOfRangeError } from '../../errors/errors.ts'
import { hostArray } from '../../graph/dtype.ts'
import type { HostTensor } from '../../graph/host-tensor.ts'
import type { Transform } from '../transformed-dataset.ts'
import { planesOf } from './image.ts'

/**
 * Mirrors an image left to right, with probability `p`.
 *
 * @param p - from 0 to 1; default 0.5
 * @returns a transform of images `[..., height, width]` of any dtype
 * @throws OutOfRangeError when `p` is no probability
 */
export function randomHorizontalFlip(p = 0.5): Transform<HostTensor> {
  checkProbability('randomHorizontalFlip', p)
  return (image, random) => {
    const { width } = planesOf('randomHorizontalFlip', image)
    return random.uniform() < p ? reverseRuns(image, { run: width, part: 1 }) : image
  }
}

/**
 * Turns an image upside down, with probability `p`.
 *
 * @param p - from 0 to 1; default 0.5
 * @returns a transform of images `[..., height, width]` of any dtype
 * @throws OutOfRangeError when `p` is no probability
 */
export function randomVerticalFlip(p = 0.5): Transform<HostTensor> {
  checkProbability('randomVerticalFlip', p)
  return (image, random) => {
    const { height, width } = planesOf('randomVerticalFlip', image)
    return random.uniform() < p ? reverseRuns(image, { run: height * width, part: width }) : image
  }
}

/** A copy in which the parts of `part` elements change their order within each run of `run` elements. */
function reverseRuns(image: HostTensor, { run, part }: { readonly run: number; readonly part: number }): HostTensor {
  const { data, shape, dtype } = image
  const reversed = hostArray(dtype, data.length)
  for (let start = 0; start < data.length; start += run) {
    for (let from = 0; from < run; from += part) {
      const to = start + run - part - from
      for (let i = 0; i < part; i++) reversed[to + i] = data[start + from + i]!
    }
  }
  return { data: reversed, shape, dtype }
}

function checkProbability(who: string, p: number): void {
  if (p >= 0 && p <= 1) return
  throw new OutOfRangeError(`${who}: a probability is from 0 to 1, got ${p}`)
}
