import { OutOfRangeError } from '../errors/errors.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'

/**
 * A seeded source of random tensors. Counter-based (Threefry-2x32, 20 rounds): the n-th tensor of a seed has the same bits
 * on every backend. Key and counter are runtime scalars, so that no draw compiles anything new.
 */
export class Generator {
  #low = 0
  #high = 0
  #draws = 0

  /** @param seed - a whole number, 0 ≤ seed < 2⁵³ */
  constructor(seed = 0) {
    this.manualSeed(seed)
  }

  /**
   * Begins the sequence of `seed`.
   *
   * @throws OutOfRangeError when `seed` is not a whole number between 0 and 2⁵³
   */
  manualSeed(seed: number): this {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new OutOfRangeError(`manualSeed: a seed is a whole number between 0 and 2^53, got ${seed}`)
    }
    this.#low = seed >>> 0
    this.#high = Math.floor(seed / 2 ** 32)
    this.#draws = 0
    return this
  }

  /** Key and counter for one tensor. */
  draw(): [Value, Value, Value, Value] {
    const word = (x: number) => scalarValue(x, 'uint32')
    return [word(this.#low), word(this.#high), word(0), word(this.#draws++)]
  }

  /** What continues the sequence: the seed, and how many tensors were drawn. */
  get state(): { readonly seed: number; readonly draws: number } {
    return { seed: this.#high * 2 ** 32 + this.#low, draws: this.#draws }
  }

  set state({ seed, draws }: { readonly seed: number; readonly draws: number }) {
    if (!Number.isSafeInteger(draws) || draws < 0) {
      throw new OutOfRangeError(`Generator: a state counts draws from 0, got ${draws}`)
    }
    this.manualSeed(seed)
    this.#draws = draws
  }
}

/** The generator that random functions use unless they are given one. */
export const defaultGenerator: Generator = new Generator(0)

/** Seeds the default generator: same seed, same tensors. */
export function manualSeed(seed: number): void {
  defaultGenerator.manualSeed(seed)
}
