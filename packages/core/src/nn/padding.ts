import { OutOfRangeError } from '../errors/errors.ts'
import { formatShape } from '../graph/spec.ts'
import { type PadOptions, pad } from '../tensor/pad.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Spatial } from './functional/spatial.ts'
import { Module } from './module.ts'

/** Elements at the ends of a signal: one number for both, or `[left, right]`. Negative ones are cut off. */
export type Padding1d = number | readonly [left: number, right: number]
/** Elements around an image: one number for all sides, or `[left, right, top, bottom]`. Negative ones are cut off. */
export type Padding2d = number | readonly [left: number, right: number, top: number, bottom: number]
/** Elements around a volume: one number for all sides, or `[left, right, top, bottom, front, back]`, as of images. */
export type Padding3d =
  | number
  | readonly [left: number, right: number, top: number, bottom: number, front: number, back: number]

/** A layer that pads the last dimensions of `[batch, channels, …spatial]`, with or without batch; see `pad`. */
abstract class AnyPad extends Module {
  /** `[left, right, top, bottom, …]` */
  readonly padding: readonly number[]
  readonly #options: PadOptions

  constructor(who: string, spatial: Spatial, padding: number | readonly number[], options: PadOptions) {
    super()
    const sides = typeof padding === 'number' ? new Array<number>(2 * spatial).fill(padding) : padding
    if (sides.length !== 2 * spatial || !sides.every(Number.isInteger)) {
      throw new OutOfRangeError(
        `${who}: the padding is a whole number or ${2 * spatial} of them, got ${formatShape(sides)}`,
      )
    }
    this.padding = sides
    this.#options = options
  }

  /** @throws ShapeError when `x` has too few dimensions, or too few elements for what is cut off or for the mode */
  forward(x: Tensor): Tensor {
    return pad(x, this.padding, this.#options)
  }
}

/** `value` around signals. */
export class ConstantPad1d extends AnyPad {
  constructor(padding: Padding1d, value: number) {
    super('ConstantPad1d', 1, padding, { value })
  }
}

/** `value` around images. */
export class ConstantPad2d extends AnyPad {
  constructor(padding: Padding2d, value: number) {
    super('ConstantPad2d', 2, padding, { value })
  }
}

/** `value` around volumes. */
export class ConstantPad3d extends AnyPad {
  constructor(padding: Padding3d, value: number) {
    super('ConstantPad3d', 3, padding, { value })
  }
}

/** Zeros around signals. */
export class ZeroPad1d extends AnyPad {
  constructor(padding: Padding1d) {
    super('ZeroPad1d', 1, padding, {})
  }
}

/** Zeros around images. */
export class ZeroPad2d extends AnyPad {
  constructor(padding: Padding2d) {
    super('ZeroPad2d', 2, padding, {})
  }
}

/** Zeros around volumes. */
export class ZeroPad3d extends AnyPad {
  constructor(padding: Padding3d) {
    super('ZeroPad3d', 3, padding, {})
  }
}

/** Signals mirrored at their ends, which are not repeated: less than their length at each end. */
export class ReflectionPad1d extends AnyPad {
  constructor(padding: Padding1d) {
    super('ReflectionPad1d', 1, padding, { mode: 'reflect' })
  }
}

/** Images mirrored at their edges, which are not repeated: less than their size on each side. */
export class ReflectionPad2d extends AnyPad {
  constructor(padding: Padding2d) {
    super('ReflectionPad2d', 2, padding, { mode: 'reflect' })
  }
}

/** Volumes mirrored at their edges, which are not repeated: less than their size on each side. */
export class ReflectionPad3d extends AnyPad {
  constructor(padding: Padding3d) {
    super('ReflectionPad3d', 3, padding, { mode: 'reflect' })
  }
}

/** The first and last element of signals repeated. */
export class ReplicationPad1d extends AnyPad {
  constructor(padding: Padding1d) {
    super('ReplicationPad1d', 1, padding, { mode: 'replicate' })
  }
}

/** The edges of images repeated. */
export class ReplicationPad2d extends AnyPad {
  constructor(padding: Padding2d) {
    super('ReplicationPad2d', 2, padding, { mode: 'replicate' })
  }
}

/** The edges of volumes repeated. */
export class ReplicationPad3d extends AnyPad {
  constructor(padding: Padding3d) {
    super('ReplicationPad3d', 3, padding, { mode: 'replicate' })
  }
}

/** Signals again from their other ends: at most their length at each end. */
export class CircularPad1d extends AnyPad {
  constructor(padding: Padding1d) {
    super('CircularPad1d', 1, padding, { mode: 'circular' })
  }
}

/** Images again from their other sides: at most their size on each side. */
export class CircularPad2d extends AnyPad {
  constructor(padding: Padding2d) {
    super('CircularPad2d', 2, padding, { mode: 'circular' })
  }
}

/** Volumes again from their other sides: at most their size on each side. */
export class CircularPad3d extends AnyPad {
  constructor(padding: Padding3d) {
    super('CircularPad3d', 3, padding, { mode: 'circular' })
  }
}
