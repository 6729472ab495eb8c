import { OutOfRangeError } from '../errors/errors.ts'
import { CharVocabulary } from './char-vocabulary.ts'
import { TokenWindows } from './token-windows.ts'

export interface CharDatasetsOptions {
  /** Characters in a window. */
  readonly blockSize: number
  /** How many characters further each training window begins; default 1. */
  readonly stride?: number
  /** The share of the text, at its end, that is held out; default 0.1. */
  readonly heldOut?: number
}

/** A text made ready for a model of characters. */
export interface CharDatasets {
  /** All characters of the text, those of the part that is held out too. */
  readonly vocabulary: CharVocabulary
  readonly train: TokenWindows
  /** Windows side by side: each character is predicted once, save what does not fill the last window. */
  readonly heldOut: TokenWindows
}

/**
 * The windows of a text: most of it to train on, its end to measure on.
 *
 * @throws OutOfRangeError when `heldOut` is not above 0 and below 1, or a size is not a whole number ≥ 1
 * @throws DataError when the text is empty, or one of its parts is too short for a window
 */
export function charDatasets(
  text: string,
  { blockSize, stride = 1, heldOut = 0.1 }: CharDatasetsOptions,
): CharDatasets {
  if (!(heldOut > 0 && heldOut < 1)) {
    throw new OutOfRangeError(`charDatasets: heldOut is a share above 0 and below 1, got ${heldOut}`)
  }
  const vocabulary = new CharVocabulary(text)
  const tokens = vocabulary.encode(text)
  const split = Math.floor(tokens.length * (1 - heldOut))
  return {
    vocabulary,
    train: new TokenWindows(tokens.subarray(0, split), { blockSize, stride }),
    heldOut: new TokenWindows(tokens.subarray(split), { blockSize, stride: blockSize }),
  }
}
