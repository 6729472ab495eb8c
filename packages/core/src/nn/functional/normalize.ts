import { abs, cast, div, literalLike, max, maximum } from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { vectorNorm } from '../../graph/composites/vector-norm.ts'
import { resolveAxes } from '../../graph/shape.ts'
import type { Value } from '../../graph/value.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inFloat32 } from './autocast-policy.ts'
import { checkNumber } from './check-option.ts'

export interface NormalizeOptions {
  /** Exponent of the norm, > 0; Infinity for the largest element. Default 2. */
  readonly p?: number
  /** Along which dimension, or which ones together. Default 1. */
  readonly dim?: number | readonly number[]
  /** The least that is divided by. Default 1e-12. */
  readonly eps?: number
}

/**
 * x / max(‖x‖ₚ, ε) along `dim`: vectors of length 1, and of nothing but zeros where there were only zeros.
 *
 * @param x - floats of any shape
 * @throws OutOfRangeError when there is no such dimension, or `p` or `eps` is not positive
 */
export function normalize(input: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  const x = inFloat32(input)
  requireFloat('normalize', x.value)
  if (p !== Number.POSITIVE_INFINITY) checkNumber('normalize', 'p', p, p > 0, 'a number > 0')
  checkNumber('normalize', 'eps', eps, eps > 0, 'a number > 0')
  const axes = resolveAxes('normalize', dim, x.ndim)
  const z = wide(x.value)
  return new Tensor(cast(div(z, lengthOf(z, p, axes, eps)), x.dtype))
}

/** max(‖x‖ₚ, ε) */
function lengthOf(x: Value, p: number, axes: readonly number[], eps: number): Value {
  const norm = p === Number.POSITIVE_INFINITY ? largest(x, axes) : vectorNorm(x, { axes, keepDims: true, p })
  return maximum(norm, literalLike(norm, eps))
}

function largest(x: Value, axes: readonly number[]): Value {
  return x.spec.size === 0 ? x : max(abs(x), axes, true)
}
