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

/** Every sample once, in an order that is random anew in each epoch. */
export class RandomSampler implements Sampler {
  readonly length: number
  readonly seed: number

  /**
   * @param dataset - whatever has a length
   * @param options.seed - a whole number from 0 to 2⁵³ − 1; default 0
   */
  constructor(dataset: { readonly length: number }, { seed = 0 }: { readonly seed?: number } = {}) {
    checkSeed('RandomSampler', seed)
    this.length = dataset.length
    this.seed = seed
  }

  indices(epoch: number): Iterable<number> {
    return new HostRandom(this.seed, 'shuffle', epoch).permutation(this.length)
  }
}
