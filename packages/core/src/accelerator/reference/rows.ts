import { reducedShape, sizeOf } from '../../graph/shape.ts'
import type { Operand } from './kernel.ts'
import { copyView, materialize, permuted, rowMajor, viewOf } from './view.ts'

/** A tensor cut into rows, one after the other in `data`. */
export interface Rows {
  readonly data: Float64Array
  readonly count: number
  readonly length: number
}

/** `x` as rows along `axes`: the other axes, in their order, number the rows. To be read only. */
export function rowsAlong(x: Operand, axes: readonly number[]): Rows {
  const view = permuted(viewOf(x), axesLast(x.spec.rank, axes))
  const length = axes.reduce((product, axis) => product * x.spec.shape[axis]!, 1)
  return { data: materialize(view), count: sizeOf(reducedShape(x.spec.shape, axes, false)), length }
}

/** Writes rows along `axis` into `out`. */
export function storeRows(data: Float64Array, out: Operand, axis: number): void {
  const target = permuted(viewOf(out), axesLast(out.spec.rank, [axis]))
  copyView(rowMajor(data, target.shape), target)
}

function axesLast(rank: number, axes: readonly number[]): number[] {
  const others = Array.from({ length: rank }, (_, i) => i).filter((axis) => !axes.includes(axis))
  return [...others, ...axes]
}
