import { DataError } from '../errors/errors.ts'
import { type HostArray, hostArray } from '../graph/dtype.ts'
import { type HostTensor, hostTensor } from '../graph/host-tensor.ts'
import { type ColumnPlan, type CsvOptions, locateColumn, parseCell, planColumns } from './csv-columns.ts'
import { TensorDataset } from './tensor-dataset.ts'

/**
 * Collects rows of text into the columns of a dataset; what splits text into cells is the caller's choice.
 *
 * Errors name the file, the row, counted from 1 as editors do, and the position in it, counted from 0 as options do.
 */
export class CsvTable<Key extends string> {
  readonly #file: string
  readonly #plans: readonly ColumnPlan[]
  readonly #hasHeader: boolean
  #columns: readonly GrowingColumn[] | undefined
  #cellsPerRow = 0
  #rowNumber = 0
  #length = 0

  /**
   * @param file - named in errors
   * @throws MisconfigurationError, OutOfRangeError, ShapeError, DTypeError when columns cannot be as described
   */
  constructor(options: CsvOptions<Key>, file: string) {
    this.#file = file
    this.#plans = planColumns(options)
    this.#hasHeader = options.header ?? false
  }

  /** Rows taken so far, header and empty ones included. */
  get rowNumber(): number {
    return this.#rowNumber
  }

  /**
   * Takes the next row; one that is empty is skipped.
   *
   * @throws DataError when it is not as long as the first, lacks a column, or a cell is no number of the column's dtype
   */
  addRow(row: readonly string[]): void {
    this.#rowNumber++
    if (row.length === 0 || (row.length === 1 && row[0]!.trim() === '')) return
    if (this.#columns === undefined) {
      this.#columns = this.#start(row)
      if (this.#hasHeader) return
    }
    if (row.length !== this.#cellsPerRow) {
      throw new DataError(
        `readCsv: rows of ${this.#file} differ in length, ` +
          `got ${row.length} cells in row ${this.#rowNumber} and ${this.#cellsPerRow} in the first`,
      )
    }
    for (const column of this.#columns) this.#readCells(row, column)
    this.#length++
  }

  /**
   * The dataset of all rows taken.
   *
   * @throws DataError when there was none
   */
  finish(): TensorDataset<Key> {
    if (this.#columns === undefined || this.#length === 0) {
      throw new DataError(`readCsv: no rows in ${this.#file}, got ${this.#rowNumber} lines`)
    }
    const columns = this.#columns.map((column) => [column.plan.key, column.finish(this.#length)])
    return new TensorDataset<Key>(Object.fromEntries(columns) as Record<Key, HostTensor>)
  }

  #start(firstRow: readonly string[]): readonly GrowingColumn[] {
    this.#cellsPerRow = firstRow.length
    return this.#plans.map((plan) => {
      const from = locateColumn(plan, firstRow, this.#file)
      if (from + plan.width <= firstRow.length) return new GrowingColumn(plan, from)
      throw new DataError(
        `readCsv: column ${plan.key} ends at position ${from + plan.width}, ` +
          `got ${firstRow.length} cells in row ${this.#rowNumber} of ${this.#file}`,
      )
    })
  }

  #readCells(row: readonly string[], column: GrowingColumn): void {
    const { plan, from } = column
    const start = column.reserve(plan.width)
    for (let i = 0; i < plan.width; i++) {
      const cell = row[from + i]!
      const value = parseCell(cell, plan.dtype)
      if (value === undefined) throw this.#badCell(cell, from + i, plan)
      column.data[start + i] = value * plan.scale
    }
  }

  #badCell(cell: string, position: number, { key, dtype }: ColumnPlan): DataError {
    return new DataError(
      `readCsv: no ${dtype} in ${this.#file}, row ${this.#rowNumber}, position ${position} (column ${key}), ` +
        `got "${cell}"`,
    )
  }
}

/** A column whose number of rows is not known yet. */
class GrowingColumn {
  readonly plan: ColumnPlan
  readonly from: number
  data: HostArray
  #used = 0

  constructor(plan: ColumnPlan, from: number) {
    this.plan = plan
    this.from = from
    this.data = hostArray(plan.dtype, plan.width * 256)
  }

  /** Room for `count` more elements, and where it starts. */
  reserve(count: number): number {
    const start = this.#used
    this.#used += count
    if (this.#used > this.data.length) {
      const grown = hostArray(this.plan.dtype, this.data.length * 2)
      grown.set(this.data)
      this.data = grown
    }
    return start
  }

  /** `[rows, ...shape]` */
  finish(rows: number): HostTensor {
    return hostTensor(this.data.slice(0, this.#used), [rows, ...this.plan.shape], this.plan.dtype)
  }
}
