import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { sameShape, sizeOf } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inWidest } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import { checkShapeOf } from './check-option.ts'

/**
 * yₒ = x₁ᵀ·Wₒ·x₂ + bₒ.
 *
 * @param input1 - `[…, in1Features]`
 * @param input2 - `[…, in2Features]`, with the same leading dimensions
 * @param weight - `[outFeatures, in1Features, in2Features]`
 * @param bias - `[outFeatures]`, or null for none
 * @returns `[…, outFeatures]`
 * @throws ShapeError when shapes do not match
 * @throws DTypeError when dtypes differ
 */
export function bilinear(first: Tensor, second: Tensor, weights: Tensor, biases: Tensor | null = null): Tensor {
  const operands = inWidest(first, second, weights, ...(biases === null ? [] : [biases]))
  const [input1, input2, weight, bias = null] = operands as [Tensor, Tensor, Tensor, Tensor?]
  for (const x of [input1, input2, ...(bias === null ? [] : [bias])]) checkSameDType('bilinear', x, weight)
  const [outFeatures, in1, in2] = weight.shape
  const leading = input1.shape.slice(0, -1)
  const fits = weight.ndim === 3 && input1.shape.at(-1) === in1 && input2.shape.at(-1) === in2
  if (!fits || !sameShape(leading, input2.shape.slice(0, -1))) {
    throw new ShapeError(
      `bilinear: takes […, in1Features], […, in2Features] and a weight [outFeatures, in1Features, in2Features], got ${formatShape(input1.shape)}, ${formatShape(input2.shape)} and ${formatShape(weight.shape)}`,
    )
  }
  checkShapeOf('bilinear', 'bias', bias, [outFeatures!])
  const rows = sizeOf(leading)
  // One product for all outputs; what is left is a sum along x₂.
  const byInput = build.reshape(build.permute(weight.value, [1, 0, 2]), [in1!, outFeatures! * in2!])
  const product = build.matmul(wide(build.reshape(input1.value, [rows, in1!])), wide(byInput))
  const forms = build.reshape(product, [rows, outFeatures!, in2!])
  const sum = build.sum(build.mul(forms, wide(build.reshape(input2.value, [rows, 1, in2!]))), [2])
  const y = bias === null ? sum : build.add(sum, wide(bias.value))
  return new Tensor(build.cast(build.reshape(y, [...leading, outFeatures!]), weight.dtype))
}
