import { sizeOf, stridesOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/spec.ts'
import type { Operand } from './kernel.ts'

/** Numbers seen through strides: element `[i, j, …]` lies at `offset + i·strides[0] + j·strides[1] + …`. */
export interface View {
  readonly data: Float64Array
  readonly offset: number
  readonly shape: Shape
  readonly strides: readonly number[]
}

/** All of `x`, row-major. */
export function viewOf({ data, spec: { shape } }: Operand): View {
  return rowMajor(data, shape)
}

/** `data` as a tensor of `shape`. */
export function rowMajor(data: Float64Array, shape: Shape): View {
  return { data, offset: 0, shape, strides: stridesOf(shape) }
}

/** The axes of `view` in another order. */
export function permuted({ data, offset, shape, strides }: View, axes: readonly number[]): View {
  return { data, offset, shape: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!) }
}

/** `view` broadcast to `shape`: along an axis that it lacks it stands still. */
export function expanded(view: View, shape: Shape): View {
  const missing = shape.length - view.shape.length
  const strides = shape.map((_, i) => {
    const axis = i - missing
    return axis < 0 || view.shape[axis] === 1 ? 0 : view.strides[axis]!
  })
  return { ...view, shape, strides }
}

/** The part of `view` of `shape` that begins at `starts` and goes on in `steps`, which may be negative. */
export function sliced(view: View, starts: readonly number[], steps: readonly number[], shape: Shape): View {
  const offset = starts.reduce((sum, start, i) => sum + start * view.strides[i]!, view.offset)
  return { data: view.data, offset, shape, strides: view.strides.map((stride, i) => stride * steps[i]!) }
}

/** Copies `from` to `to`, a view of the same shape. */
export function copyView(from: View, to: View): void {
  if (sizeOf(from.shape) > 0) copyAxes(from, to, 0, from.offset, to.offset)
}

function copyAxes(from: View, to: View, axis: number, source: number, target: number): void {
  if (axis === from.shape.length) {
    to.data[target] = from.data[source]!
    return
  }
  const length = from.shape[axis]!
  const [sourceStep, targetStep] = [from.strides[axis]!, to.strides[axis]!]
  if (axis < from.shape.length - 1) {
    for (let i = 0; i < length; i++) copyAxes(from, to, axis + 1, source + i * sourceStep, target + i * targetStep)
    return
  }
  const [read, write] = [from.data, to.data]
  for (let i = 0; i < length; i++) write[target + i * targetStep] = read[source + i * sourceStep]!
}

/** The numbers of `view`, row-major: its own data where they lie so already, to be read only. */
export function materialize(view: View): Float64Array {
  const strides = stridesOf(view.shape)
  const size = sizeOf(view.shape)
  if (view.data.length === size && view.strides.every((stride, i) => stride === strides[i])) return view.data
  const data = new Float64Array(size)
  copyView(view, { data, offset: 0, shape: view.shape, strides })
  return data
}

/** The numbers of `x` broadcast to `shape`, to be read only. */
export function spread(x: Operand, shape: Shape): Float64Array {
  if (x.spec.size === sizeOf(shape)) return x.data
  if (x.spec.size === 1) return new Float64Array(sizeOf(shape)).fill(x.data[0]!)
  return materialize(expanded(viewOf(x), shape))
}
