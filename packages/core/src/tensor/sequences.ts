import { DTypeError, OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { isFloat } from '../graph/dtype.ts'
import { numberValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import { type CreationOptions, tensor } from './creation.ts'
import { defaultDType } from './default-dtype.ts'
import { sequenceDType } from './fill.ts'
import { Tensor } from './tensor.ts'

/**
 * `steps` numbers from `start` to `end`, both included, at equal distances. Float32 by default.
 *
 * @throws OutOfRangeError when `steps` is no count, or an end is not finite
 * @throws DTypeError for a dtype that is no float; whole numbers come from `arange`
 */
export function linspace(start: number, end: number, steps: number, options: CreationOptions = {}): Tensor {
  return new Tensor(between('linspace', start, end, steps, options))
}

/**
 * `steps` numbers from `base`^`start` to `base`^`end`, both included, each the same multiple of the one before.
 *
 * @param base - default 10
 */
export function logspace(
  start: number,
  end: number,
  steps: number,
  { base = 10, dtype = defaultDType() }: CreationOptions & { readonly base?: number } = {},
): Tensor {
  const wide = sequenceDType(dtype)
  const exponents = between('logspace', start, end, steps, { dtype: wide })
  return new Tensor(build.cast(build.pow(numberValue(base, wide), exponents), dtype))
}

function between(
  who: string,
  start: number,
  end: number,
  steps: number,
  { dtype = defaultDType() }: CreationOptions,
): Value {
  if (!isFloat(dtype)) throw new DTypeError(`${who}: makes floats, got ${dtype}; for whole numbers use arange()`)
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new OutOfRangeError(`${who}: takes a number of steps ≥ 0, got ${steps}`)
  }
  if (!(Number.isFinite(start) && Number.isFinite(end) && Number.isFinite(end - start))) {
    throw new OutOfRangeError(`${who}: both ends and their distance are finite, got ${start} and ${end}`)
  }
  const wide = sequenceDType(dtype)
  const places = build.iota([steps], 0, wide)
  const step = numberValue(steps > 1 ? (end - start) / (steps - 1) : 0, wide)
  const rising = build.add(build.mul(places, step), numberValue(start, wide))
  // The second half is counted from the end, which is thus met exactly.
  const left = build.sub(build.literal(Math.max(steps - 1, 0), wide), places)
  const falling = build.sub(numberValue(steps > 1 ? end : start, wide), build.mul(left, step))
  const isFirstHalf = build.less(places, build.literal(Math.max(steps / 2, 1), wide))
  return build.cast(build.where(isFirstHalf, rising, falling), dtype)
}

export interface TriangleOptions {
  /** 0 for the main diagonal (default), positive above it, negative below. */
  readonly offset?: number
}

/** int32 `[2, count]`: rows and columns of the places of a rows × columns matrix on and below diagonal `offset`. */
export function trilIndices(rows: number, columns: number, { offset = 0 }: TriangleOptions = {}): Tensor {
  return placesWhere('trilIndices', rows, columns, (row, column) => column - row <= offset)
}

/** int32 `[2, count]`: rows and columns of the places of a rows × columns matrix on and above diagonal `offset`. */
export function triuIndices(rows: number, columns: number, { offset = 0 }: TriangleOptions = {}): Tensor {
  return placesWhere('triuIndices', rows, columns, (row, column) => column - row >= offset)
}

function placesWhere(
  who: string,
  rows: number,
  columns: number,
  isIn: (row: number, column: number) => boolean,
): Tensor {
  for (const n of [rows, columns]) {
    if (!(Number.isInteger(n) && n >= 0)) {
      throw new OutOfRangeError(`${who}: takes numbers of rows and columns ≥ 0, got ${rows} and ${columns}`)
    }
  }
  const found: [number[], number[]] = [[], []]
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isIn(row, column)) continue
      found[0].push(row)
      found[1].push(column)
    }
  }
  return tensor(Int32Array.from(found.flat()), { shape: [2, found[0].length] })
}
