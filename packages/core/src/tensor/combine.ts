import type { GradientOptions } from '../autograd/backward.ts'
import { gradientsOf } from '../autograd/backward.ts'
import { ShapeError } from '../errors/errors.ts'
import { alias } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { promote } from '../graph/dtype.ts'
import { resolveAxis } from '../graph/shape.ts'
import { valueOf } from './methods/handle.ts'
import { meet } from './operand.ts'
import { Tensor } from './tensor.ts'

/** Tensors joined along `dim`, promoted to one dtype. @throws ShapeError when they differ in another dimension */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors
  if (first === undefined) throw new ShapeError('concat: needs at least one tensor, got none')
  const values = tensors.map((t) => valueOf('concat', t))
  const dtype = values.map(({ spec }) => spec.dtype).reduce(promote)
  const axis = resolveAxis('concat', dim, first.ndim)
  const joined = build.concat(
    values.map((value) => build.cast(value, dtype)),
    axis,
  )
  return new Tensor(joined === first.value ? alias(joined) : joined)
}

/** Tensors of one shape joined along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return concat(
    tensors.map((t) => t.unsqueeze(dim)),
    dim,
  )
}

/** `whenTrue` where `condition` (bool) holds, `whenFalse` elsewhere; all broadcast. */
export function where(condition: Tensor, whenTrue: Tensor | number, whenFalse: Tensor | number): Tensor {
  const operand = (x: Tensor | number) => (typeof x === 'number' ? x : valueOf('where', x, 'tensors or numbers'))
  const [a, b] = meet(operand(whenTrue), operand(whenFalse))
  return new Tensor(build.where(valueOf('where', condition), a, b))
}

/**
 * Gradients of the sum of `outputs` with respect to `inputs`, which may be any tensors; null where nothing depends on one.
 * With `createGraph` they can be differentiated again.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  { gradOutputs = [], ...options }: GradientOptions & { readonly gradOutputs?: readonly Tensor[] } = {},
): (Tensor | null)[] {
  const list = outputs instanceof Tensor ? [outputs] : outputs
  const gradients = gradientsOf(
    list.map((t) => valueOf('grad', t)),
    inputs.map((t) => valueOf('grad', t)),
    gradOutputs.map((t) => valueOf('grad', t)),
    options,
  )
  return gradients.map((gradient) => (gradient === null ? null : new Tensor(gradient)))
}
