import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { add, cast, div, literalLike, mul, pad, pow, sliceAxis } from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { formatShape } from '../../graph/spec.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { checkNumber } from './check-option.ts'

export interface LocalResponseNormOptions {
  /** Default 1e-4. */
  readonly alpha?: number
  /** Default 0.75. */
  readonly beta?: number
  /** Default 1. */
  readonly k?: number
}

/**
 * x / (k + α·m)^β, m being the mean of x² over `size` neighbouring channels, those beyond the ends as 0 (Krizhevsky,
 * Sutskever, Hinton 2012).
 *
 * @param x - floats `[batch, channels, …spatial]`, with at least one spatial dimension
 * @throws ShapeError when `x` has fewer than three dimensions
 * @throws OutOfRangeError when `size` is no whole number ≥ 1, or an option is no number
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
): Tensor {
  requireFloat('localResponseNorm', x.value)
  checkLocalResponseNorm(size, { alpha, beta, k })
  if (x.ndim < 3) {
    throw new ShapeError(`localResponseNorm: takes [batch, channels, …spatial], got ${formatShape(x.shape)}`)
  }
  const z = wide(x.value)
  const channels = x.shape[1]!
  const around = [Math.floor(size / 2), Math.floor((size - 1) / 2)] as const
  const squares = pad(
    mul(z, z),
    x.shape.map((_, i) => (i === 1 ? around : [0, 0])),
  )
  const windows = Array.from({ length: size }, (_, i) => sliceAxis(squares, 1, i, i + channels))
  const sum = windows.reduce(add)
  const base = add(mul(sum, literalLike(sum, alpha / size)), literalLike(sum, k))
  return new Tensor(cast(div(z, pow(base, literalLike(base, beta))), x.dtype))
}

/** @throws OutOfRangeError when `size` is no whole number ≥ 1, or an option is no number */
export function checkLocalResponseNorm(size: number, options: LocalResponseNormOptions): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new OutOfRangeError(`localResponseNorm: the size is a whole number of channels ≥ 1, got ${size}`)
  }
  for (const [name, value] of Object.entries(options)) checkNumber('localResponseNorm', name, value as number)
}
