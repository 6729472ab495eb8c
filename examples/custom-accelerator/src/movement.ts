import { OutOfRangeError } from '@voltaic/core'
import type { HostArray, MovementAttributes, Shape, StridedView } from '@voltaic/core/graph'
import { broadcastView, flipView, permuteView, sliceView, stridesOf, wholeView } from '@voltaic/core/graph'
import { type Kernels, type Operand, placesOf, take } from './operand.ts'

/** Ops that move elements, by position or by index. */
export const movement: Kernels<keyof MovementAttributes> = {
  reshape: (_, x, out) => out.data.set(x.data),
  permute: ({ axes }, x, out) => copy(x, permuteView(wholeView(x.spec.shape), axes), out),
  broadcastTo: ({ shape }, x, out) => copy(x, broadcastView(wholeView(x.spec.shape), shape), out),
  slice: ({ starts, ends, steps }, x, out) => copy(x, sliceView(wholeView(x.spec.shape), starts, ends, steps), out),
  flip: ({ axes }, x, out) => copy(x, flipView(wholeView(x.spec.shape), axes), out),

  pad({ padding, value }, x, out) {
    out.data.fill(value)
    const starts = padding.map(([before]) => before)
    put(x, placesIn(out.spec.shape, x.spec.shape, starts), out)
  },

  concat({ axis }, ...operands) {
    const out = operands.pop()!
    const starts = out.spec.shape.map(() => 0)
    for (const x of operands) {
      put(x, placesIn(out.spec.shape, x.spec.shape, starts), out)
      starts[axis]! += x.spec.shape[axis]!
    }
  },

  gather: ({ axis }, x, indices, out) => out.data.set(take(x, elements(x, indices, axis))),
  indexSelect: ({ axis }, x, indices, out) => out.data.set(take(x, rows(x, indices, axis))),
  scatterAdd: ({ axis }, x, indices, updates, out) => addTo(x, elements(x, indices, axis), updates, out),
  indexAdd: ({ axis }, x, indices, updates, out) => addTo(x, rows(x, indices, axis), updates, out),

  scatter({ axis }, x, indices, updates, out) {
    out.data.set(x.data)
    put(updates, elements(x, indices, axis), out)
  },
}

function copy(x: Operand, view: StridedView, out: Operand): void {
  out.data.set(take(x, placesOf(view)))
}

function put(x: Operand, places: Int32Array, out: Operand): void {
  for (const [i, place] of places.entries()) out.data[place] = x.data[i]!
}

function addTo(x: Operand, places: Int32Array, updates: Operand, out: Operand): void {
  out.data.set(x.data)
  for (const [i, place] of places.entries()) out.data[place]! += updates.data[i]!
}

/** Where in a tensor of shape `whole` the elements of a part of it lie, which begins at `starts`. */
export function placesIn(whole: Shape, part: Shape, starts: readonly number[]): Int32Array {
  const ends = starts.map((start, axis) => start + part[axis]!)
  const steps = starts.map(() => 1)
  return placesOf(sliceView(wholeView(whole), starts, ends, steps))
}

/** Where in `x` lies what gather's indices select: an element each. */
function elements(x: Operand, indices: Operand, axis: number): Int32Array {
  const strides = stridesOf(x.spec.shape).with(axis, 0)
  return selected(x, axis, indices.data, { shape: indices.spec.shape, strides, offset: 0 })
}

/** Where in `x` lies what indexSelect's indices select: a row each, with their axes in the place of `axis`. */
function rows(x: Operand, indices: Operand, axis: number): Int32Array {
  const shape = x.spec.shape.toSpliced(axis, 1, ...indices.spec.shape)
  const strides = stridesOf(x.spec.shape).toSpliced(axis, 1, ...indices.spec.shape.map(() => 0))
  const column = wholeView([...indices.spec.shape, ...x.spec.shape.slice(axis + 1).map(() => 1)])
  return selected(x, axis, take(indices, placesOf(broadcastView(column, shape))), { shape, strides, offset: 0 })
}

/** `first` is what would be selected if every index were 0. */
function selected(x: Operand, axis: number, indices: HostArray, first: StridedView): Int32Array {
  const [length, stride] = [x.spec.shape[axis]!, stridesOf(x.spec.shape)[axis]!]
  return placesOf(first).map((place, i) => {
    const index = indices[i]!
    if (index >= 0 && index < length) return place + index * stride
    throw new OutOfRangeError(`loops: no such index in an axis of ${length}, got ${index}; take 0 to ${length - 1}`)
  })
}
