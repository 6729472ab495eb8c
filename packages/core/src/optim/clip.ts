import { noGrad } from '../autograd/no-grad.ts'
import { OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { Tensor } from '../tensor/tensor.ts'

function withGradients(parameters: Iterable<Parameter>): Parameter[] {
  return [...parameters].filter((parameter) => parameter.gradient.value !== null)
}

/**
 * Scales the gradients of `parameters` down together so that their joint Euclidean norm is at most `maxNorm`: by
 * min(1, maxNorm / (norm + 10⁻⁶)).
 *
 * @returns the norm before; 0 without gradients
 * @throws OutOfRangeError when `maxNorm` is no number ≥ 0
 */
export function clipGradNorm(parameters: Iterable<Parameter>, maxNorm: number): Tensor {
  if (!(maxNorm >= 0)) throw new OutOfRangeError(`clipGradNorm: maxNorm is a number ≥ 0, got ${maxNorm}`)
  return noGrad(() => {
    const clipped = withGradients(parameters)
    const squares = clipped.map(({ gradient }) => sumOfSquares(gradient.value!))
    if (squares.length === 0) return new Tensor(build.literal(0, 'float32'))
    const norm = build.sqrt(squares.reduce(build.add))
    const bound = scalarValue(maxNorm, norm.spec.dtype)
    const ratio = build.div(bound, build.add(norm, build.literalLike(norm, 1e-6)))
    const scale = build.minimum(ratio, build.literalLike(norm, 1))
    for (const { gradient } of clipped) {
      gradient.value = build.mul(gradient.value!, build.cast(scale, gradient.value!.spec.dtype))
    }
    return new Tensor(norm)
  })
}

function sumOfSquares(x: Value): Value {
  return build.sum(
    build.mul(x, x),
    x.spec.shape.map((_, i) => i),
  )
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
