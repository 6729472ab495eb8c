import { ShapeError } from '../../errors/errors.ts'
import { concat, fullLike, sliceAxis } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { record } from '../record.ts'
import { formatShape, specOf } from '../spec.ts'
import type { Value } from '../value.ts'

export interface SplitAttributes {
  readonly axis: number
  /** Lengths of the parts along `axis`, of which they cover all. */
  readonly sizes: readonly number[]
}

/**
 * The parts of a tensor along one axis. Its gradient joins those of the parts, where that of as many slices would pad each
 * to the whole and add them up.
 */
export const splitOp: Composite<SplitAttributes> = defineComposite({
  name: 'split',
  infer: ([x], { axis, sizes }) => {
    const total = sizes.reduce((sum, n) => sum + n, 0)
    if (total !== x!.shape[axis]) {
      throw new ShapeError(
        `split: the sizes add up to axis ${axis}, got ${formatShape(sizes)} for ${formatShape(x!.shape)}`,
      )
    }
    return sizes.map((size) =>
      specOf(
        x!.dtype,
        x!.shape.map((n, i) => (i === axis ? size : n)),
      ),
    )
  },
  decompose: ([x], { axis, sizes }) => {
    let start = 0
    return sizes.map((size) => {
      const part = sliceAxis(x!, axis, start, start + size)
      start += size
      return part
    })
  },
  vjp: ({ outputs, cotangents, attributes: { axis } }) => [
    concat(
      outputs.map((part, i) => cotangents[i] ?? fullLike(part, 0)),
      axis,
    ),
  ],
})

/** @param sizes - lengths of the parts, at least one */
export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  return sizes.length === 1 ? [x] : record(splitOp, [x], { axis, sizes })
}

/** `count` parts of one length. */
export function chunk(x: Value, axis: number, count: number): readonly Value[] {
  return split(x, axis, new Array<number>(count).fill(x.spec.shape[axis]! / count))
}
