import { sizeOf } from '@voltaic/core/graph'

import type { Shape } from '../../ops/op-definition.ts'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { everything, type Rules, wideArithmetic } from '../rule.ts'

type IndexingName = 'indexSelect' | 'indexAdd' | 'gather' | 'scatterAdd' | 'scatter'

/** Selection by indices and its inverse. An index outside its axis stays one, so that a kernel that cares says so. */
export const indexingRules: Rules<IndexingName> = {
  indexSelect: {
    takes: everything,
    exact: true,
    lower: (emit, { inputs: [x, indices], attributes: { axis } }) => {
      emit.checkIndices(indices!, x!.shape[axis]!)
      return emit.gather(x!, indices!, axis)
    },
  },
  indexAdd: {
    takes: wideArithmetic,
    lower: (emit, { inputs: [x, indices, updates], attributes: { axis } }) => {
      if (sizeOf(updates!.shape) === 0) return x!
      emit.checkIndices(indices!, x!.shape[axis]!)
      // Rows along the first axis: elsewhere it is moved there and back.
      const { length } = indices!.shape
      const rows = emit.transpose(x!, axisFirst(x!.shape.length, axis, 1))
      const added = emit.transpose(updates!, axisFirst(updates!.shape.length, axis, length))
      const flat = emit.reshape(added, [sizeOf(indices!.shape), ...rows.shape.slice(1)])
      const at = emit.reshape(indices!, [sizeOf(indices!.shape), 1])
      const sum = emit.op('TensorScatterAdd', rows, at, flat)
      return emit.transpose(sum, inverse(axisFirst(x!.shape.length, axis, 1)))
    },
  },
  gather: {
    takes: everything,
    exact: true,
    lower: (emit, { inputs: [x, indices], attributes: { axis } }) =>
      emit.op('GatherNd', x!, places(emit, x!.shape, indices!, axis)),
  },
  scatterAdd: {
    takes: wideArithmetic,
    lower: (emit, { inputs: [x, indices, updates], attributes: { axis } }) => {
      const count = sizeOf(indices!.shape)
      if (count === 0) return x!
      const at = emit.reshape(places(emit, x!.shape, indices!, axis), [count, x!.shape.length])
      return emit.op('TensorScatterAdd', x!, at, emit.reshape(updates!, [count]))
    },
  },
  scatter: {
    takes: everything,
    exact: true,
    lower: (emit, { inputs: [x, indices, updates], attributes: { axis } }) => {
      const count = sizeOf(indices!.shape)
      if (count === 0) return x!
      const at = emit.reshape(flatIndices(emit, x!.shape, indices!, axis), [count])
      // Whose update is the last one in a place: a GPU's scatter would take any.
      const order = emit.ints(Array.from({ length: count }, (_, i) => i))
      const size = sizeOf(x!.shape)
      const last = emit.reshape(emit.op('UnsortedSegmentMax', order, at, emit.number(size, 'int32')), x!.shape)
      const zero = emit.number(0, 'int32')
      const chosen = emit.gather(emit.reshape(updates!, [count]), emit.op('Maximum', last, zero), 0)
      return emit.select(emit.op('GreaterEqual', last, zero), chosen, x!)
    },
  },
}

/** The order of axes that brings `count` of them, from `axis` on, to the front. */
function axisFirst(rank: number, axis: number, count: number): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i)
  const moved = axes.slice(axis, axis + count)
  return [...moved, ...axes.filter((i) => !moved.includes(i))]
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i))
}

/** For each index, as PyTorch's gather means it, its place in a tensor of `shape`: a number a dimension. */
function places(emit: Emitter, shape: Shape, indices: Raw, axis: number): Raw {
  emit.checkIndices(indices, shape[axis]!)
  const numbers = indices.shape.map((n, i) => {
    if (i === axis) return indices
    const along = emit.ints(
      Array.from({ length: n }, (_, place) => place),
      indices.shape.map((_, j) => (i === j ? n : 1)),
    )
    return emit.broadcastTo(along, indices.shape)
  })
  return emit.stack(numbers, indices.shape.length)
}

/** Places in a tensor of `shape`, flat, of what PyTorch's gather means by indices; out of range where those are. */
function flatIndices(emit: Emitter, shape: Shape, indices: Raw, axis: number): Raw {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)))
  const [length, size] = [shape[axis]!, sizeOf(shape)]
  let flat = emit.op('Mul', indices, emit.number(strides[axis]!, 'int32'))
  for (const [i, n] of indices.shape.entries()) {
    if (i === axis || n === 1) continue
    const along = indices.shape.map((_, j) => (i === j ? n : 1))
    const offsets = emit.ints(
      Array.from({ length: n }, (_, place) => place * strides[i]!),
      along,
    )
    flat = emit.op('AddV2', flat, offsets)
  }
  // A wrong index would be a right one in another row.
  emit.checkIndices(indices, length)
  return emit.select(emit.isInside(indices, length), flat, emit.number(size, 'int32'))
}
