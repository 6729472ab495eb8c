import { type PoolAttributes, sizeOf } from '@voltaic/core/graph'

import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { floats, type Rules, wideFloats } from '../rule.ts'
import { cropImage, paddedShape, padImage, sliceTap, type Tap, tapsOf, unsliceTap } from './taps.ts'

type Shape = readonly number[]

/** Pooling and its gradients, tap by tap of the kernel. */
export const poolRules: Rules<'maxPool' | 'maxPoolGrad' | 'avgPool' | 'avgPoolGrad'> = {
  maxPool: {
    takes: floats,
    exact: true,
    lower: (emit, { inputs: [x], outputSpecs: [out], attributes }) => maxPool(emit, x!, out!.shape, attributes),
  },
  maxPoolGrad: {
    takes: wideFloats,
    lower: (emit, { inputs: [g, indices], attributes: { shape } }) => {
      if (g!.shape.includes(0)) return emit.full(0, g!.dtype, shape)
      const planes = shape[0]! * shape[1]!
      const plane = sizeOf(shape.slice(2))
      const offsets = emit.ints(
        Array.from({ length: planes }, (_, i) => i * plane),
        [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)],
      )
      const size = emit.number(planes * plane, 'int32')
      return emit.reshape(emit.op('UnsortedSegmentSum', g!, emit.op('AddV2', indices!, offsets), size), shape)
    },
  },
  avgPool: {
    takes: wideFloats,
    lower: (emit, { inputs: [x], outputSpecs: [out], attributes }) => {
      const padded = padImage(emit, x!, attributes, 0)
      const taps = tapsOf(padded.shape, out!.shape, attributes)
      return mean(emit, emit.addAll(taps.map((tap) => sliceTap(emit, padded, tap))), taps)
    },
  },
  avgPoolGrad: {
    takes: wideFloats,
    lower: (emit, { inputs: [g], attributes }) => {
      const { shape } = attributes
      if (g!.shape.includes(0)) return emit.full(0, g!.dtype, shape)
      const padded = paddedShape(shape, attributes)
      const taps = tapsOf(padded, g!.shape, attributes)
      const share = mean(emit, g!, taps)
      const whole = emit.addAll(taps.map((tap) => unsliceTap(emit, share, padded, tap)))
      return cropImage(emit, whole, shape, attributes)
    },
  },
}

function mean(emit: Emitter, x: Raw, taps: readonly Tap[]): Raw {
  return emit.op('RealDiv', x, emit.number(taps.length, x.dtype))
}

/**
 * The first largest element of each window and its place, NaN before all. Padding is −∞ and loses to what was there first,
 * which to begin with is the first tap that meets the image.
 */
function maxPool(emit: Emitter, x: Raw, output: Shape, attributes: PoolAttributes): Raw[] {
  const lowest = Number.NEGATIVE_INFINITY
  const padded = padImage(emit, x, attributes, lowest)
  const taps = tapsOf(padded.shape, output, attributes)
  const places = taps.map((tap) => placesUnder(tap, x.shape.slice(2), output.slice(2), attributes))
  const first = places[0]!.map((_, i) => places.find((under) => under[i]! >= 0)![i]!)
  const indices = (numbers: readonly number[]) => emit.ints(numbers, [1, 1, ...output.slice(2)])
  let best = emit.full(lowest, x.dtype, output)
  let index = emit.broadcastTo(indices(first), output)
  for (const [i, tap] of taps.entries()) {
    const candidate = sliceTap(emit, padded, tap)
    const isNotLess = emit.op('LogicalNot', emit.op('LessEqual', candidate, best))
    const wins = emit.op('LogicalAnd', isNotLess, emit.op('LogicalNot', emit.op('IsNan', best)))
    best = emit.select(wins, candidate, best)
    index = emit.select(wins, indices(places[i]!), index)
  }
  return [best, index]
}

/** For each output position the flat place in the plane that a tap meets, −1 for padding. */
function placesUnder({ starts, steps }: Tap, plane: Shape, output: Shape, { padding }: PoolAttributes): number[] {
  let places = [0]
  for (const [axis, length] of plane.entries()) {
    const along = Array.from({ length: output[axis]! }, (_, i) => {
      const place = starts[axis + 2]! + i * steps[axis + 2]! - padding[axis]![0]
      return place >= 0 && place < length ? place : -1
    })
    places = places.flatMap((outer) => along.map((inner) => (outer < 0 || inner < 0 ? -1 : outer * length + inner)))
  }
  return places
}
