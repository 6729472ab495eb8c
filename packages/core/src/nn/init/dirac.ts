import { MisconfigurationError, ShapeError } from '../../errors/errors.ts'
import { and, cast, equal, iota, literal, remainder } from '../../graph/build.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { Tensor } from '../../tensor/tensor.ts'

export interface DiracOptions extends CreationOptions {
  /** Into how many groups the channels are divided. Default 1. */
  readonly groups?: number
}

/**
 * The kernels `[out, in, …kernel]` that hand as many channels through as they can: 1 in the middle where output and input
 * channel of a group have one number, 0 elsewhere.
 *
 * @throws ShapeError when the shape has other than one to three spatial dimensions
 * @throws MisconfigurationError when the groups do not divide the output channels
 */
export function dirac(shape: Shape, { groups = 1, dtype = defaultDType() }: DiracOptions = {}): Tensor {
  if (shape.length < 3 || shape.length > 5) {
    throw new ShapeError(`dirac: makes kernels [out, in, …] of one to three dimensions, got ${formatShape(shape)}`)
  }
  const [out, , ...kernel] = shape as [number, number, ...number[]]
  if (!Number.isInteger(groups) || groups < 1 || out % groups !== 0) {
    throw new MisconfigurationError(`dirac: the groups divide the channels, got ${groups} group(s) for ${out} channels`)
  }
  const int = (x: number) => literal(x, 'int32')
  const places = (axis: number): Value =>
    iota(
      shape.map((n, i) => (i === axis ? n : 1)),
      axis,
      'int32',
    )
  const inGroup = remainder(places(0), int(Math.max(1, out / groups)))
  const isMiddle = kernel.map((taps, i) => equal(places(2 + i), int(Math.floor(taps / 2))))
  return new Tensor(cast([equal(inGroup, places(1)), ...isMiddle].reduce(and), dtype))
}
