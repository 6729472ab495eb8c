import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { formatShape } from '../../graph/spec.ts'
import { isAutocastEnabled } from '../../tensor/autocast.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import type { Buffer } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { checkSameDType } from '../functional/check-dtype.ts'
import { checkCount } from '../functional/check-option.ts'
import { Module } from '../module.ts'
import { frequencies, positionTable } from './position-table.ts'

export interface SinusoidalPositionalEncodingOptions extends CreationOptions {
  /** The longest sequence. Default 5000. */
  readonly maxLen?: number
  /** Whether the batch comes before the sequence. Default false. */
  readonly batchFirst?: boolean
}

const who = 'SinusoidalPositionalEncoding'

/**
 * Adds its place to each element of a sequence: PE(pos, 2i) = sin(pos / 10000^(2i / dModel)) and PE(pos, 2i + 1) = cos of
 * the same (Vaswani et al. 2017, who drop out a tenth of the sum).
 */
export class SinusoidalPositionalEncoding extends Module {
  /** `[maxLen, dModel]` */
  readonly table: Buffer
  readonly #batchFirst: boolean

  /** @throws OutOfRangeError when `dModel` or `maxLen` is no count */
  constructor(dModel: number, options: SinusoidalPositionalEncodingOptions = {}) {
    super()
    const { maxLen = 5000, batchFirst = false, dtype = defaultDType() } = options
    checkCount(who, 'dModel', dModel)
    checkCount(who, 'maxLen', maxLen)
    this.#batchFirst = batchFirst
    const turns = frequencies(dModel, 10000)
    this.table = positionTable({ length: maxLen, width: dModel, dtype }, (position, column) => {
      const angle = position * turns[Math.floor(column / 2)]!
      return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
    })
  }

  /**
   * @param x - `[L, N, dModel]`; with `batchFirst` `[N, L, dModel]`; one sequence alone `[L, dModel]`
   * @returns shaped as `x`
   * @throws ShapeError when `x` is neither
   * @throws OutOfRangeError when it is longer than `maxLen`
   */
  forward(x: Tensor): Tensor {
    const [maxLen, dModel] = this.table.shape
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.at(-1) !== dModel) {
      const layout = this.#batchFirst ? '[N, L, dModel]' : '[L, N, dModel]'
      throw new ShapeError(`${who}: takes ${layout} or [L, dModel], got ${formatShape(x.shape)} for dModel ${dModel}`)
    }
    if (!isAutocastEnabled()) checkSameDType(who, x, this.table)
    const length = x.shape[this.#batchFirst ? x.ndim - 2 : 0]!
    if (length > maxLen!) {
      throw new OutOfRangeError(`${who}: a sequence has at most ${maxLen} elements, got ${length}; pass maxLen`)
    }
    const positions = this.table.slice(0, 0, length)
    return x.add(x.ndim === 3 && !this.#batchFirst ? positions.unsqueeze(1) : positions)
  }
}
