/*
 * Builders: each primitive as a function on values. Strict: operands of one dtype, axes counted from the front. What is
 * convenient (promotion, plain numbers, negative axes) is added by tensors.
 */
import type { DType } from './dtype.ts'
import {
  type ConvAttributes,
  type None,
  type PoolAttributes,
  type PrimitiveAttributes,
  type PrimitiveName,
  primitives,
} from './primitives.ts'
import { record, recordOne } from './record.ts'
import { reducedShape, sameShape } from './shape.ts'
import type { Shape } from './spec.ts'
import type { Value } from './value.ts'

const none: None = {}

type Attributeless = {
  [K in PrimitiveName]: PrimitiveAttributes[K] extends None ? (None extends PrimitiveAttributes[K] ? K : never) : never
}[PrimitiveName]

export type Unary = (x: Value) => Value
export type Binary = (x: Value, y: Value) => Value

function unary(name: Attributeless): Unary {
  const op = primitives[name]
  return (x) => recordOne(op, [x], none)
}

function binary(name: Attributeless): Binary {
  const op = primitives[name]
  return (x, y) => recordOne(op, [x, y], none)
}

export const neg: Unary = unary('neg')
export const abs: Unary = unary('abs')
export const sign: Unary = unary('sign')
export const floor: Unary = unary('floor')
export const ceil: Unary = unary('ceil')
export const round: Unary = unary('round')
export const trunc: Unary = unary('trunc')
export const sqrt: Unary = unary('sqrt')
export const exp: Unary = unary('exp')
export const expm1: Unary = unary('expm1')
export const log: Unary = unary('log')
export const log1p: Unary = unary('log1p')
export const sin: Unary = unary('sin')
export const cos: Unary = unary('cos')
export const tan: Unary = unary('tan')
export const asin: Unary = unary('asin')
export const acos: Unary = unary('acos')
export const atan: Unary = unary('atan')
export const sinh: Unary = unary('sinh')
export const cosh: Unary = unary('cosh')
export const tanh: Unary = unary('tanh')
export const asinh: Unary = unary('asinh')
export const acosh: Unary = unary('acosh')
export const atanh: Unary = unary('atanh')
export const erf: Unary = unary('erf')
export const sigmoid: Unary = unary('sigmoid')
export const isNan: Unary = unary('isNan')
export const isFinite: Unary = unary('isFinite')
export const not: Unary = unary('not')

export const add: Binary = binary('add')
export const sub: Binary = binary('sub')
export const mul: Binary = binary('mul')
export const div: Binary = binary('div')
export const floorDivide: Binary = binary('floorDivide')
export const remainder: Binary = binary('remainder')
export const pow: Binary = binary('pow')
export const minimum: Binary = binary('minimum')
export const maximum: Binary = binary('maximum')
export const atan2: Binary = binary('atan2')
export const and: Binary = binary('and')
export const or: Binary = binary('or')
export const xor: Binary = binary('xor')
export const shiftLeft: Binary = binary('shiftLeft')
export const shiftRight: Binary = binary('shiftRight')
export const equal: Binary = binary('equal')
export const less: Binary = binary('less')
export const lessEqual: Binary = binary('lessEqual')

export function where(condition: Value, whenTrue: Value, whenFalse: Value): Value {
  return recordOne(primitives.where, [condition, whenTrue, whenFalse], none)
}

export function cast(x: Value, dtype: DType): Value {
  return x.spec.dtype === dtype ? x : recordOne(primitives.cast, [x], { dtype })
}

/** A number of our own, 0-d: structure. */
export function literal(value: number, dtype: DType): Value {
  return recordOne(primitives.literal, [], { value, dtype })
}

/** `value` in the dtype of `x`, 0-d. */
export function literalLike(x: Value, value: number): Value {
  return literal(value, x.spec.dtype)
}

/** `value` in dtype and shape of `x`. */
export function fullLike(x: Value, value: number): Value {
  return broadcastTo(literalLike(x, value), x.spec.shape)
}

type Reduction = (x: Value, axes: readonly number[], keepDims?: boolean) => Value

function reduction(name: 'sum' | 'prod' | 'max' | 'min'): Reduction {
  const op = primitives[name]
  return (x, axes, keepDims = false) => (axes.length === 0 ? x : recordOne(op, [x], { axes, keepDims }))
}

export const sum: Reduction = reduction('sum')
export const prod: Reduction = reduction('prod')
export const max: Reduction = reduction('max')
export const min: Reduction = reduction('min')

export function argmax(x: Value, axis: number): Value {
  return recordOne(primitives.argmax, [x], { axis })
}

export function argmin(x: Value, axis: number): Value {
  return recordOne(primitives.argmin, [x], { axis })
}

export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.spec.shape, shape) ? x : recordOne(primitives.reshape, [x], { shape })
}

export function permute(x: Value, axes: readonly number[]): Value {
  return axes.every((axis, i) => axis === i) && axes.length === x.spec.rank
    ? x
    : recordOne(primitives.permute, [x], { axes })
}

/** The last two dimensions exchanged. */
export function transposeLast(x: Value): Value {
  const { rank } = x.spec
  const axes = Array.from({ length: rank }, (_, i) => i)
  axes[rank - 2] = rank - 1
  axes[rank - 1] = rank - 2
  return permute(x, axes)
}

export function broadcastTo(x: Value, shape: Shape): Value {
  return sameShape(x.spec.shape, shape) ? x : recordOne(primitives.broadcastTo, [x], { shape })
}

/** Undoes a broadcast: sums `x` down to `shape`. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.spec.shape, shape)) return x
  const extra = x.spec.rank - shape.length
  const axes: number[] = []
  for (let i = 0; i < x.spec.rank; i++) {
    if (i < extra || (shape[i - extra] === 1 && x.spec.shape[i] !== 1)) axes.push(i)
  }
  return reshape(sum(x, axes), shape)
}

/** Puts back axes that a reduction dropped, then broadcasts to `shape`. */
export function expandReduced(x: Value, shape: Shape, axes: readonly number[]): Value {
  return broadcastTo(reshape(x, reducedShape(shape, axes, true)), shape)
}

export function slice(
  x: Value,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Value {
  const whole = starts.every((start, i) => start === 0 && ends[i] === x.spec.shape[i] && steps[i] === 1)
  return whole ? x : recordOne(primitives.slice, [x], { starts, ends, steps })
}

/** `x[start:end]` along one axis. */
export function sliceAxis(x: Value, axis: number, start: number, end: number, step = 1): Value {
  const { shape } = x.spec
  return slice(
    x,
    shape.map((_, i) => (i === axis ? start : 0)),
    shape.map((n, i) => (i === axis ? end : n)),
    shape.map((_, i) => (i === axis ? step : 1)),
  )
}

export function pad(x: Value, padding: readonly (readonly [number, number])[], value = 0): Value {
  const nothing = padding.every(([before, after]) => before === 0 && after === 0)
  return nothing ? x : recordOne(primitives.pad, [x], { padding, value })
}

export function concat(xs: readonly Value[], axis: number): Value {
  return xs.length === 1 ? xs[0]! : recordOne(primitives.concat, xs, { axis })
}

export function flip(x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : recordOne(primitives.flip, [x], { axes })
}

export function matmul(
  a: Value,
  b: Value,
  { transposeA = false, transposeB = false }: Partial<PrimitiveAttributes['matmul']> = {},
): Value {
  return recordOne(primitives.matmul, [a, b], { transposeA, transposeB })
}

// Attributes are interned by the order of their properties: they are spelled out where they come from a caller.
function convAttributes({ stride, padding, dilation, groups }: ConvAttributes): ConvAttributes {
  return { stride, padding, dilation, groups }
}

function poolAttributes({ kernel, stride, padding }: PoolAttributes): PoolAttributes {
  return { kernel, stride, padding }
}

export function conv(x: Value, w: Value, attributes: ConvAttributes): Value {
  return recordOne(primitives.conv, [x, w], convAttributes(attributes))
}

export function convInputGrad(g: Value, w: Value, attributes: ConvAttributes, shape: Shape): Value {
  return recordOne(primitives.convInputGrad, [g, w], { ...convAttributes(attributes), shape })
}

export function convWeightGrad(x: Value, g: Value, attributes: ConvAttributes, shape: Shape): Value {
  return recordOne(primitives.convWeightGrad, [x, g], { ...convAttributes(attributes), shape })
}

/** Values and indices. */
export function maxPool(x: Value, attributes: PoolAttributes): readonly [Value, Value] {
  const [values, indices] = record(primitives.maxPool, [x], poolAttributes(attributes))
  return [values!, indices!]
}

export function maxPoolGrad(g: Value, indices: Value, shape: Shape): Value {
  return recordOne(primitives.maxPoolGrad, [g, indices], { shape })
}

export function avgPool(x: Value, attributes: PoolAttributes): Value {
  return recordOne(primitives.avgPool, [x], poolAttributes(attributes))
}

export function avgPoolGrad(g: Value, attributes: PoolAttributes, shape: Shape): Value {
  return recordOne(primitives.avgPoolGrad, [g], { ...poolAttributes(attributes), shape })
}

export function indexSelect(x: Value, indices: Value, axis: number): Value {
  return recordOne(primitives.indexSelect, [x, indices], { axis })
}

export function indexAdd(x: Value, indices: Value, updates: Value, axis: number): Value {
  return recordOne(primitives.indexAdd, [x, indices, updates], { axis })
}

export function gather(x: Value, indices: Value, axis: number): Value {
  return recordOne(primitives.gather, [x, indices], { axis })
}

export function scatterAdd(x: Value, indices: Value, updates: Value, axis: number): Value {
  return recordOne(primitives.scatterAdd, [x, indices, updates], { axis })
}

export function scatter(x: Value, indices: Value, updates: Value, axis: number): Value {
  return recordOne(primitives.scatter, [x, indices, updates], { axis })
}

export function cumsum(
  x: Value,
  axis: number,
  { exclusive = false, reverse = false }: { readonly exclusive?: boolean; readonly reverse?: boolean } = {},
): Value {
  return recordOne(primitives.cumsum, [x], { axis, exclusive, reverse })
}

/** Values and indices. */
export function sort(x: Value, axis: number, descending: boolean): readonly [Value, Value] {
  const [values, indices] = record(primitives.sort, [x], { axis, descending })
  return [values!, indices!]
}

/** Values and indices. */
export function topK(x: Value, k: number, axis: number, largest: boolean): readonly [Value, Value] {
  const [values, indices] = record(primitives.topK, [x], { axis, k, largest })
  return [values!, indices!]
}

export function iota(shape: Shape, axis: number, dtype: DType): Value {
  return recordOne(primitives.iota, [], { shape, axis, dtype })
}

/** @param words - key and counter: four uint32 scalars */
export function randomBits(words: readonly [Value, Value, Value, Value], shape: Shape): Value {
  return recordOne(primitives.randomBits, words, { shape })
}
