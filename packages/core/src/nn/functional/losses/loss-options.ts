import { MisconfigurationError, ShapeError } from '../../../errors/errors.ts'
import * as build from '../../../graph/build.ts'
import { accumulationDType, type Reduction, reduceLoss } from '../../../graph/composites/reduce-loss.ts'
import { promote } from '../../../graph/dtype.ts'
import { broadcastShapes, sameShape } from '../../../graph/shape.ts'
import { formatShape } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { preciseIn } from '../../../tensor/autocast.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import { requireFloat } from '../../../tensor/operand.ts'
import { Tensor } from '../../../tensor/tensor.ts'

export interface LossOptions {
  /** What becomes of the losses of the elements: their `mean` (default), their `sum`, or `none` to keep them. */
  readonly reduction?: Reduction
}

const reductions: readonly Reduction[] = ['mean', 'sum', 'none']

/** @throws MisconfigurationError for a reduction that there is not */
export function checkReduction(who: string, reduction: string, choices: readonly string[] = reductions): void {
  if (choices.includes(reduction)) return
  throw new MisconfigurationError(`${who}: reduction is one of ${choices.join(', ')}, got ${String(reduction)}`)
}

/** The losses of the elements as the options want them. */
export function reduced(who: string, losses: Value, { reduction = 'mean' }: LossOptions): Tensor {
  checkReduction(who, reduction)
  return new Tensor(reduceLoss(losses, reduction))
}

/**
 * Values of one shape, in the dtype in which they meet. Losses do not broadcast: `[batch, 1]` against `[batch]` would make a
 * table of all pairs, a mistake that trains without a word.
 *
 * @param named - by the names of the arguments; the first is of floats
 * @throws ShapeError when shapes differ
 */
export function alike<Names extends string>(who: string, named: Readonly<Record<Names, Tensor>>): Record<Names, Value> {
  const names = Object.keys(named) as Names[]
  const values = names.map((name) => preciseIn(valueOf(who, named[name], `a tensor ${name}`)))
  const first = values[0]!
  requireFloat(who, first)
  if (!values.every(({ spec }) => sameShape(spec.shape, first.spec.shape))) {
    const shapes = values.map(({ spec }) => formatShape(spec.shape))
    throw new ShapeError(`${who}: ${listed(names)} have one shape, got ${listed(shapes)}; reshape one of them`)
  }
  const dtype = values.map(({ spec }) => spec.dtype).reduce(promote)
  return Object.fromEntries(names.map((name, i) => [name, build.cast(values[i]!, dtype)])) as Record<Names, Value>
}

/** Half types as float32: for losses whose terms half precision has no room for. */
export function widened(x: Value): Value {
  return build.cast(x, accumulationDType(x.spec.dtype))
}

/** A factor of each element's loss, in the dtype of `like`. @throws ShapeError when it does not broadcast to `like` */
export function factorOf(who: string, name: string, factor: Tensor, like: Value): Value {
  const { spec } = valueOf(who, factor, `a tensor ${name}`)
  const met = broadcastShapes(spec.shape, like.spec.shape)
  if (met === undefined || !sameShape(met, like.spec.shape)) {
    throw new ShapeError(
      `${who}: ${name} broadcasts to the input, got ${formatShape(spec.shape)} for ${formatShape(like.spec.shape)}`,
    )
  }
  return build.cast(factor.value, like.spec.dtype)
}

/** A weight for each of `classes`, in the dtype of `like`; null: none. @throws ShapeError when there is another number of them */
export function classWeight(who: string, weight: Tensor | null, classes: number, like: Value): Value | null {
  if (weight === null) return null
  const value = valueOf(who, weight, 'a tensor weight')
  if (!sameShape(value.spec.shape, [classes])) {
    throw new ShapeError(`${who}: weight has one element a class, [${classes}], got ${formatShape(value.spec.shape)}`)
  }
  return build.cast(value, like.spec.dtype)
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
