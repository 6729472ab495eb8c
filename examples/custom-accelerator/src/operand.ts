import type { DType, HostArray, PrimitiveAttributes, PrimitiveName, Shape, StridedView } from '@voltaic/core/graph'
import { isFloat, permuteView, type TensorSpec, wholeView } from '@voltaic/core/graph'

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

/** An axis of a loop: how far each of its steps leads in each of up to three arrays. */
export type Axis = readonly (readonly number[])[]

/** The one loop, inside of all others: takes each step of the first axis with each of the next, and so on. */
export function forEachPlace(axes: readonly Axis[], visit: (i: number, j: number, k: number) => void): void {
  const walk = (depth: number, i: number, j: number, k: number): void => {
    if (depth === axes.length) return visit(i, j, k)
    for (const [di = 0, dj = 0, dk = 0] of axes[depth]!) walk(depth + 1, i + di, j + dj, k + dk)
  }
  walk(0, 0, 0, 0)
}

/** The axes of `shape`; each array has strides of its own. */
export function axesOf(shape: Shape, ...arrays: readonly (readonly number[])[]): Axis[] {
  return shape.map((length, axis) => Array.from({ length }, (_, n) => arrays.map((strides) => n * strides[axis]!)))
}

/** Where in an array the elements of `view` lie, in row-major order: what moves or reduces goes by such a list. */
export function placesOf({ shape, strides, offset }: StridedView): number[] {
  const places: number[] = []
  forEachPlace(axesOf(shape, strides), (place) => places.push(offset + place))
  return places
}

/** Where the elements of `x` lie that differ from its first one along `axes` alone. */
export function placesAlong(x: Operand, axes: readonly number[]): number[] {
  return placesOf(permuteView(wholeView(x.spec.shape), axes))
}

/** What lies at `places` of `x`. */
export function take({ data }: Operand, places: readonly number[]): number[] {
  return places.map((place) => data[place]!)
}

/** Products of integers are taken modulo 2³²; as float64 they would lose their last digits. */
export function productOf(dtype: DType): (x: number, y: number) => number {
  return isFloat(dtype) ? (x, y) => x * y : Math.imul
}
