import { stridesOf } from './shape.ts'
import type { Shape } from './spec.ts'

/** Elements of a flat array arranged in a shape: index `i` is element `offset + Σ strides[d]·i[d]`. */
export interface StridedView {
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

/** All of a row-major array. */
export function wholeView(shape: Shape): StridedView {
  return { shape, strides: stridesOf(shape), offset: 0 }
}

/** Whether the view is a row-major array from its first element on. */
export function isWhole(view: StridedView): boolean {
  const strides = stridesOf(view.shape)
  return view.offset === 0 && view.shape.every((n, i) => n === 1 || view.strides[i] === strides[i])
}

/** NumPy's broadcast; `shape` must be what the view's shape broadcasts to. */
export function broadcastView(view: StridedView, shape: Shape): StridedView {
  const extra = shape.length - view.shape.length
  const strides = shape.map((n, i) =>
    i < extra || (view.shape[i - extra] === 1 && n !== 1) ? 0 : view.strides[i - extra]!,
  )
  return { shape, strides, offset: view.offset }
}

/** Dimension `i` of the result is dimension `axes[i]` of the view. */
export function permuteView({ shape, strides, offset }: StridedView, axes: readonly number[]): StridedView {
  return { shape: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!), offset }
}

/** `view[start:end:step]` in each dimension. */
export function sliceView(
  view: StridedView,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): StridedView {
  return {
    shape: starts.map((start, i) => Math.ceil((ends[i]! - start) / steps[i]!)),
    strides: view.strides.map((stride, i) => stride * steps[i]!),
    offset: starts.reduce((offset, start, i) => offset + start * view.strides[i]!, view.offset),
  }
}

/** The view read backwards along `axes`. */
export function flipView(view: StridedView, axes: readonly number[]): StridedView {
  const last = (axis: number) => Math.max(0, view.shape[axis]! - 1) * view.strides[axis]!
  return {
    shape: view.shape,
    strides: view.strides.map((stride, i) => (axes.includes(i) ? -stride : stride)),
    offset: axes.reduce((offset, axis) => offset + last(axis), view.offset),
  }
}

/** The view's elements, in row-major order, in another shape; `undefined` where no strides say that. */
export function reshapeView(view: StridedView, shape: Shape): StridedView | undefined {
  if (shape.includes(0)) return { shape, strides: stridesOf(shape), offset: 0 }
  const strides = new Array<number>(shape.length).fill(0)
  const from = mergeDimensions(view)
  let outer = shape.length
  // From the innermost run of evenly spaced elements outwards: dimensions of the result must divide the runs.
  for (const run of from.toReversed()) {
    let left = run.size
    let stride = run.stride
    while (left > 1) {
      const n = shape[--outer]
      if (n === undefined || left % n !== 0) return undefined
      strides[outer] = stride
      stride *= n
      left /= n
    }
  }
  return { shape, strides, offset: view.offset }
}

/** Runs of evenly spaced elements, outermost first: neighbouring dimensions that step as one. */
function mergeDimensions({ shape, strides }: StridedView): { size: number; stride: number }[] {
  const runs: { size: number; stride: number }[] = []
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue
    const last = runs.at(-1)
    if (last !== undefined && last.stride === size * strides[i]!) {
      last.size *= size
      last.stride = strides[i]!
    } else {
      runs.push({ size, stride: strides[i]! })
    }
  }
  return runs
}
