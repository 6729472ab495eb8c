import { DataError, DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { type DType, isFloat } from '../graph/dtype.ts'
import { sizeOf } from '../graph/shape.ts'
import { formatShape, type Shape } from '../graph/spec.ts'

/** What a cell can become; half types are the business of precision, not of files. */
export type CsvDType = Exclude<DType, 'float16' | 'bfloat16'>

interface CsvNumbers {
  /** Default float32. */
  readonly dtype?: CsvDType
  /** Factor on each value, for float dtypes; default 1. */
  readonly scale?: number
}

/** A column of scalars: one cell of each row. */
export interface CsvCell extends CsvNumbers {
  /** Position, from 0, or, in a file with a header, name. */
  readonly at: number | string
}

/** A column of tensors: neighbouring cells of each row. */
export interface CsvRange extends CsvNumbers {
  /** First position, from 0. */
  readonly from: number
  /** Position after the last. */
  readonly to: number
  /** How the cells of a row are arranged, row-major; default `[to - from]`. */
  readonly shape?: Shape
}

export type CsvColumn = CsvCell | CsvRange

/** How the cells of a table become the columns of a dataset. */
export interface CsvOptions<Key extends string> {
  /** The dataset's columns by name; cells that none of them asks for are not read. */
  readonly columns: Readonly<Record<Key, CsvColumn>>
  /** Whether the first row holds names; default false. */
  readonly header?: boolean
  /** One character; default a comma. */
  readonly delimiter?: string
}

/** A checked column; `from` waits for the header when the cell was named. */
export interface ColumnPlan {
  readonly key: string
  readonly from: number | string
  readonly width: number
  readonly shape: Shape
  readonly dtype: CsvDType
  readonly scale: number
}

/**
 * The columns of `options`, checked.
 *
 * @throws MisconfigurationError when a name is used without a header, or a scale with a dtype of whole numbers
 * @throws OutOfRangeError, ShapeError, DTypeError when positions, shape or dtype of a column cannot be
 */
export function planColumns(options: CsvOptions<string>): readonly ColumnPlan[] {
  return Object.entries(options.columns).map(([key, column]) => planColumn(key, column, options.header ?? false))
}

function planColumn(key: string, column: CsvColumn, header: boolean): ColumnPlan {
  const { dtype = 'float32', scale = 1 } = column
  if (!(dtype in ranges)) throw new DTypeError(`readCsv: column ${key} cannot be read as its dtype, got ${dtype}`)
  if (scale !== 1 && !isFloat(dtype)) {
    throw new MisconfigurationError(`readCsv: column ${key} has a scale, got dtype ${dtype}; scale a float column`)
  }
  return { key, dtype, scale, ...('at' in column ? planCell(key, column, header) : planRange(key, column)) }
}

function planCell(key: string, { at }: CsvCell, header: boolean): Pick<ColumnPlan, 'from' | 'width' | 'shape'> {
  if (typeof at === 'string' && !header) {
    throw new MisconfigurationError(
      `readCsv: column ${key} is named but the file has no header, got "${at}"; pass header: true or a position`,
    )
  }
  if (typeof at === 'number') checkPosition(key, at)
  return { from: at, width: 1, shape: [] }
}

function planRange(key: string, { from, to, shape }: CsvRange): Pick<ColumnPlan, 'from' | 'width' | 'shape'> {
  checkPosition(key, from)
  checkPosition(key, to)
  if (to <= from) throw new OutOfRangeError(`readCsv: column ${key} has no cells, got from ${from} to ${to}`)
  const width = to - from
  if (shape !== undefined && sizeOf(shape) !== width) {
    throw new ShapeError(`readCsv: the shape of column ${key} does not hold ${width} cells, got ${formatShape(shape)}`)
  }
  return { from, width, shape: shape ?? [width] }
}

function checkPosition(key: string, position: number): void {
  if (Number.isSafeInteger(position) && position >= 0) return
  throw new OutOfRangeError(`readCsv: positions of column ${key} are whole numbers ≥ 0, got ${position}`)
}

const largestFloat32 = 2 ** 128 - 2 ** 104

/** What each dtype holds: least and greatest value, and whether whole numbers only. */
const ranges: Readonly<Record<CsvDType, readonly [number, number, boolean]>> = {
  float32: [-largestFloat32, largestFloat32, false],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE, false],
  int32: [-(2 ** 31), 2 ** 31 - 1, true],
  uint32: [0, 2 ** 32 - 1, true],
  uint8: [0, 255, true],
  bool: [0, 1, true],
}

/**
 * Reads a cell as a number of `dtype`: finite, in its range, whole where the dtype is. A bool is 0, 1, true or false.
 *
 * @returns undefined when the cell is none
 */
export function parseCell(cell: string, dtype: CsvDType): number | undefined {
  const [least, greatest, whole] = ranges[dtype]
  const value = dtype === 'bool' ? parseBool(cell) : Number(cell)
  if (!(value >= least && value <= greatest) || (whole && !Number.isInteger(value))) return undefined
  // Number('') is 0.
  return value === 0 && cell.trim() === '' ? undefined : value
}

function parseBool(cell: string): number {
  const text = cell.trim().toLowerCase()
  if (text === 'true') return 1
  return text === 'false' ? 0 : Number(text)
}

/**
 * Position of a column's first cell, looked up in the header where it was named.
 *
 * @throws DataError when the header lacks the name, or has it twice
 */
export function locateColumn({ from, key }: ColumnPlan, header: readonly string[], file: string): number {
  if (typeof from === 'number') return from
  const names = header.map((name) => name.trim())
  const position = names.indexOf(from)
  if (position !== -1 && names.indexOf(from, position + 1) === -1) return position
  const problem = position === -1 ? 'is not in the header' : 'is in the header twice'
  throw new DataError(`readCsv: column ${key} ${problem} of ${file}, got "${from}" among ${names.join(', ')}`)
}
