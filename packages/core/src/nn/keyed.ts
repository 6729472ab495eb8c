import { MisconfigurationError } from '../errors/errors.ts'

/** Members by names of the user's: an object, a Map, or pairs. */
export type Entries<T> = Readonly<Record<string, T>> | Iterable<readonly [key: string, member: T]>

/** What a dictionary keeps by key, in the order in which the keys came. */
export class Keyed<T> {
  readonly #who: string
  readonly #convert: (member: unknown) => T
  readonly #members = new Map<string, T>()

  /** @param convert - makes a member of what is given, or refuses it */
  constructor(who: string, convert: (member: unknown) => T) {
    this.#who = who
    this.#convert = convert
  }

  get map(): ReadonlyMap<string, T> {
    return this.#members
  }

  /** @throws MisconfigurationError when there is none of that key */
  get(key: string): T {
    const member = this.#members.get(key)
    if (member !== undefined) return member
    const keys = [...this.#members.keys()].join(', ')
    throw new MisconfigurationError(`${this.#who}: there is no ${JSON.stringify(key)}, got ${keys || 'no keys'}`)
  }

  /** @throws MisconfigurationError when the key cannot be part of a name, or the member is none */
  set(key: string, member: unknown): void {
    if (typeof key !== 'string' || key === '' || key.includes('.')) {
      throw new MisconfigurationError(
        `${this.#who}: a key is part of a name, without a dot, got ${JSON.stringify(key)}; use another`,
      )
    }
    this.#members.set(key, this.#convert(member))
  }

  update(entries: Entries<unknown>): void {
    const isIterable = typeof (entries as Partial<Iterable<unknown>>)?.[Symbol.iterator] === 'function'
    if (!isIterable && (typeof entries !== 'object' || entries === null)) {
      throw new MisconfigurationError(`${this.#who}: takes an object or a Map, got ${typeof entries}`)
    }
    const pairs = isIterable ? (entries as Iterable<readonly [string, unknown]>) : Object.entries(entries)
    for (const [key, member] of pairs) this.set(key, member)
  }

  /** Takes a member out. @throws MisconfigurationError when there is none of that key */
  pop(key: string): T {
    const member = this.get(key)
    this.#members.delete(key)
    return member
  }

  clear(): void {
    this.#members.clear()
  }
}
