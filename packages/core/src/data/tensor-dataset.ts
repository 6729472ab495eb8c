import { ShapeError } from '../errors/errors.ts'
import type { HostArray } from '../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray } from '../graph/host-tensor.ts'
import { formatShape } from '../graph/spec.ts'
import type { Collated } from './collate.ts'
import { checkIndex, type Dataset } from './dataset.ts'
import { gatherRows, rowOf } from './rows.ts'

/**
 * A dataset of named columns held in memory; sample i is row i of each.
 *
 * ```ts
 * new TensorDataset({ image: hostTensor(pixels, [1797, 1, 8, 8]), label: Int32Array.from(labels) })
 * ```
 */
export class TensorDataset<Key extends string> implements Dataset<Record<Key, HostTensor>> {
  readonly length: number
  /** Each column whole, `[length, ...shape]`. */
  readonly columns: Readonly<Record<Key, HostTensor>>
  readonly #entries: readonly (readonly [string, HostTensor])[]

  /**
   * @param columns - host tensors, or typed arrays as columns of scalars; all with the same first dimension. They are kept,
   * not copied.
   * @throws ShapeError when there is no column, a column is 0-d, or first dimensions differ
   */
  constructor(columns: Readonly<Record<Key, HostTensor | HostArray>>) {
    this.#entries = Object.entries<HostTensor | HostArray>(columns).map(([key, column]) => [
      key,
      isHostArray(column) ? hostTensor(column) : column,
    ])
    this.columns = Object.fromEntries(this.#entries) as Record<Key, HostTensor>
    this.length = commonLength(this.#entries)
  }

  /** Sample `index`: a view on row `index` of each column. */
  get(index: number): Record<Key, HostTensor> {
    checkIndex('TensorDataset', index, this.length)
    return this.#mapColumns((column) => rowOf(column, index))
  }

  gather(indices: readonly number[]): Collated<Record<Key, HostTensor>> {
    for (const index of indices) checkIndex('TensorDataset', index, this.length)
    return this.#mapColumns((column) => gatherRows(column, indices)) as Collated<Record<Key, HostTensor>>
  }

  #mapColumns(take: (column: HostTensor) => HostTensor): Record<Key, HostTensor> {
    const taken: Record<string, HostTensor> = {}
    for (const [key, column] of this.#entries) taken[key] = take(column)
    return taken
  }
}

function commonLength(columns: readonly (readonly [string, HostTensor])[]): number {
  const [first, ...others] = columns
  if (first === undefined) throw new ShapeError('TensorDataset: at least one column is needed, got none')
  for (const [key, column] of columns) {
    if (column.shape.length === 0) throw new ShapeError(`TensorDataset: column ${key} has no rows, got a 0-d tensor`)
  }
  const length = first[1].shape[0]!
  for (const [key, column] of others) {
    if (column.shape[0] === length) continue
    throw new ShapeError(
      `TensorDataset: columns differ in their first dimension, ` +
        `got ${first[0]} ${formatShape(first[1].shape)} and ${key} ${formatShape(column.shape)}`,
    )
  }
  return length
}
