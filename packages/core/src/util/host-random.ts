import { OutOfRangeError } from '../errors/errors.ts'
import { threefry2x32 } from './threefry.ts'

const words = 2 ** 32

/**
 * A seeded source of random numbers for the host: shuffling, splitting, sampling, augmentation.
 *
 * Its stream is a pure function of `(seed, purpose, epoch)`, on every machine and in every release: a run is resumed from
 * these three, no state is saved. Streams of different purposes or epochs are independent.
 */
export class HostRandom {
  #key0: number
  #key1: number
  #block = 0
  #spare: number | undefined

  /**
   * @param seed - a whole number from 0 to 2⁵³ − 1
   * @param purpose - what the numbers are for, such as `'shuffle'`
   * @param epoch - a whole number from 0 to 2³² − 1
   * @throws OutOfRangeError when seed or epoch is none of these
   */
  constructor(seed: number, purpose: string, epoch = 0) {
    checkSeed(purpose, seed)
    checkEpoch(purpose, epoch)
    const [mixed0, mixed1] = threefry2x32(seed, Math.floor(seed / words), fnv1a(purpose), epoch)
    this.#key0 = mixed0
    this.#key1 = mixed1
  }

  /**
   * An independent stream for part `index` of what this one is for, and for the `repeat`-th time it comes up.
   *
   * It depends on where this stream began, not on what was drawn from it, and draws nothing from it: calls with the same
   * numbers give the same stream.
   *
   * @param index - a whole number from 0 to 2³² − 1, as is `repeat`
   * @throws OutOfRangeError when one of them is none
   */
  fork(index: number, repeat = 0): HostRandom {
    checkWord('HostRandom', 'a part', index)
    checkWord('HostRandom', 'a repeat', repeat)
    const part = new HostRandom(0, '')
    // The halves of the key change places: its blocks in this order are the numbers that this stream gives away.
    const [key0, key1] = threefry2x32(this.#key1, this.#key0, index, repeat)
    part.#key0 = key0
    part.#key1 = key1
    return part
  }

  /** A whole number from 0 to 2³² − 1. */
  uint32(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare
      this.#spare = undefined
      return spare
    }
    const block = this.#block++
    const [x0, x1] = threefry2x32(this.#key0, this.#key1, block, Math.floor(block / words))
    this.#spare = x1
    return x0
  }

  /**
   * A whole number from 0 to `bound` − 1, each equally likely.
   *
   * @throws OutOfRangeError when `bound` is not a whole number from 1 to 2³²
   */
  below(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= words)) {
      throw new OutOfRangeError(`HostRandom: a bound is a whole number from 1 to 2^32, got ${bound}`)
    }
    // A draw from the incomplete last run of `bound` values would favour small results.
    const limit = words - (words % bound)
    let draw = this.uint32()
    while (draw >= limit) draw = this.uint32()
    return draw % bound
  }

  /** A number from 0 up to, but not, 1: the multiples of 2⁻⁵³ there, each equally likely. */
  uniform(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  /** The numbers 0 … `length` − 1 in random order, each order equally likely (Fisher–Yates). */
  permutation(length: number): Uint32Array<ArrayBuffer> {
    const order = new Uint32Array(length)
    for (let i = 0; i < length; i++) {
      const j = this.below(i + 1)
      order[i] = order[j]!
      order[j] = i
    }
    return order
  }
}

/** @throws OutOfRangeError when `seed` is not a whole number from 0 to 2⁵³ − 1 */
export function checkSeed(who: string, seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return
  throw new OutOfRangeError(`${who}: a seed is a whole number from 0 to 2^53 - 1, got ${seed}`)
}

/** @throws OutOfRangeError when `epoch` is not a whole number from 0 to 2³² − 1 */
export function checkEpoch(who: string, epoch: number): void {
  checkWord(who, 'an epoch', epoch)
}

function checkWord(who: string, what: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < words) return
  throw new OutOfRangeError(`${who}: ${what} is a whole number from 0 to 2^32 - 1, got ${value}`)
}

/** 32 bits that tell short names apart: FNV-1a over UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
