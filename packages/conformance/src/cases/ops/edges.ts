import { type DType, isFloat, type Value } from '@voltaic/core/graph'
import { leaf } from '../../check/operands.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const floatEdges = [
  ...[nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, -3],
  ...[2 ** -10, -(2 ** -10), 20, -20, 0.75, -0.75],
]

const integerEdges: Readonly<Partial<Record<DType, readonly number[]>>> = {
  int32: [0, 1, -1, 2, -2, 7, -7, 2147483647, -2147483648, 31, 32, 33, 65537],
  uint32: [0, 1, 2, 7, 31, 32, 33, 65537, 2147483647, 2147483648, 4294967295],
  uint8: [0, 1, 2, 7, 31, 32, 33, 127, 128, 255],
  bool: [0, 1],
}

/** Numbers of `dtype` at which ops go wrong. */
function edgesOf(dtype: DType): readonly number[] {
  return isFloat(dtype) ? floatEdges : integerEdges[dtype]!
}

/** An op of `arity` operands on all combinations of edges. */
export function onEdges(apply: (...operands: Value[]) => Value, arity: number, dtype: DType): Value {
  const edges = edgesOf(dtype)
  if (arity === 1) return apply(leaf(edges, undefined, dtype))
  const left = edges.flatMap((x) => edges.map(() => x))
  const right = edges.flatMap(() => edges)
  return apply(leaf(left, undefined, dtype), leaf(right, undefined, dtype))
}
