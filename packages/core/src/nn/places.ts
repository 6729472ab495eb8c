import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'

/** Something with members as properties 0, 1, 2, …, by which they are named. */
interface Owner<T> {
  [place: number]: T
}

/** What a list keeps in order: the members of a module under 0, 1, 2, … as properties of it. */
export class Places<T> {
  readonly #owner: Owner<T>
  readonly #check: (member: T) => void
  #length = 0

  /** @param check - refuses what is no member */
  constructor(owner: Owner<T>, check: (member: T) => void) {
    this.#owner = owner
    this.#check = check
  }

  get length(): number {
    return this.#length
  }

  /** The member at a place; negative ones count from the end. @throws OutOfRangeError when there is none */
  at(place: number): T {
    return this.#owner[this.#resolve(place, this.#length)]!
  }

  append(...members: readonly T[]): void {
    for (const member of members) this.#check(member)
    for (const member of members) this.#owner[this.#length++] = member
  }

  /** Puts `member` before the one at a place. @throws OutOfRangeError when there is no such place */
  insert(place: number, member: T): void {
    const at = this.#resolve(place, this.#length + 1, this.#length)
    this.#check(member)
    for (let i = this.#length; i > at; i--) this.#owner[i] = this.#owner[i - 1]!
    this.#owner[at] = member
    this.#length++
  }

  /** Takes the member at a place out. @throws OutOfRangeError when there is none */
  pop(place: number): T {
    const at = this.#resolve(place, this.#length)
    const member = this.#owner[at]!
    for (let i = at; i < this.#length - 1; i++) this.#owner[i] = this.#owner[i + 1]!
    delete this.#owner[--this.#length]
    return member
  }

  /** The members from `start` to before `end`; negative places count from the end. */
  slice(start?: number, end?: number): T[] {
    return [...this].slice(start, end)
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let place = 0; place < this.#length; place++) yield this.#owner[place]!
    // Behind the end it would have a name, and be used by nobody.
    if (Object.hasOwn(this.#owner, this.#length)) {
      throw new MisconfigurationError(
        `${(this.#owner as object).constructor.name}: a list of ${this.#length} was given a place ${this.#length}; use append()`,
      )
    }
  }

  #resolve(place: number, count: number, from: number = this.#length): number {
    const resolved = place < 0 ? place + from : place
    if (!Number.isInteger(place) || resolved < 0 || resolved >= count) {
      throw new OutOfRangeError(
        `${(this.#owner as object).constructor.name}: no such place in a list of ${this.#length}, got ${place}`,
      )
    }
    return resolved
  }
}

/** Refuses what is no array or other iterable of members. @throws MisconfigurationError */
export function requireIterable(who: string, what: string, list: unknown): void {
  if (typeof (list as Partial<Iterable<unknown>> | undefined | null)?.[Symbol.iterator] === 'function') return
  throw new MisconfigurationError(`${who}: takes an array of ${what}, got ${list === null ? 'null' : typeof list}`)
}
