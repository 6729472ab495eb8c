import { OutOfRangeError } from '../errors/errors.ts'
import { checkSeed, HostRandom } from '../util/host-random.ts'

/**
 * The order in which samples are visited.
 *
 * `indices(epoch)` is a pure function of the epoch: that is what lets a run go on in the middle of an epoch with the order
 * it began with, and lets two iterations run side by side.
 */
export interface Sampler {
  /** How many indices an epoch has. */
  readonly length: number
  indices(epoch: number): Iterable<number>
}

/** The order in which whole batches of samples are visited; pure in the epoch, as a `Sampler` is. A `BatchSampler` is one. */
export interface BatchOrder {
  /** How many batches an epoch has. */
  readonly length: number
  batches(epoch: number): Iterable<readonly number[]>
}

/** Every sample once, in order. */
export class SequentialSampler implements Sampler {
  readonly length: number

  /** @param dataset - whatever has a length */
  constructor(dataset: { readonly length: number }) {
    this.length = dataset.length
  }

  *indices(): Iterable<number> {
    for (let i = 0; i < this.length; i++) yield i
  }
}

/** How a `RandomSampler` draws. */
export interface RandomSamplerOptions {
  /** Whether an index may come up again before all others did; default false. */
  readonly replacement?: boolean
  /**
   * How many indices an epoch draws, ≥ 1; default: as many as there are samples. More of them without replacement are one
   * random order after the other.
   */
  readonly numSamples?: number
  /** A whole number from 0 to 2⁵³ − 1; default 0. */
  readonly seed?: number
}

/** Samples at random, each equally likely, anew in each epoch; by default every one once. */
export class RandomSampler implements Sampler {
  readonly length: number
  readonly replacement: boolean
  readonly seed: number
  readonly #samples: number

  /**
   * @param dataset - whatever has a length
   * @throws OutOfRangeError when `numSamples` or `seed` is out of range, or there is nothing to draw `numSamples` from
   */
  constructor(
    dataset: { readonly length: number },
    { replacement = false, numSamples = dataset.length, seed = 0 }: RandomSamplerOptions = {},
  ) {
    checkSeed('RandomSampler', seed)
    if (numSamples !== dataset.length) checkNumSamples(numSamples, dataset.length)
    this.length = numSamples
    this.replacement = replacement
    this.seed = seed
    this.#samples = dataset.length
  }

  indices(epoch: number): Iterable<number> {
    const random = new HostRandom(this.seed, 'shuffle', epoch)
    return this.replacement ? this.#draws(random) : this.#orders(random)
  }

  *#draws(random: HostRandom): Iterable<number> {
    for (let i = 0; i < this.length; i++) yield random.below(this.#samples)
  }

  *#orders(random: HostRandom): Iterable<number> {
    for (let drawn = 0; drawn < this.length; drawn += this.#samples) {
      yield* random.permutation(this.#samples).subarray(0, this.length - drawn)
    }
  }
}

function checkNumSamples(numSamples: number, samples: number): void {
  if (!(Number.isSafeInteger(numSamples) && numSamples >= 1)) {
    throw new OutOfRangeError(`RandomSampler: numSamples is a whole number ≥ 1, got ${numSamples}`)
  }
  if (samples === 0) {
    throw new OutOfRangeError(`RandomSampler: there are no samples to draw ${numSamples} from, got an empty dataset`)
  }
}
