import * as build from '../graph/build.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Value } from '../graph/value.ts'

/** A value whose dimensions have names, each its own. */
export interface Labelled<L> {
  readonly value: Value
  readonly labels: readonly L[]
}

/** Summed over every dimension that `keeps` does not name. */
export function sumOver<L>({ value, labels }: Labelled<L>, keeps: (label: L) => boolean): Labelled<L> {
  const axes = labels.flatMap((label, axis) => (keeps(label) ? [] : [axis]))
  return { value: build.sum(value, axes), labels: labels.filter(keeps) }
}

/** With its dimensions in the order of `labels`. */
export function arranged<L>(x: Labelled<L>, labels: readonly L[]): Value {
  return build.permute(
    x.value,
    labels.map((label) => x.labels.indexOf(label)),
  )
}

/**
 * The product of two values, summed over what `keeps` does not name: one batched matrix product, or an elementwise one when
 * they share nothing to sum over. Dimensions of one name are of one length.
 */
export function contract<L>(left: Labelled<L>, right: Labelled<L>, keeps: (label: L) => boolean): Labelled<L> {
  // What only one of them has is summed before the product, which makes it smaller.
  const a = sumOver(left, (label) => keeps(label) || right.labels.includes(label))
  const b = sumOver(right, (label) => keeps(label) || left.labels.includes(label))
  const shared = a.labels.filter((label) => b.labels.includes(label))
  const batch = shared.filter(keeps)
  const summed = shared.filter((label) => !keeps(label))
  const rows = a.labels.filter((label) => !shared.includes(label))
  const columns = b.labels.filter((label) => !shared.includes(label))
  const labels = [...batch, ...rows, ...columns]
  const sizes = (x: Labelled<L>, of: readonly L[]) => of.map((label) => x.value.spec.shape[x.labels.indexOf(label)]!)
  const [lead, height, width] = [sizes(a, batch), sizes(a, rows), sizes(b, columns)]
  const [first, second] = [arranged(a, [...batch, ...rows, ...summed]), arranged(b, [...batch, ...summed, ...columns])]
  if (summed.length === 0) {
    const spread = build.reshape(first, [...lead, ...height, ...width.map(() => 1)])
    return { value: build.mul(spread, build.reshape(second, [...lead, ...height.map(() => 1), ...width])), labels }
  }
  const depth = sizeOf(sizes(a, summed))
  const product = build.matmul(
    build.reshape(first, [...lead, sizeOf(height), depth]),
    build.reshape(second, [...lead, depth, sizeOf(width)]),
  )
  return { value: build.reshape(product, [...lead, ...height, ...width]), labels }
}
