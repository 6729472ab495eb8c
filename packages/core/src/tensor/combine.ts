import type { GradientOptions } from '../autograd/backward.ts'
import { gradientsOf } from '../autograd/backward.ts'
import { MisconfigurationError, ShapeError } from '../errors/errors.ts'
import { alias } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { promote } from '../graph/dtype.ts'
import { broadcastShapes, resolveAxis, sameShape, sizeOf } from '../graph/shape.ts'
import { formatShape, type Shape } from '../graph/spec.ts'
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

/** `concat` */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return concat(tensors, dim)
}

/** Tensors of one shape joined along a new dimension. @throws ShapeError when shapes differ */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors
  for (const t of tensors) {
    if (!sameShape(valueOf('stack', t).spec.shape, first!.shape)) {
      throw new ShapeError(`stack: shapes differ, got ${formatShape(first!.shape)} and ${formatShape(t.shape)}`)
    }
  }
  if (first === undefined) throw new ShapeError('stack: needs at least one tensor, got none')
  const at = resolveAxis('stack', dim, first.ndim + 1)
  return concat(
    tensors.map((t) => t.unsqueeze(at)),
    at,
  )
}

/** Tensors side by side: joined along dimension 1, vectors and scalars along their only one. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const parts = tensors.map((t) => (valueOf('hstack', t).spec.rank === 0 ? t.reshape([1]) : t))
  return concat(parts, parts[0]?.ndim === 1 ? 0 : 1)
}

/** Tensors one above the other: joined along dimension 0, vectors and scalars as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return concat(tensors.map((t) => (valueOf('vstack', t).spec.rank < 2 ? t.reshape([1, t.numel]) : t)))
}

/** `whenTrue` where `condition` (bool) holds, `whenFalse` elsewhere; all broadcast. */
export function where(condition: Tensor, whenTrue: Tensor | number, whenFalse: Tensor | number): Tensor {
  const operand = (x: Tensor | number) => (typeof x === 'number' ? x : valueOf('where', x, 'tensors or numbers'))
  const [a, b] = meet(operand(whenTrue), operand(whenFalse))
  return new Tensor(build.where(valueOf('where', condition), a, b))
}

/** Tensors broadcast to the shape in which they meet. @throws ShapeError when they do not */
export function broadcastTensors(tensors: readonly Tensor[]): Tensor[] {
  let shape: Shape = []
  for (const t of tensors) {
    const met = broadcastShapes(shape, valueOf('broadcastTensors', t).spec.shape)
    if (met === undefined) {
      throw new ShapeError(
        `broadcastTensors: shapes do not broadcast, got ${tensors.map((x) => formatShape(x.shape)).join(', ')}`,
      )
    }
    shape = met
  }
  return tensors.map((t) => t.expand(shape))
}

/**
 * The coordinates of a grid: of n vectors, n tensors of n dimensions, the i-th with the i-th vector along its dimension i.
 *
 * @param indexing - `ij` (default), or `xy`, where the first vector runs along dimension 1 and the second along 0
 * @throws ShapeError when one has more than one dimension
 */
export function meshgrid(
  tensors: readonly Tensor[],
  { indexing = 'ij' }: { readonly indexing?: 'ij' | 'xy' } = {},
): Tensor[] {
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new MisconfigurationError(`meshgrid: indexing is 'ij' or 'xy', got ${JSON.stringify(indexing)}`)
  }
  const shape = tensors.map((t) => sizeOf(valueOf('meshgrid', t).spec.shape))
  const grids = tensors.map((t, i) => {
    if (t.ndim > 1) throw new ShapeError(`meshgrid: takes vectors, got ${formatShape(t.shape)}`)
    return t.reshape(shape.map((n, axis) => (axis === i ? n : 1))).expand(shape)
  })
  return indexing === 'xy' && tensors.length > 1 ? grids.map((grid) => grid.transpose(0, 1)) : grids
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
