import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { checkSeed, HostRandom } from '../util/host-random.ts'
import type { Sampler } from './sampler.ts'

/** How a `WeightedRandomSampler` draws. */
export interface WeightedRandomSamplerOptions {
  /** Whether an index may come up more than once in an epoch; default true. */
  readonly replacement?: boolean
  /** A whole number from 0 to 2⁵³ − 1; default 0. */
  readonly seed?: number
}

/**
 * Indices 0 … `weights.length` − 1 drawn at random, anew in each epoch: index i with probability `weights[i]` over their sum.
 *
 * Without replacement each draw is among those that are left, as if their weights were all there are.
 */
export class WeightedRandomSampler implements Sampler {
  /** How many indices an epoch draws. */
  readonly length: number
  readonly weights: Float64Array<ArrayBuffer>
  readonly replacement: boolean
  readonly seed: number

  /**
   * @param weights - one for each sample, finite and ≥ 0; they need not add up to 1
   * @param numSamples - how many indices an epoch draws, ≥ 1
   * @throws OutOfRangeError when a weight is negative, infinite or NaN, all are 0, or `numSamples` or `seed` is out of range
   * @throws MisconfigurationError when there are fewer weights above 0 than draws without replacement
   */
  constructor(
    weights: ArrayLike<number>,
    numSamples: number,
    { replacement = true, seed = 0 }: WeightedRandomSamplerOptions = {},
  ) {
    checkSeed('WeightedRandomSampler', seed)
    if (!(Number.isSafeInteger(numSamples) && numSamples >= 1)) {
      throw new OutOfRangeError(`WeightedRandomSampler: numSamples is a whole number ≥ 1, got ${numSamples}`)
    }
    this.weights = Float64Array.from(weights)
    checkWeights(this.weights, replacement ? 1 : numSamples)
    this.length = numSamples
    this.replacement = replacement
    this.seed = seed
  }

  indices(epoch: number): Iterable<number> {
    const random = new HostRandom(this.seed, 'weighted', epoch)
    return this.replacement
      ? drawWithReplacement(this.weights, this.length, random)
      : drawWithoutReplacement(this.weights, this.length, random)
  }
}

function* drawWithReplacement(weights: Float64Array, count: number, random: HostRandom): Generator<number> {
  const cumulative = cumulativeShares(weights)
  const total = cumulative.at(-1)!
  for (let i = 0; i < count; i++) yield firstAbove(cumulative, random.uniform() * total)
}

/** Running sums of the weights over the greatest of them, so that no sum overflows. */
function cumulativeShares(weights: Float64Array): Float64Array {
  const greatest = maximum(weights)
  let sum = 0
  return weights.map((weight) => (sum += weight / greatest))
}

/** Where `cumulative` first exceeds `x`: never at a weight of 0, whose sum is that of its neighbour before. */
function firstAbove(cumulative: Float64Array, x: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cumulative[middle]! > x) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Each index waits for a time that is exponential with its weight as rate; the first `count` are the draws, in their order
 * (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006). Times are logarithms: weights may be tiny.
 */
function drawWithoutReplacement(weights: Float64Array, count: number, random: HostRandom): Uint32Array {
  const times = weights.map((weight) => Math.log(-Math.log1p(-random.uniform())) - Math.log(weight))
  const order = Uint32Array.from(weights.keys()).filter((index) => weights[index]! > 0)
  return order.sort((a, b) => compare(times[a]!, times[b]!) || a - b).subarray(0, count)
}

/** By comparison, since two infinite times have no difference. */
function compare(a: number, b: number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function maximum(weights: Float64Array): number {
  return weights.reduce((greatest, weight) => Math.max(greatest, weight), 0)
}

function checkWeights(weights: Float64Array, needed: number): void {
  let positive = 0
  for (const [index, weight] of weights.entries()) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new OutOfRangeError(
        `WeightedRandomSampler: weights are finite and not negative, got ${weight} at index ${index}`,
      )
    }
    if (weight > 0) positive++
  }
  if (positive === 0) {
    throw new OutOfRangeError(
      `WeightedRandomSampler: at least one weight is above 0, got ${weights.length === 0 ? 'no weights' : 'only zeros'}`,
    )
  }
  if (positive < needed) {
    throw new MisconfigurationError(
      `WeightedRandomSampler: without replacement an epoch draws at most as many samples as have a weight above 0, ` +
        `got numSamples ${needed} and ${positive} such weights; draw fewer or with replacement`,
    )
  }
}
