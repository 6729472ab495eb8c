import {
  abs,
  add,
  broadcastTo,
  cast,
  concat,
  div,
  equal,
  flip,
  type GraphNode,
  indexAdd,
  isFinite,
  isNan,
  isPrimitive,
  less,
  literalLike,
  matmul,
  maxPool,
  mul,
  neg,
  not,
  type PrimitiveName,
  record,
  reshape,
  type Shape,
  slice,
  sliceAxis,
  sort,
  sub,
  sum,
  transposeLast,
  trunc,
  type Value,
  where,
} from '@voltaic/core/graph'
import type { Visit } from './rewriting.ts'

/** Ops that come out wrong, each as a rewriting of graphs. */
export const wrongOps = {
  /** Sums along the last axis, whichever was asked for. */
  wrongReductionAxis: (node, [x]) => {
    if (!isPrimitive(node, 'sum') || node.attributes.axes.length !== 1) return undefined
    const [axis] = node.attributes.axes
    const { shape } = x!.spec
    const others = shape.filter((_, i) => i !== axis)
    return [
      likeOutput(sum(reshape(x!, [...others, shape[axis!]!]), [others.length]), node.attributes.keepDims, shape, axis!),
    ]
  },

  /** Reads an operand that is to be transposed as if it lay transposed in memory. */
  ignoredTransposition: (node, [a, b]) => {
    if (!isPrimitive(node, 'matmul')) return undefined
    const { transposeA, transposeB } = node.attributes
    if (!transposeA && !transposeB) return undefined
    return [matmul(transposeA ? turned(a!) : a!, transposeB ? turned(b!) : b!)]
  },

  /** Adds up products in half precision. */
  float16Accumulation: (node, [a, b]) => {
    if (!isPrimitive(node, 'matmul') || a!.spec.dtype !== 'float32') return undefined
    const { transposeA, transposeB } = node.attributes
    const [x, y] = [transposeA ? transposeLast(a!) : a!, transposeB ? transposeLast(b!) : b!]
    const length = x.spec.shape.at(-1)!
    let total: Value | null = null
    for (let k = 0; k < length; k += 4) {
      const end = Math.min(k + 4, length)
      const part = matmul(sliceAxis(x, x.spec.rank - 1, k, end), sliceAxis(y, y.spec.rank - 2, k, end))
      total = total === null ? cast(part, 'float16') : add(total, cast(part, 'float16'))
    }
    return total === null ? undefined : [cast(total, 'float32')]
  },

  /** Takes an operand's first element for all of it where it broadcasts. */
  ignoredBroadcasting: (node, inputs) => {
    if (!isOneOf(node, ['add', 'sub', 'mul', 'div', 'maximum', 'minimum'])) return undefined
    const size = Math.max(...inputs.map(({ spec }) => spec.size))
    const taken = inputs.map((x) => (x.spec.size < size && x.spec.size > 1 ? ofFirst(x) : x))
    return record(node.op, taken, node.attributes as never)
  },

  /** The largest of what is a number. */
  swallowedNan: (node, [x]) => {
    if (!isOneOf(node, ['max', 'sum']) || !x!.spec.dtype.includes('float')) return undefined
    const clean = where(isNan(x!), literalLike(x!, 0), x!)
    return record(node.op, [clean], node.attributes as never)
  },

  /** Windows begin one element late. */
  offByOnePooling: (node, [x]) => {
    if (!isPrimitive(node, 'maxPool')) return undefined
    return maxPool(shiftedByOne(x!), node.attributes)
  },

  /** The first update is lost. */
  lostUpdate: (node, [x, indices, updates]) => {
    if (!isPrimitive(node, 'indexAdd') || indices!.spec.size === 0) return undefined
    const { axis } = node.attributes
    const { size, rank } = indices!.spec
    const { shape } = updates!.spec
    const rows = reshape(updates!, [...shape.slice(0, axis), size, ...shape.slice(axis + rank)])
    return [indexAdd(x!, sliceAxis(reshape(indices!, [size]), 0, 1, size), sliceAxis(rows, axis, 1, size), axis)]
  },

  /** A sum that is a rounding off, as one in another order is. */
  otherOrderOfSum: (node, [x]) => {
    if (!isPrimitive(node, 'sum') || x!.spec.dtype !== 'float32') return undefined
    const [exact] = record(node.op, [x!], node.attributes as never)
    return [mul(exact!, literalLike(exact!, 1 + 2 ** -22))]
  },

  /** What is smaller than the smallest normal number becomes 0. */
  flushedSubnormals: (node, inputs) => {
    if (!isOneOf(node, ['add', 'sub', 'mul', 'neg']) || inputs[0]!.spec.dtype !== 'float32') return undefined
    const [y] = record(node.op, inputs, node.attributes as never)
    return [where(less(abs(y!), literalLike(y!, 2 ** -126)), literalLike(y!, 0), y!)]
  },

  /** Halves are rounded towards zero. */
  truncatedHalves: (node, [x]) => {
    if (!isPrimitive(node, 'cast') || node.attributes.dtype !== 'float16' || x!.spec.dtype !== 'float32')
      return undefined
    const nearest = cast(x!, 'float16')
    const back = cast(nearest, 'float32')
    // The half before a half h is h·(1 − 2⁻¹¹), rounded.
    const before = cast(mul(back, literalLike(back, 1 - 2 ** -11)), 'float16')
    return [where(less(abs(x!), abs(back)), before, nearest)]
  },

  /** Of equal elements the last one. */
  lastOfTies: (node, [x]) => {
    if (!isPrimitive(node, 'argmax')) return undefined
    const { axis } = node.attributes
    const [place] = record(node.op, [flip(x!, [axis])], node.attributes as never)
    return [sub(literalLike(place!, x!.spec.shape[axis]! - 1), place!)]
  },

  /** Equal elements change places. */
  unstableSort: (node, [x]) => {
    if (!isPrimitive(node, 'sort')) return undefined
    const { axis, descending } = node.attributes
    const [values, places] = sort(flip(x!, [axis]), axis, descending)
    return [values!, sub(literalLike(places!, x!.spec.shape[axis]! - 1), places!)]
  },

  /** Integers stop at the end of their range. */
  saturatingIntegers: (node, inputs) => {
    if (!isOneOf(node, ['add', 'sub', 'mul']) || inputs[0]!.spec.dtype !== 'int32') return undefined
    const [exact] = record(
      node.op,
      inputs.map((x) => cast(x, 'float64')),
      node.attributes as never,
    )
    return [cast(exact!, 'int32')]
  },

  /** Integers are divided towards zero. */
  truncatedDivision: (node, [x, y]) => {
    if (!isPrimitive(node, 'floorDivide') || x!.spec.dtype !== 'int32') return undefined
    const zero = literalLike(y!, 0)
    const quotient = cast(trunc(div(cast(x!, 'float64'), cast(y!, 'float64'))), 'int32')
    return [where(equal(y!, zero), zero, quotient)]
  },

  /** Padding of a convolution lies after the image, none before it. */
  movedPadding: (node, [x, w]) => {
    if (!isPrimitive(node, 'conv')) return undefined
    const padding = node.attributes.padding.map(([before, after]) => [0, before + after] as const)
    return record(node.op, [x!, w!], { ...node.attributes, padding } as never)
  },

  /** Random bits of its own. */
  otherRandomBits: (node, inputs) => {
    if (!isPrimitive(node, 'randomBits')) return undefined
    const [bits] = record(node.op, inputs, node.attributes as never)
    return [not(bits!)]
  },

  /** Everything is finite. */
  blindToInfinity: (node, [x]) => {
    if (!isPrimitive(node, 'isFinite')) return undefined
    return [equal(isFinite(x!), isFinite(x!))]
  },

  /** The gradient of a kernel points uphill. */
  negatedGradient: (node, inputs) => {
    if (!isPrimitive(node, 'convWeightGrad')) return undefined
    const [gradient] = record(node.op, inputs, node.attributes as never)
    return [neg(gradient!)]
  },
} as const satisfies Readonly<Record<string, Visit>>

function isOneOf(node: GraphNode, names: readonly PrimitiveName[]): boolean {
  return names.some((name) => isPrimitive(node, name))
}

function likeOutput(x: Value, keepDims: boolean, shape: Shape, axis: number): Value {
  return keepDims
    ? reshape(
        x,
        shape.map((n, i) => (i === axis ? 1 : n)),
      )
    : x
}

/** `x` with the lengths of its last two dimensions exchanged, its elements in the order in which they lie. */
function turned(x: Value): Value {
  const { shape } = x.spec
  return reshape(x, [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!])
}

/** `x` with its first element everywhere. */
function ofFirst(x: Value): Value {
  const { shape } = x.spec
  const first = slice(
    x,
    shape.map(() => 0),
    shape.map(() => 1),
  )
  return broadcastTo(first, shape)
}

function shiftedByOne(x: Value): Value {
  const last = x.spec.rank - 1
  const rest = sliceAxis(x, last, 1, x.spec.shape[last]!)
  return concat([rest, sliceAxis(x, last, 0, 1)], last)
}
