import { MisconfigurationError } from '../errors/errors.ts'
import { HostRandom } from '../util/host-random.ts'
import type { Dataset } from './dataset.ts'
import { Subset } from './subset.ts'

export interface RandomSplitOptions {
  /** A whole number from 0 to 2⁵³ − 1; default 0. The same seed splits the same way, always. */
  readonly seed?: number
}

/**
 * A dataset cut at random into disjoint subsets that together hold every sample once.
 *
 * @param lengths - numbers of samples that add up to `dataset.length`, or fractions that add up to 1. A fraction gets
 * ⌊fraction · length⌋ samples; those left over go one each to the first subsets, as in PyTorch.
 * @throws MisconfigurationError when the lengths add up to neither, or one is negative
 */
export function randomSplit<Sample, const Lengths extends readonly number[]>(
  dataset: Dataset<Sample>,
  lengths: Lengths,
  { seed = 0 }: RandomSplitOptions = {},
): { -readonly [Index in keyof Lengths]: Subset<Sample> } {
  const order = new HostRandom(seed, 'split').permutation(dataset.length)
  let start = 0
  const subsets = wholeLengths(lengths, dataset.length).map((length) => {
    start += length
    return new Subset(dataset, order.subarray(start - length, start))
  })
  return subsets as { -readonly [Index in keyof Lengths]: Subset<Sample> }
}

function wholeLengths(lengths: readonly number[], total: number): readonly number[] {
  const sum = lengths.reduce((a, b) => a + b, 0)
  const valid = lengths.every((length) => length >= 0)
  if (valid && Math.abs(sum - 1) < 1e-9) return distribute(lengths, total)
  if (valid && sum === total && lengths.every(Number.isInteger)) return lengths
  throw new MisconfigurationError(
    `randomSplit: lengths add up to neither 1 nor the ${total} samples, got ${lengths.join(', ')}`,
  )
}

function distribute(fractions: readonly number[], total: number): readonly number[] {
  const lengths = fractions.map((fraction) => Math.floor(fraction * total))
  const left = total - lengths.reduce((a, b) => a + b, 0)
  for (let i = 0; i < left; i++) lengths[i % lengths.length]! += 1
  return lengths
}
