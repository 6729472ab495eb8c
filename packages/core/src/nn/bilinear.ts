import type { CreationOptions } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import { uniform } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { bilinear } from './functional/bilinear.ts'
import { Module } from './module.ts'

export interface BilinearOptions extends CreationOptions {
  /** Default true. */
  readonly bias?: boolean
}

/** A form in two vectors for each output, yₒ = x₁ᵀ·Wₒ·x₂ + bₒ. Weight and bias begin as U(±1/√in1Features). */
export class Bilinear extends Module {
  /** `[outFeatures, in1Features, in2Features]` */
  readonly weight: Parameter
  /** `[outFeatures]` */
  readonly bias: Parameter | null

  /** @param dtype - of the parameters; default float32 */
  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    { bias = true, dtype = defaultDType() }: BilinearOptions = {},
  ) {
    super()
    // Without inputs there is no weight, and the bias is 0.
    const bound = in1Features === 0 ? 0 : 1 / Math.sqrt(in1Features)
    this.weight = new Parameter(uniform([outFeatures, in1Features, in2Features], -bound, bound, { dtype }))
    this.bias = bias ? new Parameter(uniform([outFeatures], -bound, bound, { dtype })) : null
  }

  /**
   * @param input1 - `[…, in1Features]`
   * @param input2 - `[…, in2Features]`, with the same leading dimensions
   * @returns `[…, outFeatures]`
   * @throws ShapeError when shapes do not match
   */
  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias)
  }
}
