import type { CreationOptions } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { linear } from './functional/linear.ts'
import { defaultBias, defaultWeight } from './init.ts'
import { Module } from './module.ts'

export interface LinearOptions extends CreationOptions {
  /** Default true. */
  readonly bias?: boolean
}

/** Affine map y = x·Wᵀ + b. Weight and bias begin as U(±1/√inFeatures). */
export class Linear extends Module {
  /** `[outFeatures, inFeatures]`; another layer's may take its place, to be shared. */
  weight: Parameter
  /** `[outFeatures]` */
  readonly bias: Parameter | null

  /** @param dtype - of the parameters; default float32 */
  constructor(inFeatures: number, outFeatures: number, { bias = true, dtype = defaultDType() }: LinearOptions = {}) {
    super()
    const shape = [outFeatures, inFeatures]
    this.weight = new Parameter(defaultWeight(shape, { dtype }))
    this.bias = bias ? new Parameter(defaultBias(shape, { dtype })) : null
  }

  /**
   * @param x - `[…, inFeatures]`
   * @returns `[…, outFeatures]`
   * @throws ShapeError when the last dimension of `x` is not `inFeatures`
   */
  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias)
  }
}
