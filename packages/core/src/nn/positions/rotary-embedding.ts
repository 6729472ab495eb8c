import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { indexSelect } from '../../graph/build.ts'
import { formatShape } from '../../graph/spec.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { int32Indices } from '../../tensor/indices.ts'
import type { Buffer } from '../../tensor/parameter.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { checkCount, checkNumber } from '../functional/check-option.ts'
import { applyRotary, type RotaryOptions } from '../functional/rotary.ts'
import { Module } from '../module.ts'
import { frequencies, positionTable } from './position-table.ts'

export interface RotaryEmbeddingOptions extends RotaryOptions, CreationOptions {
  /** The angles of the last pair turn about this many times slower than those of the first. Default 10000. */
  readonly base?: number
  /** Positions there are. Default 2048. */
  readonly maxLen?: number
}

export interface RotaryEmbeddingInputs {
  /** Integers `[L]`, or of a shape that broadcasts to that of the input without features. Default 0, …, L − 1. */
  readonly positions?: Tensor | null
}

const who = 'RotaryEmbedding'
const words = { who, one: 'position', many: 'positions', choices: 'positions' }

/**
 * Turns pairs of features of queries and keys by angles position·base^(−2i / dim), so that their products depend on the
 * distance of positions alone (Su et al. 2021). To be used on both before `scaledDotProductAttention`.
 */
export class RotaryEmbedding extends Module {
  /** `[maxLen, dim / 2]` */
  readonly cos: Buffer
  /** `[maxLen, dim / 2]` */
  readonly sin: Buffer
  readonly #interleaved: boolean

  /**
   * @param dim - features of one head, even
   * @throws OutOfRangeError when `dim` is odd, or an option no number of its range
   */
  constructor(dim: number, options: RotaryEmbeddingOptions = {}) {
    super()
    const { base = 10000, interleaved = true, maxLen = 2048, dtype = defaultDType() } = options
    checkNumber(who, 'dim', dim, Number.isInteger(dim) && dim > 0 && dim % 2 === 0, 'an even number')
    checkNumber(who, 'base', base, base > 0, 'a number > 0')
    checkCount(who, 'maxLen', maxLen)
    const turns = frequencies(dim, base)
    const size = { length: maxLen, width: dim / 2, dtype }
    this.cos = positionTable(size, (position, i) => Math.cos(position * turns[i]!))
    this.sin = positionTable(size, (position, i) => Math.sin(position * turns[i]!))
    this.#interleaved = interleaved
  }

  /**
   * @param x - `[…, L, dim]`: queries or keys of heads
   * @returns shaped as `x`
   * @throws ShapeError when `x` has other features
   * @throws OutOfRangeError when there are more than `maxLen` positions
   */
  forward(x: Tensor, { positions = null }: RotaryEmbeddingInputs = {}): Tensor {
    const [maxLen, pairs] = this.cos.shape
    const [length, width] = x.shape.slice(-2)
    if (x.ndim < 2 || width !== 2 * pairs!) {
      throw new ShapeError(`${who}: takes […, L, ${2 * pairs!}], got ${formatShape(x.shape)}`)
    }
    if (positions === null && length! > maxLen!) {
      throw new OutOfRangeError(`${who}: there are ${maxLen} positions, got a sequence of ${length}; pass maxLen`)
    }
    const angles = (table: Tensor) => {
      if (positions === null) return table.slice(0, 0, length)
      return new Tensor(indexSelect(table.value, int32Indices(positions.value, maxLen!, words), 0))
    }
    return applyRotary(x, angles(this.cos), angles(this.sin), { interleaved: this.#interleaved })
  }
}
