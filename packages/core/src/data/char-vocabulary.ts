import { DataError, OutOfRangeError } from '../errors/errors.ts'

/** The characters of a text as numbers, in the order of their code points: Python's `sorted(set(text))`. */
export class CharVocabulary {
  readonly characters: readonly string[]
  readonly #ids: ReadonlyMap<string, number>

  /**
   * @param text - whatever holds every character once or more
   * @throws DataError when there is no character
   */
  constructor(text: string) {
    this.characters = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)
    if (this.characters.length === 0) {
      throw new DataError('CharVocabulary: a vocabulary has at least one character, got an empty text')
    }
    this.#ids = new Map(this.characters.map((character, id) => [character, id]))
  }

  /** How many characters there are. */
  get size(): number {
    return this.characters.length
  }

  /**
   * The number of each character of `text`, from 0 to `size` − 1.
   *
   * @throws DataError when a character is not in the vocabulary
   */
  encode(text: string): Int32Array<ArrayBuffer> {
    const characters = [...text]
    return Int32Array.from(characters, (character, position) => this.#idOf(character, position))
  }

  /**
   * The text that `ids` are the numbers of.
   *
   * @throws OutOfRangeError when one is not a whole number from 0 to `size` − 1
   */
  decode(ids: Iterable<number>): string {
    return Array.from(ids, (id) => this.#characterOf(id)).join('')
  }

  #idOf(character: string, position: number): number {
    const id = this.#ids.get(character)
    if (id !== undefined) return id
    throw new DataError(
      `CharVocabulary: no such character among ${this.size}, got ${JSON.stringify(character)} at ${position}; ` +
        'make the vocabulary of a text that has it',
    )
  }

  #characterOf(id: number): string {
    const character = this.characters[id]
    if (character !== undefined) return character
    throw new OutOfRangeError(`CharVocabulary: ids are whole numbers from 0 to ${this.size - 1}, got ${id}`)
  }
}
