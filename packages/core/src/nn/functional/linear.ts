import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { sizeOf } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'

/**
 * y = x·Wᵀ + b.
 *
 * @param x - `[…, inFeatures]`
 * @param weight - `[outFeatures, inFeatures]`
 * @param bias - `[outFeatures]`, or null for none
 * @returns `[…, outFeatures]`
 * @throws ShapeError when shapes do not match
 * @throws DTypeError when dtypes differ
 */
export function linear(input: Tensor, weights: Tensor, biases: Tensor | null = null): Tensor {
  const [x, weight, bias] = [inHalf(input), inHalf(weights), inHalf(biases)]
  checkSameDType('linear', x, weight)
  const [outFeatures, inFeatures] = weight.shape
  if (weight.ndim !== 2 || x.ndim === 0 || x.shape[x.ndim - 1] !== inFeatures) {
    throw new ShapeError(
      `linear: the last dimension of the input is that of the weight, got ${formatShape(x.shape)} for a weight ${formatShape(weight.shape)}`,
    )
  }
  const leading = x.shape.slice(0, -1)
  // Leading dimensions are rows of one matrix: one product on every backend, and one more for each gradient.
  const rows = build.reshape(x.value, [sizeOf(leading), inFeatures!])
  const product = build.matmul(rows, weight.value, { transposeB: true })
  const sum = bias === null ? product : build.add(product, bias.value)
  return new Tensor(build.reshape(sum, [...leading, outFeatures!]))
}
