import { DTypeError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { add, reshape } from '../../graph/build.ts'
import { formatShape, formatSpec } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { valueOf } from '../../tensor/methods/handle.ts'
import { Tensor } from '../../tensor/tensor.ts'

/** A size of a window, or of its steps, along the one dimension of a signal. */
export type Size1d = number | readonly [length: number]

/** A size of a window or of its steps: one number for height and width, or `[height, width]`. */
export type Size2d = number | readonly [height: number, width: number]

/** A size of a window or of its steps: one number for depth, height and width, or `[depth, height, width]`. */
export type Size3d = number | readonly [depth: number, height: number, width: number]

/** A size in any number of spatial dimensions: one number for all of them, or one for each. */
export type Size = number | readonly number[]

/** What a layer that enlarges images is told at each call. */
export interface OutputSizeOptions<S extends Size = Size2d> {
  /** Spatial size of the result, where several have the same input. Default: the one that the other options give. */
  readonly outputSize?: S
}

/** Number of spatial dimensions: of signals, images, volumes. */
export type Spatial = 1 | 2 | 3

const orSeveral = { 1: '', 2: ', or two of them', 3: ', or three of them' } as const

/** `size` as one number for each spatial dimension. @throws OutOfRangeError when one is no whole number ≥ `least` */
export function sizes(who: string, what: string, size: Size, spatial: Spatial, least: number): readonly number[] {
  const all = Array.isArray(size) ? (size as readonly number[]) : new Array<number>(spatial).fill(size as number)
  if (all.length !== spatial || !all.every((n) => Number.isInteger(n) && n >= least)) {
    throw new OutOfRangeError(
      `${who}: ${what} is a whole number ≥ ${least}${orSeveral[spatial]}, got ${formatShape(all)}`,
    )
  }
  return all
}

const dimensions = { 1: 'length', 2: 'height, width', 3: 'depth, height, width' } as const

/** `[batch, channels, height, width]`, as messages write it. */
export function imageShape(spatial: Spatial, leading = 'batch, channels'): string {
  return `[${leading}, ${dimensions[spatial]}]`
}

/** Images as the primitives take them. */
export interface Images {
  /** `[batch, channels, …spatial]` */
  readonly value: Value
  /** What was computed from them, without the batch dimension if they came without. */
  readonly restore: (result: Value) => Tensor
}

/**
 * A batch of images, or a single one as a batch of one.
 *
 * @throws ShapeError when `x` is neither
 */
export function imagesOf(who: string, x: Tensor, spatial: Spatial): Images {
  const value = valueOf(who, x)
  const { rank, shape } = value.spec
  if (rank === spatial + 2) return { value, restore: (result) => new Tensor(result) }
  if (rank !== spatial + 1) {
    throw new ShapeError(
      `${who}: takes ${imageShape(spatial)} or ${imageShape(spatial, 'channels')}, got ${formatShape(shape)}`,
    )
  }
  return {
    value: reshape(value, [1, ...shape]),
    restore: (result) => new Tensor(reshape(result, result.spec.shape.slice(1))),
  }
}

/**
 * A number a channel added to images, or nothing.
 *
 * @throws ShapeError when there is not one number a channel
 * @throws DTypeError when dtypes differ
 */
export function addBias(who: string, images: Value, bias: Tensor | null): Value {
  if (bias === null) return images
  const value = valueOf(who, bias)
  const channels = images.spec.shape[1]!
  if (value.spec.rank !== 1 || value.spec.size !== channels) {
    throw new ShapeError(
      `${who}: the bias is [${channels}], one number a channel, got ${formatShape(value.spec.shape)}`,
    )
  }
  if (value.spec.dtype !== images.spec.dtype) {
    throw new DTypeError(
      `${who}: bias and result have one dtype, got ${formatSpec(value.spec)} and ${formatSpec(images.spec)}; cast the bias`,
    )
  }
  return add(
    images,
    reshape(
      value,
      images.spec.shape.map((_, axis) => (axis === 1 ? channels : 1)),
    ),
  )
}
