import type { DType } from '../../graph/dtype.ts'
import { tensor } from '../../tensor/creation.ts'
import { Buffer } from '../../tensor/parameter.ts'

export interface PositionTableOptions {
  /** Rows: position 0 and on. */
  readonly length: number
  readonly width: number
  readonly dtype: DType
}

/**
 * A function of position and column as a table `[length, width]`, which no state dict holds. It is computed on the host, in
 * float64: an angle of float32 is off by half a thousandth at position 10 000.
 */
export function positionTable(
  { length, width, dtype }: PositionTableOptions,
  at: (position: number, column: number) => number,
): Buffer {
  const data = Float64Array.from({ length: length * width }, (_, i) => at(Math.floor(i / width), i % width))
  return new Buffer(tensor(data, { shape: [length, width], dtype }), { persistent: false })
}

/** Radians a step of each pair of `dim` columns: base^(−2i / dim). */
export function frequencies(dim: number, base: number): readonly number[] {
  return Array.from({ length: Math.ceil(dim / 2) }, (_, i) => base ** ((-2 * i) / dim))
}
