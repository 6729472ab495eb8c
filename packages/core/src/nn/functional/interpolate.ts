import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { alias } from '../../graph/alias.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { valueOf } from '../../tensor/methods/handle.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { adaptiveAvgPool } from './adaptive-pool.ts'
import {
  cubicTaps,
  type InterpolationMode,
  linearTaps,
  nearestPlaces,
  type ResizedAxis,
  type Taps,
} from './interpolation-taps.ts'
import { type Size, type Spatial, sizes } from './spatial.ts'

export interface InterpolateOptions {
  /** Spatial size of the result: one number for all dimensions, or one for each. This or `scaleFactor`. */
  readonly size?: Size
  /** By how much each dimension grows, > 0: the result has ⌊length·factor⌋ elements. */
  readonly scaleFactor?: number | readonly number[]
  /** Default nearest. */
  readonly mode?: InterpolationMode
  /**
   * For the linear and cubic modes: whether the centres of the corner elements stay in the corners, or the edges of the image
   * where they are. Default false.
   */
  readonly alignCorners?: boolean
  /** Whether elements lie by the sizes of input and result instead of `scaleFactor`, which rounding makes differ. Default false. */
  readonly recomputeScaleFactor?: boolean
}

/** Spatial dimensions that each mode is for. */
const spatialOf: Readonly<Record<InterpolationMode, readonly number[]>> = {
  nearest: [1, 2, 3],
  'nearest-exact': [1, 2, 3],
  linear: [1],
  bilinear: [2],
  trilinear: [3],
  bicubic: [2],
  area: [1, 2, 3],
}

/**
 * Resizes signals, images or volumes. Output i of a dimension lies at (i + ½) / factor − ½ of the input, with `alignCorners` at
 * i·(length − 1) / (outLength − 1), where factor is `scaleFactor`, or outLength / length. Its value is
 * - `nearest`: that of element ⌊i / factor⌋; `nearest-exact`: of ⌊(i + ½) / factor⌋;
 * - `linear`, `bilinear`, `trilinear`: between its two neighbours along each dimension, linearly;
 * - `bicubic`: that of cubic convolution with a = −¾ (R. Keys 1981), which may overshoot;
 * - `area`: the mean that `adaptiveAvgPool2d` takes.
 *
 * @param x - `[batch, channels, …spatial]`: floats, of any dtype for the nearest modes
 * @throws ShapeError when `x` has no batch or channel dimension, no cells, or not the dimensions that the mode is for
 * @throws MisconfigurationError unless exactly one of `size` and `scaleFactor` is given, and for options that the mode does not
 * take
 * @throws OutOfRangeError for sizes and factors that are not positive, and when nothing is left
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const images = valueOf('interpolate', x)
  const { mode = 'nearest', alignCorners } = options
  checkMode(mode, alignCorners)
  const spatial = images.spec.rank - 2
  if (!spatialOf[mode].includes(spatial)) {
    throw new ShapeError(
      `interpolate: mode ${mode} takes [batch, channels, …] with ${spatialOf[mode].join(', ')} spatial dimension(s), got ${formatShape(images.spec.shape)}`,
    )
  }
  const axes = resizedAxes(images.spec.shape.slice(2), options)
  if (mode.startsWith('nearest')) return named(images, nearest(images, axes, mode === 'nearest-exact'))
  requireFloat('interpolate', images)
  const outputs = axes.map((axis) => axis.outputs)
  if (mode === 'area') return adaptiveAvgPool('interpolate', spatial as Spatial, x, outputs)
  const tapsOf = mode === 'bicubic' ? cubicTaps : linearTaps
  const resized = axes.reduce((y, axis, i) => {
    return staysAsItIs(axis, mode) ? y : resize(y, i + 2, tapsOf(axis, alignCorners ?? false, y.spec.dtype))
  }, wide(images))
  return named(images, build.cast(resized, x.dtype))
}

/** Whether an axis is copied: the linear ones whenever their length stays, whatever the factor, as in PyTorch. */
function staysAsItIs({ length, outputs, factor }: ResizedAxis, mode: InterpolationMode): boolean {
  return outputs === length && (factor === null || factor === 1 || mode.endsWith('linear'))
}

// A tensor of its own even where there was nothing to do.
function named(images: Value, resized: Value): Tensor {
  return new Tensor(resized === images ? alias(resized) : resized)
}

function checkMode(mode: InterpolationMode, alignCorners: boolean | undefined): void {
  if (!Object.hasOwn(spatialOf, mode)) {
    throw new MisconfigurationError(`interpolate: the mode is one of ${Object.keys(spatialOf).join(', ')}, got ${mode}`)
  }
  if (alignCorners !== undefined && (mode === 'area' || mode.startsWith('nearest'))) {
    throw new MisconfigurationError(
      `interpolate: alignCorners is for the linear and cubic modes, got ${alignCorners} in mode ${mode}`,
    )
  }
}

function resizedAxes(
  image: Shape,
  { size, scaleFactor, recomputeScaleFactor = false }: InterpolateOptions,
): ResizedAxis[] {
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new MisconfigurationError(
      `interpolate: takes either size or scaleFactor, got ${size === undefined ? 'neither' : 'both'}`,
    )
  }
  if (size !== undefined && recomputeScaleFactor) {
    throw new MisconfigurationError('interpolate: recomputeScaleFactor is for scaleFactor, got it with size')
  }
  if (image.includes(0)) {
    throw new ShapeError(`interpolate: needs at least one cell, got an image ${formatShape(image)}`)
  }
  if (size !== undefined) {
    const outputs = sizes('interpolate', 'the size', size, image.length as Spatial, 1)
    return image.map((length, i) => ({ length, outputs: outputs[i]!, factor: null }))
  }
  const factors = typeof scaleFactor === 'number' ? image.map(() => scaleFactor) : scaleFactor!
  if (factors.length !== image.length || !factors.every((factor) => factor > 0 && Number.isFinite(factor))) {
    throw new OutOfRangeError(
      `interpolate: the scale factor is one number > 0 for all of ${image.length} spatial dimension(s) or for each, got [${factors.join(', ')}]`,
    )
  }
  return image.map((length, i) => {
    const outputs = Math.floor(length * factors[i]!)
    if (outputs < 1) {
      throw new OutOfRangeError(`interpolate: nothing is left of ${length} elements, got the factor ${factors[i]}`)
    }
    return { length, outputs, factor: recomputeScaleFactor ? null : factors[i]! }
  })
}

function nearest(images: Value, axes: readonly ResizedAxis[], exact: boolean): Value {
  const times = axes.map(({ length, outputs, factor }) => factor ?? outputs / length)
  // Whole factors need no indices, and their gradient is a sum.
  if (times.every(Number.isInteger)) return repeatEach(images, times)
  return axes.reduce((y, axis, i) => {
    return staysAsItIs(axis, 'nearest') ? y : build.indexSelect(y, nearestPlaces(axis, exact), i + 2)
  }, images)
}

/** Each element as many times as `times` says for its axis. */
function repeatEach(images: Value, times: readonly number[]): Value {
  const [batch, channels, ...image] = images.spec.shape as [number, number, ...number[]]
  const spaced = build.reshape(images, [batch, channels, ...image.flatMap((n) => [n, 1])])
  const spread = build.broadcastTo(spaced, [batch, channels, ...image.flatMap((n, i) => [n, times[i]!])])
  return build.reshape(spread, [batch, channels, ...image.map((n, i) => n * times[i]!)])
}

/** `x` with weighted sums of its elements along one axis in their place. */
function resize(x: Value, axis: number, { places, weights }: Taps): Value {
  const neighbours = build.indexSelect(x, places, axis)
  const rest = x.spec.shape.slice(axis + 1).map(() => 1)
  const factors = build.reshape(weights, [...weights.spec.shape, ...rest])
  return build.sum(build.mul(neighbours, factors), [axis + 1])
}
