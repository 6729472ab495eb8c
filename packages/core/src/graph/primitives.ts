import { attributeTable } from './attributes.ts'
import type { DType } from './dtype.ts'
import type { Infer } from './infer/checks.ts'
import {
  inferAvgPoolGrad,
  inferConv,
  inferConvInputGrad,
  inferConvWeightGrad,
  inferMatmul,
  inferMaxPool,
  inferMaxPoolGrad,
  inferPool,
} from './infer/contraction.ts'
import { inferBinary, inferCast, inferCompare, inferUnary, inferUnaryToBool, inferWhere } from './infer/elementwise.ts'
import {
  inferBroadcastTo,
  inferConcat,
  inferFlip,
  inferGather,
  inferIndexAdd,
  inferIndexSelect,
  inferPad,
  inferPermute,
  inferReshape,
  inferScatter,
  inferScatterAdd,
  inferSlice,
} from './infer/movement.ts'
import { inferArg, inferCumsum, inferReduce, inferSort, inferTopK } from './infer/reduction.ts'
import { inferIota, inferLiteral, inferRandomBits } from './infer/source.ts'
import type { Op } from './op.ts'
import type { Shape } from './spec.ts'

/** No attributes. */
export type None = Readonly<Record<never, never>>

export interface ReduceAttributes {
  /** Sorted, counted from the front. */
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

export interface AxisAttributes {
  readonly axis: number
}

export interface ShapeAttributes {
  readonly shape: Shape
}

/** One entry a spatial dimension, outermost first. */
export interface ConvAttributes {
  readonly stride: readonly number[]
  /** Zeros before and after: `[before, after]` of each spatial dimension. */
  readonly padding: readonly (readonly [number, number])[]
  readonly dilation: readonly number[]
  readonly groups: number
}

export interface PoolAttributes {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
}

/** Elementwise: binary ones and `where` take operands of one dtype and broadcast. */
export interface ElementwiseAttributes {
  neg: None
  abs: None
  /** −1, 0 or 1; NaN for NaN. */
  sign: None
  floor: None
  ceil: None
  /** To the nearest whole number, ties to even. */
  round: None
  trunc: None
  sqrt: None
  exp: None
  expm1: None
  log: None
  log1p: None
  sin: None
  cos: None
  tan: None
  asin: None
  acos: None
  atan: None
  sinh: None
  cosh: None
  tanh: None
  asinh: None
  acosh: None
  atanh: None
  erf: None
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: None
  isNan: None
  isFinite: None
  /** Logical on bool, bitwise on integers. */
  not: None
  /**
   * To another dtype: floats round to nearest even; a fraction becomes an integer towards zero; anything but 0 becomes
   * true. What an integer dtype cannot hold is saturated, NaN becomes 0.
   */
  cast: { readonly dtype: DType }
  add: None
  sub: None
  mul: None
  /** Of floats. */
  div: None
  /** Of integers, rounded towards −∞; 0 where the divisor is 0. */
  floorDivide: None
  /** Remainder with the sign of the divisor, as Python's `%`; where the divisor is 0, NaN of floats and 0 of integers. */
  remainder: None
  /** C's: 1 to any power and anything to the power 0 are 1, NaN too. */
  pow: None
  /** NaN if either operand is. */
  minimum: None
  /** NaN if either operand is. */
  maximum: None
  atan2: None
  /** Logical on bool, bitwise on integers. */
  and: None
  or: None
  xor: None
  /** Of integers; counts are taken modulo 32. */
  shiftLeft: None
  /** Of integers, arithmetic for int32 and logical for uint32; counts are taken modulo 32. */
  shiftRight: None
  equal: None
  less: None
  lessEqual: None
  /** `[condition, whenTrue, whenFalse]` */
  where: None
}

/** Reductions: the identity of the operation over nothing, which `max`, `min`, `argmax` and `argmin` refuse; and scans. */
export interface ReductionAttributes {
  sum: ReduceAttributes
  prod: ReduceAttributes
  /** NaN if any element is; on bool: any. */
  max: ReduceAttributes
  /** NaN if any element is; on bool: all. */
  min: ReduceAttributes
  /** int32 index of the first largest element; the axis is dropped. NaN counts as largest. */
  argmax: AxisAttributes
  /** int32 index of the first smallest element; the axis is dropped. NaN counts as smallest. */
  argmin: AxisAttributes
  /** Running sum along `axis`; `exclusive` leaves the element itself out, `reverse` runs from the end. */
  cumsum: AxisAttributes & { readonly exclusive: boolean; readonly reverse: boolean }
  /** Values and int32 indices, stable; NaN counts as largest. */
  sort: AxisAttributes & { readonly descending: boolean }
  /** The `k` largest (or smallest) in order, and their int32 indices; equal elements by index; NaN counts as largest. */
  topK: AxisAttributes & { readonly k: number; readonly largest: boolean }
}

/** Movement and indexing; indices are int32, never negative. */
export interface MovementAttributes {
  reshape: ShapeAttributes
  permute: { readonly axes: readonly number[] }
  broadcastTo: ShapeAttributes
  /** `x[start:end:step]` in each dimension, steps ≥ 1, `0 ≤ start ≤ end ≤ dimension`. */
  slice: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly steps: readonly number[] }
  /** Elements of `value` (0, or any number that the dtype holds) before and after each dimension. */
  pad: { readonly padding: readonly (readonly [number, number])[]; readonly value: number }
  concat: AxisAttributes
  flip: { readonly axes: readonly number[] }
  /** `out[i…, j…, k…] = x[i…, indices[j…], k…]`: rows along `axis`, at indices of any shape. */
  indexSelect: AxisAttributes
  /** `[x, indices, updates]`: x with updates (shaped as indexSelect's output) added along `axis`, in order. */
  indexAdd: AxisAttributes
  /** PyTorch's gather: `out[i][j] = x[indices[i][j]][j]` for axis 0; the output has the shape of the indices. */
  gather: AxisAttributes
  /** `[x, indices, updates]`: x with `updates[i][j]` added at `[indices[i][j]][j]` for axis 0, in order. */
  scatterAdd: AxisAttributes
  /** `[x, indices, updates]`: x with `updates[i][j]` in the place of `[indices[i][j]][j]` for axis 0; the last one wins. */
  scatter: AxisAttributes
}

/**
 * Contractions and pooling. Images are `[batch, channels, …spatial]`, kernels
 * `[outChannels, inChannels / groups, …spatial]`.
 */
export interface ContractionAttributes {
  /**
   * `[…batch, M, K]` by `[…batch, K, N]`, batch dimensions broadcast; either operand's last two dimensions may come
   * transposed.
   */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  conv: ConvAttributes
  /** `[gradient, kernel]` to the gradient of the image of `shape`. */
  convInputGrad: ConvAttributes & ShapeAttributes
  /** `[image, gradient]` to the gradient of the kernel of `shape`. */
  convWeightGrad: ConvAttributes & ShapeAttributes
  /**
   * Largest element of each window, and its flat int32 index within its channel's plane (first of equals; NaN wins). Padding
   * is less than the kernel and never chosen.
   */
  maxPool: PoolAttributes
  /** `[gradient, indices]` to the gradient of the image of `shape`: added up where windows overlap. */
  maxPoolGrad: ShapeAttributes
  /** Mean of each window; padding counts as zeros (PyTorch's `count_include_pad`). */
  avgPool: PoolAttributes
  avgPoolGrad: PoolAttributes & ShapeAttributes
}

/** What comes from nothing. */
export interface SourceAttributes {
  /** 0, 1, 2, … along `axis`. */
  iota: ShapeAttributes & AxisAttributes & { readonly dtype: DType }
  /** A number of our own, 0-d. */
  literal: { readonly value: number; readonly dtype: DType }
  /**
   * Threefry-2x32, 20 rounds. Inputs: key and counter, two uint32 scalars each. Element `2i` and `2i + 1` of the output
   * are the two words for counter `[counter0 + i, counter1]` (J. Salmon et al., "Parallel random numbers: as easy as
   * 1, 2, 3", SC 2011).
   */
  randomBits: ShapeAttributes
}

/** The closed list of primitives and the attributes of each. */
export interface PrimitiveAttributes
  extends ElementwiseAttributes,
    ReductionAttributes,
    MovementAttributes,
    ContractionAttributes,
    SourceAttributes {}

export type PrimitiveName = keyof PrimitiveAttributes

/** A primitive op. */
export interface Primitive<K extends PrimitiveName> extends Op<PrimitiveAttributes[K]> {
  readonly name: K
  readonly kind: 'primitive'
}

const rules: { readonly [K in PrimitiveName]: Infer<PrimitiveAttributes[K]> } = {
  neg: inferUnary('number'),
  abs: inferUnary('number'),
  sign: inferUnary('number'),
  floor: inferUnary('float'),
  ceil: inferUnary('float'),
  round: inferUnary('float'),
  trunc: inferUnary('float'),
  sqrt: inferUnary('float'),
  exp: inferUnary('float'),
  expm1: inferUnary('float'),
  log: inferUnary('float'),
  log1p: inferUnary('float'),
  sin: inferUnary('float'),
  cos: inferUnary('float'),
  tan: inferUnary('float'),
  asin: inferUnary('float'),
  acos: inferUnary('float'),
  atan: inferUnary('float'),
  sinh: inferUnary('float'),
  cosh: inferUnary('float'),
  tanh: inferUnary('float'),
  asinh: inferUnary('float'),
  acosh: inferUnary('float'),
  atanh: inferUnary('float'),
  erf: inferUnary('float'),
  sigmoid: inferUnary('float'),
  isNan: inferUnaryToBool,
  isFinite: inferUnaryToBool,
  not: inferUnary('bits'),
  cast: inferCast,
  add: inferBinary('number'),
  sub: inferBinary('number'),
  mul: inferBinary('number'),
  div: inferBinary('float'),
  floorDivide: inferBinary('integer'),
  remainder: inferBinary('number'),
  pow: inferBinary('float'),
  minimum: inferBinary('any'),
  maximum: inferBinary('any'),
  atan2: inferBinary('float'),
  and: inferBinary('bits'),
  or: inferBinary('bits'),
  xor: inferBinary('bits'),
  shiftLeft: inferBinary('integer'),
  shiftRight: inferBinary('integer'),
  equal: inferCompare,
  less: inferCompare,
  lessEqual: inferCompare,
  where: inferWhere,
  sum: inferReduce('number', 'empty allowed'),
  prod: inferReduce('number', 'empty allowed'),
  max: inferReduce('any', 'empty refused'),
  min: inferReduce('any', 'empty refused'),
  argmax: inferArg,
  argmin: inferArg,
  reshape: inferReshape,
  permute: inferPermute,
  broadcastTo: inferBroadcastTo,
  slice: inferSlice,
  pad: inferPad,
  concat: inferConcat,
  flip: inferFlip,
  matmul: inferMatmul,
  conv: inferConv,
  convInputGrad: inferConvInputGrad,
  convWeightGrad: inferConvWeightGrad,
  maxPool: inferMaxPool,
  maxPoolGrad: inferMaxPoolGrad,
  avgPool: inferPool,
  avgPoolGrad: inferAvgPoolGrad,
  indexSelect: inferIndexSelect,
  indexAdd: inferIndexAdd,
  gather: inferGather,
  scatterAdd: inferScatterAdd,
  scatter: inferScatter,
  cumsum: inferCumsum,
  sort: inferSort,
  topK: inferTopK,
  iota: inferIota,
  literal: inferLiteral,
  randomBits: inferRandomBits,
}

function define<K extends PrimitiveName>(name: K): Primitive<K> {
  const rule = rules[name]
  return {
    name,
    kind: 'primitive',
    attributes: attributeTable(),
    infer: (inputs, attributes) => rule(name, inputs, attributes),
  }
}

/** Names of all primitives. */
export const primitiveNames: readonly PrimitiveName[] = Object.keys(rules) as PrimitiveName[]

/** Every primitive, by name. */
export const primitives: { readonly [K in PrimitiveName]: Primitive<K> } = Object.fromEntries(
  primitiveNames.map((name) => [name, define(name)]),
) as { readonly [K in PrimitiveName]: Primitive<K> }
