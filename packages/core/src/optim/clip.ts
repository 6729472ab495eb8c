import { noGrad } from '../autograd/no-grad.ts'
import { OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { updateDType } from '../graph/composites/updates/define-update.ts'
import { promote } from '../graph/dtype.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { Tensor } from '../tensor/tensor.ts'

function withGradients(parameters: Iterable<Parameter>): Parameter[] {
  return [...parameters].filter((parameter) => parameter.gradient.value !== null)
}

export interface ClipGradNormOptions {
  /** Which norm: any p > 0, or Infinity for the largest element. Default 2, the Euclidean norm. */
  readonly normType?: number
}

/**
 * Scales the gradients of `parameters` down together so that their joint norm is at most `maxNorm`: by
 * min(1, maxNorm / (norm + 10⁻⁶)).
 *
 * @returns the norm before, float32 or float64; 0 without gradients
 * @throws OutOfRangeError when `maxNorm` is no number ≥ 0, or `normType` is not above 0
 */
export function clipGradNorm(
  parameters: Iterable<Parameter>,
  maxNorm: number,
  { normType = 2 }: ClipGradNormOptions = {},
): Tensor {
  if (!(maxNorm >= 0)) throw new OutOfRangeError(`clipGradNorm: maxNorm is a number ≥ 0, got ${maxNorm}`)
  if (!(normType > 0)) throw new OutOfRangeError(`clipGradNorm: normType is a number > 0, got ${normType}`)
  return noGrad(() => {
    const clipped = withGradients(parameters).filter(({ numel }) => numel > 0)
    if (clipped.length === 0) return new Tensor(build.literal(0, 'float32'))
    // Squares of half types overflow.
    const dtype = clipped.map((parameter) => updateDType(parameter.dtype)).reduce(promote)
    const norm = normOf(
      clipped.map(({ gradient }) => build.cast(gradient.value!, dtype)),
      normType,
    )
    const bound = scalarValue(maxNorm, dtype)
    const ratio = build.div(bound, build.add(norm, build.literalLike(norm, 1e-6)))
    const scale = build.minimum(ratio, build.literalLike(norm, 1))
    for (const { gradient } of clipped) {
      const value = gradient.value!
      gradient.value = build.cast(build.mul(build.cast(value, dtype), scale), value.spec.dtype)
    }
    return new Tensor(norm)
  })
}

/** The norm of all elements of all values together. */
function normOf(values: readonly Value[], p: number): Value {
  const axesOf = (x: Value) => x.spec.shape.map((_, i) => i)
  if (p === Number.POSITIVE_INFINITY) {
    return values.map((x) => build.max(build.abs(x), axesOf(x))).reduce(build.maximum)
  }
  const total = values.map((x) => build.sum(powered(x, p), axesOf(x))).reduce(build.add)
  if (p === 1) return total
  return p === 2 ? build.sqrt(total) : build.pow(total, build.literalLike(total, 1 / p))
}

/** |x| to the power p. */
function powered(x: Value, p: number): Value {
  if (p === 2) return build.mul(x, x)
  const size = build.abs(x)
  return p === 1 ? size : build.pow(size, build.literalLike(x, p))
}

/**
 * Limits every element of the gradients of `parameters` to [−clipValue, clipValue].
 *
 * @throws OutOfRangeError when `clipValue` is no number ≥ 0
 */
export function clipGradValue(parameters: Iterable<Parameter>, clipValue: number): void {
  if (!(clipValue >= 0)) throw new OutOfRangeError(`clipGradValue: clipValue is a number ≥ 0, got ${clipValue}`)
  noGrad(() => {
    for (const { gradient } of withGradients(parameters)) {
      const value = gradient.value!
      const [high, low] = [scalarValue(clipValue, value.spec.dtype), scalarValue(-clipValue, value.spec.dtype)]
      gradient.value = build.maximum(build.minimum(value, high), low)
    }
  })
}
