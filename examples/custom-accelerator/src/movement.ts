import { OutOfRangeError } from '@voltaic/core'
import type { MovementAttributes, Shape, StridedView } from '@voltaic/core/graph'
import { broadcastView, flipView, permuteView, sliceView, stridesOf, wholeView } from '@voltaic/core/graph'
import { type Kernels, type Operand, placesAlong, placesOf, take } from './operand.ts'

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
    write(out, placesIn(out.spec.shape, x.spec.shape, starts), x, out)
  },

  concat({ axis }, ...operands) {
    const out = operands.pop()!
    const starts = out.spec.shape.map(() => 0)
    for (const x of operands) {
      write(out, placesIn(out.spec.shape, x.spec.shape, starts), x, out)
      starts[axis]! += x.spec.shape[axis]!
    }
  },

  gather: ({ axis }, x, indices, out) => out.data.set(take(x, elements(x, indices, axis))),
  indexSelect: ({ axis }, x, indices, out) => out.data.set(take(x, rows(x, indices, axis))),
  scatter: ({ axis }, x, indices, updates, out) => write(x, elements(x, indices, axis), updates, out),
  scatterAdd: ({ axis }, x, indices, updates, out) => write(x, elements(x, indices, axis), updates, out, add),
  indexAdd: ({ axis }, x, indices, updates, out) => write(x, rows(x, indices, axis), updates, out, add),
}

function copy(x: Operand, view: StridedView, out: Operand): void {
  out.data.set(take(x, placesOf(view)))
}

type Combine = (old: number, update: number) => number
const add: Combine = (old, update) => old + update
const replace: Combine = (_, update) => update

/** `x`, with the updates combined with what is at `places`, one after the other. */
function write(x: Operand, places: readonly number[], updates: Operand, out: Operand, combine = replace): void {
  out.data.set(x.data)
  for (const [i, place] of places.entries()) out.data[place] = combine(out.data[place]!, updates.data[i]!)
}

/** Where in a tensor of shape `whole` the elements of a part of it lie, which begins at `starts`. */
function placesIn(whole: Shape, part: Shape, starts: readonly number[]): number[] {
  const offset = starts.reduce((sum, start, axis) => sum + start * stridesOf(whole)[axis]!, 0)
  return placesOf({ shape: part, strides: stridesOf(whole), offset })
}

/** Where in `x` lies what gather's indices select: an element each. */
function elements(x: Operand, indices: Operand, axis: number): number[] {
  const [shape, strides] = [indices.spec.shape, stridesOf(x.spec.shape).with(axis, 0)]
  const offsets = offsetsOf(x, indices, axis)
  return placesOf({ shape, strides, offset: 0 }).map((place, i) => place + offsets[i]!)
}

/** Where in `x` lies what indexSelect's indices select: a row each, in the place of `axis`. */
function rows(x: Operand, indices: Operand, axis: number): number[] {
  const axes = [...x.spec.shape.keys()]
  const [outer, inner] = [axes.slice(0, axis), axes.slice(axis + 1)].map((some) => placesAlong(x, some))
  const offsets = offsetsOf(x, indices, axis)
  return outer!.flatMap((start) => offsets.flatMap((offset) => inner!.map((place) => start + offset + place)))
}

/** How far along `axis` each of the indices leads. */
function offsetsOf(x: Operand, indices: Operand, axis: number): number[] {
  const [length, step] = [x.spec.shape[axis]!, stridesOf(x.spec.shape)[axis]!]
  return Array.from(indices.data, (index) => {
    if (index >= 0 && index < length) return index * step
    throw new OutOfRangeError(`loops: no such index in an axis of ${length}, got ${index}; take 0 to ${length - 1}`)
  })
}
