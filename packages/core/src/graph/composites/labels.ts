import { equal, gather, indexSelect, iota, literal, literalLike, mul, neg, reshape, where } from '../build.ts'
import type { Value } from '../value.ts'

/** Where the classes are in `[batch, classes, …rest]`. */
export const classAxis = 1

/** `[batch, …rest]` as `[batch, 1, …rest]`. */
export function withClassAxis(x: Value): Value {
  const [batch, ...rest] = x.spec.shape
  return reshape(x, [batch!, 1, ...rest])
}

/** Whether an element of `x` is at its label: bool, shaped as `x`. */
export function isAtLabel(x: Value, labels: Value): Value {
  const classes = iota(
    x.spec.shape.map((n, i) => (i === classAxis ? n : 1)),
    classAxis,
    'int32',
  )
  return equal(classes, withClassAxis(labels))
}

/** The elements of `x` at their labels, shaped as `labels`. */
export function pickLabels(x: Value, labels: Value): Value {
  return reshape(gather(x, withClassAxis(labels), classAxis), labels.spec.shape)
}

/** Whether a label does not count. */
export function isIgnored(labels: Value, ignoreIndex: number): Value {
  return equal(labels, literal(ignoreIndex, 'int32'))
}

/** Losses, and the weights that they hold. */
export interface WeightedLosses {
  readonly losses: Value
  readonly weights: Value
}

/**
 * −w[label]·x[label] of each label; losses and weights are 0 where the label is `ignoreIndex`, whatever `x` is there.
 *
 * @param weight - w, one a class; null: 1
 */
export function nllLosses(x: Value, labels: Value, ignoreIndex: number, weight: Value | null): WeightedLosses {
  const ignored = isIgnored(labels, ignoreIndex)
  // What is ignored need not be the index of a class.
  const safe = where(ignored, literalLike(labels, 0), labels)
  const picked = neg(pickLabels(x, safe))
  const zero = literalLike(picked, 0)
  if (weight === null) return { losses: where(ignored, zero, picked), weights: where(ignored, zero, literalLike(x, 1)) }
  const ofLabel = indexSelect(weight, safe, 0)
  return { losses: where(ignored, zero, mul(picked, ofLabel)), weights: where(ignored, zero, ofLabel) }
}
