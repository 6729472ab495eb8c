import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { elementwise, everything, type Lowerings, whole } from '../lowering.ts'

/** Primitives that move elements and compute nothing. */
export const movement: Lowerings<'reshape' | 'permute' | 'broadcastTo' | 'slice' | 'pad' | 'concat' | 'flip'> = {
  reshape: whole(everything, ([x], { b, attributes: { shape } }) => b.reshape(x!, shape)),
  permute: whole(everything, ([x], { b, attributes: { axes } }) => b.transpose(x!, axes)),
  // Whoever needs the whole shape asks for it and gets an Expand.
  broadcastTo: elementwise(everything, ([x]) => x!),
  slice: whole(everything, ([x], { b, attributes: { starts, ends, steps } }) => {
    const lasts = ends.map((end, axis) => (steps[axis] === 1 ? end : x!.shape[axis]!))
    const firsts = starts.map((start, axis) => (steps[axis] === 1 ? start : 0))
    let y = sliceRanges(b, x!, firsts, lasts)
    for (const [axis, step] of steps.entries()) {
      if (step === 1) continue
      const count = Math.ceil((ends[axis]! - starts[axis]!) / step)
      y = everyNth(b, y, axis, { start: starts[axis]!, count, step })
    }
    return y
  }),
  pad: whole(everything, ([x], { b, attributes: { padding, value } }) => {
    const shape = x!.shape.map((n, i) => n + padding[i]![0] + padding[i]![1])
    const counts = [...padding.map(([before]) => before), ...padding.map(([, after]) => after)]
    return b.op('Pad', [x!, b.ints(counts), b.scalar(x!.type, value)], { type: x!.type, shape })
  }),
  concat: whole(everything, (inputs, { b, attributes: { axis } }) => concat(b, inputs, axis)),
  flip: whole(everything, ([x], { b, attributes: { axes } }) => {
    let y = x!
    for (const axis of axes) y = take(b, y, axis, range(y.shape[axis]!).reverse())
    return y
  }),
}

/** 0, 1, … n − 1 */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}

/** The elements at `indices` along an axis. Gather runs in parallel, Slice does not: backwards it is faster. */
export function take(b: ModelBuilder, x: OnnxValue, axis: number, indices: readonly number[]): OnnxValue {
  const shape = x.shape.with(axis, indices.length)
  return b.op('Gather', [x, b.ints(indices)], { type: x.type, shape }, { axis })
}

/** `count` elements along an axis, `step` apart. */
export interface Stride {
  readonly start: number
  readonly count: number
  readonly step: number
}

/**
 * Every n-th element along an axis. Where the step divides the axis, a Gather of one column of `[rows, step]` finds them
 * in a third of the time of one with a list of indices, or of a Slice with a step.
 */
export function everyNth(b: ModelBuilder, x: OnnxValue, axis: number, { start, count, step }: Stride): OnnxValue {
  const length = x.shape[axis]!
  if (length % step !== 0) {
    const indices = range(count).map((i) => start + i * step)
    return take(b, x, axis, indices)
  }
  const rows = b.reshape(x, x.shape.toSpliced(axis, 1, length / step, step))
  const shape = x.shape.with(axis, length / step)
  const column = b.op('Gather', [rows, b.scalar('int64', start % step)], { type: x.type, shape }, { axis: axis + 1 })
  return sliceAxis(b, column, axis, Math.floor(start / step), count)
}

/** `count` elements along an axis, from `start` on. */
export function sliceAxis(b: ModelBuilder, x: OnnxValue, axis: number, start: number, count: number): OnnxValue {
  const starts = x.shape.map((_, i) => (i === axis ? start : 0))
  return sliceRanges(b, x, starts, x.shape.with(axis, start + count))
}

/** `x[start:end]` in each dimension. */
function sliceRanges(b: ModelBuilder, x: OnnxValue, starts: readonly number[], ends: readonly number[]): OnnxValue {
  const axes = range(x.shape.length).filter((axis) => starts[axis] !== 0 || ends[axis] !== x.shape[axis])
  if (axes.length === 0) return x
  const shape = x.shape.map((_, axis) => ends[axis]! - starts[axis]!)
  const pick = (list: readonly number[]) => b.ints(axes.map((axis) => list[axis]!))
  return b.op('Slice', [x, pick(starts), pick(ends), b.ints(axes)], { type: x.type, shape })
}

/** Tensors side by side along an axis. */
export function concat(b: ModelBuilder, inputs: readonly OnnxValue[], axis: number): OnnxValue {
  const [first] = inputs
  if (inputs.length === 1) return first!
  const length = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0)
  return b.op('Concat', inputs, { type: first!.type, shape: first!.shape.with(axis, length) }, { axis })
}
