import { DataError, OutOfRangeError } from '../errors/errors.ts'
import { type HostTensor, hostTensor } from '../graph/host-tensor.ts'
import { checkIndex, type Dataset } from './dataset.ts'

/** A piece of a text, and the same one token further. */
export interface TokenWindow {
  /** int32 `[blockSize]`, in a batch `[n, blockSize]`. */
  readonly input: HostTensor
  /** The token that follows each of `input`. */
  readonly target: HostTensor
}

export interface TokenWindowsOptions {
  /** Tokens in a window. */
  readonly blockSize: number
  /** How many tokens further each window begins; default 1: every place of the text is a sample. */
  readonly stride?: number
}

/** A text as samples for a model that predicts the next token: windows of `blockSize` tokens, and what follows each token. */
export class TokenWindows implements Dataset<TokenWindow> {
  readonly length: number
  readonly tokens: Int32Array<ArrayBuffer>
  readonly blockSize: number
  readonly stride: number

  /**
   * @param tokens - kept, not copied
   * @throws OutOfRangeError when `blockSize` or `stride` is not a whole number ≥ 1
   * @throws DataError when there are too few tokens for one window and what follows it
   */
  constructor(tokens: Int32Array<ArrayBuffer>, { blockSize, stride = 1 }: TokenWindowsOptions) {
    checkWhole('blockSize', blockSize)
    checkWhole('stride', stride)
    if (tokens.length <= blockSize) {
      throw new DataError(
        `TokenWindows: a window of ${blockSize} tokens and the one that follows need ${blockSize + 1}, ` +
          `got ${tokens.length}; take a longer text or a smaller blockSize`,
      )
    }
    this.tokens = tokens
    this.blockSize = blockSize
    this.stride = stride
    this.length = Math.floor((tokens.length - blockSize - 1) / stride) + 1
  }

  /** Window `index`: views on the tokens. */
  get(index: number): TokenWindow {
    const start = this.#startOf(index)
    return {
      input: hostTensor(this.tokens.subarray(start, start + this.blockSize)),
      target: hostTensor(this.tokens.subarray(start + 1, start + 1 + this.blockSize)),
    }
  }

  gather(indices: readonly number[]): { input: HostTensor; target: HostTensor } {
    const input = new Int32Array(indices.length * this.blockSize)
    const target = new Int32Array(input.length)
    for (const [row, index] of indices.entries()) {
      const start = this.#startOf(index)
      input.set(this.tokens.subarray(start, start + this.blockSize), row * this.blockSize)
      target.set(this.tokens.subarray(start + 1, start + 1 + this.blockSize), row * this.blockSize)
    }
    const shape = [indices.length, this.blockSize]
    return { input: hostTensor(input, shape), target: hostTensor(target, shape) }
  }

  #startOf(index: number): number {
    checkIndex('TokenWindows', index, this.length)
    return index * this.stride
  }
}

function checkWhole(what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new OutOfRangeError(`TokenWindows: ${what} is a whole number ≥ 1, got ${value}`)
}
