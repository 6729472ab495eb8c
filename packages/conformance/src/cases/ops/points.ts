import { type DType, isFloat, isInteger } from '@voltaic/core/graph'
import { leastNormal, leastPositive, rounded } from '../../check/numbers.ts'

/**
 * Hand-chosen arguments of an elementwise op with the results, one use a line: `x y → z`. Results are given in full, whatever
 * dtype they are rounded to. Lines whose numbers a dtype does not hold are left out there.
 */
export interface Points extends Readonly<Partial<Record<DType, string>>> {
  /** For floats and integers. */
  readonly number?: string
  readonly float?: string
  readonly integer?: string
  /** For floats: NaN, infinities and signed zeros, compared with their signs. */
  readonly special?: string
  /** For floats: `s` is the least positive number, `n` the least normal one; `0.5n` is half of that. */
  readonly subnormal?: string
}

/** One use: the arguments, then the result. */
export type Row = readonly number[]

/** The uses with ordinary numbers. */
export function ordinaryRows(points: Points, dtype: DType): Row[] {
  const texts = [
    isFloat(dtype) || isInteger(dtype) ? points.number : undefined,
    isFloat(dtype) ? points.float : undefined,
    isInteger(dtype) ? points.integer : undefined,
    points[dtype],
  ]
  const rows = texts.flatMap((text) => (text === undefined ? [] : parseRows(text, Number)))
  return rows.filter((row) => fits(row, dtype))
}

/** The uses with NaN, infinities and signed zeros. */
export function specialRows({ special }: Points, dtype: DType): Row[] {
  return special === undefined || !isFloat(dtype) ? [] : parseRows(special, Number)
}

/** The uses with subnormal numbers. */
export function subnormalRows({ subnormal }: Points, dtype: DType): Row[] {
  if (subnormal === undefined || !isFloat(dtype)) return []
  const units: Readonly<Record<string, number>> = { s: leastPositive(dtype), n: leastNormal(dtype) }
  return parseRows(subnormal, (text) => {
    const unit = units[text.at(-1)!]
    if (unit === undefined) return Number(text)
    const factor = text.slice(0, -1)
    if (factor === '' || factor === '-') return Number(`${factor}1`) * unit
    return Number(factor) * unit
  })
}

function parseRows(text: string, parse: (text: string) => number): Row[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '').map((line) => line.split(/[\s→]+/).map(parse))
}

function fits(row: Row, dtype: DType): boolean {
  const exact = isFloat(dtype) ? row.slice(0, -1) : row
  return exact.every((x) => rounded(dtype, x) === x)
}
