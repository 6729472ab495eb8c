import type { DType, HostArray, PrimitiveAttributes, PrimitiveName, StridedView, TensorSpec } from '@voltaic/core/graph'
import { hostArray, isFloat } from '@voltaic/core/graph'

/** A tensor at work. Its row-major array rounds what is stored in it: floats to the nearest, integers by wrapping. */
export interface Operand {
  readonly spec: TensorSpec
  readonly data: HostArray
}

/** Computes a node from its attributes and inputs; the outputs come last, zeroed, and are written to. */
export type Kernel<A> = (attributes: A, ...operands: Operand[]) => void

/** A kernel for each of the primitives `K`. */
export type Kernels<K extends PrimitiveName = PrimitiveName> = {
  readonly [Name in K]: Kernel<PrimitiveAttributes[Name]>
}

/** Where in an array the elements of `view` lie, in row-major order: what moves or reduces goes by such a list. */
export function placesOf({ shape, strides, offset }: StridedView): Int32Array {
  let places = Int32Array.of(offset)
  for (const [axis, length] of shape.entries()) {
    const finer = new Int32Array(places.length * length)
    let i = 0
    for (const place of places) for (let step = 0; step < length; step++) finer[i++] = place + step * strides[axis]!
    places = finer
  }
  return places
}

/** `places` in `count` parts of one length. */
export function inRows(places: Int32Array, count: number): Int32Array[] {
  const length = places.length / count
  return Array.from({ length: count }, (_, row) => places.subarray(row * length, (row + 1) * length))
}

/** What lies at `places` of `x`. */
export function take({ spec, data }: Operand, places: Int32Array): HostArray {
  const taken = hostArray(spec.dtype, places.length)
  for (let i = 0; i < taken.length; i++) taken[i] = data[places[i]!]!
  return taken
}

/** The first of `places` where `x` is largest, or with `sign` −1 smallest; NaN is both. */
export function bestOf({ data }: Operand, places: Int32Array, sign: 1 | -1): number {
  const beats = (x: number, y: number) => sign * x > sign * y || (Number.isNaN(x) && !Number.isNaN(y))
  return places.reduce((best, place) => (beats(data[place]!, data[best]!) ? place : best))
}

/** Products of integers are taken modulo 2³²; as float64 they would lose their last digits. */
export function productOf(dtype: DType): (x: number, y: number) => number {
  return isFloat(dtype) ? (x, y) => x * y : Math.imul
}
