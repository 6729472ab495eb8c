import { MisconfigurationError, ShapeError } from '../errors/errors.ts'
import { alias } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { formatShape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { checkHolds } from './fill.ts'
import { valueOf } from './methods/handle.ts'
import { Tensor } from './tensor.ts'

/**
 * What stands around a tensor: one number; the tensor mirrored at its first and last element, which are not repeated; its
 * first and last element repeated; or the tensor again, from its other end.
 */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular'

export interface PadOptions {
  /** Default constant. */
  readonly mode?: PadMode
  /** What mode constant pads with: a number that the dtype holds. Default 0. */
  readonly value?: number
}

/** Elements before and after those of one dimension; negative ones are cut off. */
export type Sides = readonly [before: number, after: number]

/**
 * Elements around a tensor, or with negative numbers fewer of its own: `[left, right, top, bottom, …]`, two numbers a
 * dimension, from the last dimension backwards, as in PyTorch. Dimensions that are not named stay as they are.
 *
 * ```ts
 * pad(tensor([1, 2, 3]), [2, 0], { mode: 'reflect' }) // [3, 2, 1, 2, 3]
 * ```
 *
 * @throws ShapeError when the numbers do not come in pairs, are more than the dimensions have room for, cut off more than
 * there is, or ask a mode for more elements than it has: reflect for less than the length, circular for at most the length
 * @throws MisconfigurationError for a mode that there is none of, and for a value in another mode than constant
 * @throws OutOfRangeError for a value that the dtype does not hold
 */
export function pad(x: Tensor, padding: readonly number[], { mode = 'constant', value }: PadOptions = {}): Tensor {
  const input = valueOf('pad', x)
  if (!modes.includes(mode)) {
    throw new MisconfigurationError(`pad: the mode is one of ${modes.join(', ')}, got ${mode}`)
  }
  if (mode !== 'constant' && value !== undefined) {
    throw new MisconfigurationError(`pad: only mode constant takes a value, got ${value} in mode ${mode}`)
  }
  const padded = padSides('pad', input, sidesOf(padding, input.spec.rank), { mode, value: value ?? 0 })
  return new Tensor(padded === input ? alias(input) : padded)
}

function sidesOf(padding: readonly number[], rank: number): Sides[] {
  if (padding.length % 2 !== 0 || padding.length > 2 * rank || !padding.every(Number.isInteger)) {
    throw new ShapeError(
      `pad: takes two whole numbers a dimension, of which there are ${rank}, got ${formatShape(padding)}`,
    )
  }
  return Array.from({ length: rank }, (_, axis): Sides => {
    const i = 2 * (rank - 1 - axis)
    return [padding[i] ?? 0, padding[i + 1] ?? 0]
  })
}

/** `x` with `sides` around it, one pair a dimension; what is negative is cut off first. @throws as `pad` */
export function padSides(who: string, x: Value, sides: readonly Sides[], { mode, value }: Required<PadOptions>): Value {
  const kept = crop(who, x, sides)
  const added = sides.map(([before, after]): Sides => [Math.max(before, 0), Math.max(after, 0)])
  if (mode === 'constant') {
    checkHolds(who, x.spec.dtype, value)
    return build.pad(kept, added, x.spec.dtype === 'bool' ? Number(value !== 0) : value)
  }
  return added.reduce((y, [before, after], axis) => {
    if (before === 0 && after === 0) return y
    const most = room[mode](y.spec.shape[axis]!)
    if (before > most || after > most) {
      throw new ShapeError(
        `${who}: mode ${mode} has at most ${most} elements for an end of dimension ${axis} of ${formatShape(x.spec.shape)}, got ${before} before and ${after} after`,
      )
    }
    const { first, last } = ends[mode]
    const parts = [before > 0 ? [first(y, axis, before)] : [], y, after > 0 ? [last(y, axis, after)] : []]
    return build.concat(parts.flat(), axis)
  }, kept)
}

function crop(who: string, x: Value, sides: readonly Sides[]): Value {
  const { shape } = x.spec
  const starts = sides.map(([before]) => Math.max(-before, 0))
  const stops = sides.map(([, after], i) => shape[i]! - Math.max(-after, 0))
  if (starts.some((start, i) => start > stops[i]!)) {
    throw new ShapeError(
      `${who}: cuts off more elements than there are, got [${sides.map(formatShape).join(', ')}] for ${formatShape(shape)}`,
    )
  }
  return build.slice(x, starts, stops)
}

type Part = (x: Value, axis: number, count: number) => Value

/** What comes before the first and after the last elements of an axis. */
const ends: Readonly<Record<Exclude<PadMode, 'constant'>, { readonly first: Part; readonly last: Part }>> = {
  reflect: {
    first: (x, axis, count) => build.flip(build.sliceAxis(x, axis, 1, count + 1), [axis]),
    last: (x, axis, count) => {
      const end = x.spec.shape[axis]! - 1
      return build.flip(build.sliceAxis(x, axis, end - count, end), [axis])
    },
  },
  replicate: {
    first: (x, axis, count) => repeat(build.sliceAxis(x, axis, 0, 1), axis, count),
    last: (x, axis, count) => {
      const length = x.spec.shape[axis]!
      return repeat(build.sliceAxis(x, axis, length - 1, length), axis, count)
    },
  },
  circular: {
    first: (x, axis, count) => {
      const length = x.spec.shape[axis]!
      return build.sliceAxis(x, axis, length - count, length)
    },
    last: (x, axis, count) => build.sliceAxis(x, axis, 0, count),
  },
}

/** How many elements a mode has for each end of `length` elements. */
const room: Readonly<Record<keyof typeof ends, (length: number) => number>> = {
  reflect: (length) => Math.max(length - 1, 0),
  replicate: (length) => (length > 0 ? Number.POSITIVE_INFINITY : 0),
  circular: (length) => length,
}

const modes: readonly PadMode[] = ['constant', 'reflect', 'replicate', 'circular']

function repeat(x: Value, axis: number, count: number): Value {
  return build.broadcastTo(x, x.spec.shape.with(axis, count))
}
