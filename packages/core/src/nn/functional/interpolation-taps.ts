import * as build from '../../graph/build.ts'
import { clamp } from '../../graph/composites/clamp.ts'
import type { DType } from '../../graph/dtype.ts'
import type { Value } from '../../graph/value.ts'

/** How values between the elements of an image are found. */
export type InterpolationMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'trilinear' | 'bicubic' | 'area'

/** An axis to be resized. */
export interface ResizedAxis {
  readonly length: number
  readonly outputs: number
  /** The factor that the user gave, if one; otherwise outputs / length. */
  readonly factor: number | null
}

/** What the elements of a resized axis are weighted sums of; one row an element. */
export interface Taps {
  /** int32 `[outputs, taps]` */
  readonly places: Value
  /** `[outputs, taps]` */
  readonly weights: Value
}

function scaleOf({ length, outputs, factor }: ResizedAxis): number {
  return factor === null ? length / outputs : 1 / factor
}

/**
 * int32 `[outputs]`: the nearest place of each output, ⌊i / factor⌋, in `exact` mode ⌊(i + ½) / factor⌋. In float32, as PyTorch
 * computes them for every dtype, so that the same one is chosen where two are as near.
 */
export function nearestPlaces(axis: ResizedAxis, exact: boolean): Value {
  const i = build.iota([axis.outputs], 0, 'float32')
  const at = exact ? build.add(i, build.literalLike(i, 0.5)) : i
  const place = build.floor(build.mul(at, build.literalLike(i, scaleOf(axis))))
  return build.cast(build.minimum(place, build.literalLike(i, axis.length - 1)), 'int32')
}

/** `[outputs, 1]`: where each output lies among the elements of the axis; below 0 before the first. */
function positions(axis: ResizedAxis, alignCorners: boolean, dtype: DType): Value {
  const i = build.iota([axis.outputs, 1], 0, dtype)
  const literal = (x: number) => build.literal(x, dtype)
  if (alignCorners) return build.mul(i, literal(axis.outputs > 1 ? (axis.length - 1) / (axis.outputs - 1) : 0))
  return build.sub(build.mul(build.add(i, literal(0.5)), literal(scaleOf(axis))), literal(0.5))
}

/** The two neighbours of each output by their nearness; before the first and after the last element that one alone. */
export function linearTaps(axis: ResizedAxis, alignCorners: boolean, dtype: DType): Taps {
  const literal = (x: number) => build.literal(x, dtype)
  const last = literal(axis.length - 1)
  const at = build.maximum(positions(axis, alignCorners, dtype), literal(0))
  const first = build.minimum(build.floor(at), last)
  const second = build.minimum(build.add(first, literal(1)), last)
  const share = build.minimum(build.sub(at, first), literal(1))
  return {
    places: build.cast(build.concat([first, second], 1), 'int32'),
    weights: build.concat([build.sub(literal(1), share), share], 1),
  }
}

// PyTorch's; other libraries have −½.
const a = -0.75

/**
 * The four neighbours of each output by cubic convolution (R. Keys, "Cubic convolution interpolation for digital image
 * processing", 1981). Beyond its ends the axis goes on with its first and last element.
 */
export function cubicTaps(axis: ResizedAxis, alignCorners: boolean, dtype: DType): Taps {
  const literal = (x: number) => build.literal(x, dtype)
  const at = positions(axis, alignCorners, dtype)
  const places = build.add(build.floor(at), build.sub(build.iota([1, 4], 1, dtype), literal(1)))
  return {
    places: build.cast(clamp(places, literal(0), literal(axis.length - 1)), 'int32'),
    weights: cubicWeights(build.abs(build.sub(at, places))),
  }
}

/** Weights of elements at distances of 0 to 2. */
function cubicWeights(x: Value): Value {
  const polynomial = (...coefficients: number[]) =>
    coefficients.map((c) => build.literalLike(x, c)).reduce((sum, c) => build.add(build.mul(sum, x), c))
  const near = polynomial(a + 2, -(a + 3), 0, 1)
  const far = polynomial(a, -5 * a, 8 * a, -4 * a)
  return build.where(build.lessEqual(x, build.literalLike(x, 1)), near, far)
}
