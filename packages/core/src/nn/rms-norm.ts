import type { Shape } from '../graph/spec.ts'
import { type CreationOptions, ones } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkEps } from './functional/check-option.ts'
import { rmsNorm } from './functional/rms-norm.ts'
import { Module } from './module.ts'

export interface RMSNormOptions extends CreationOptions {
  /** Added to the mean square; null (default) for the distance from 1 to the next number of the input's dtype. */
  readonly eps?: number | null
  /** Whether a scale is learned. Default true. */
  readonly elementwiseAffine?: boolean
}

/** Divides by the root of the mean square of the trailing dimensions, then scales; see `rmsNorm`. */
export class RMSNorm extends Module {
  /** Scale, `normalizedShape`; begins as ones. */
  readonly weight: Parameter | null
  readonly #normalizedShape: Shape
  readonly #eps: number | null

  /** @param normalizedShape - the trailing dimensions; a number for the last alone */
  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}) {
    super()
    const { eps = null, elementwiseAffine = true, dtype = defaultDType() } = options
    if (eps !== null) checkEps('RMSNorm', eps)
    this.#normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
    this.#eps = eps
    this.weight = elementwiseAffine ? new Parameter(ones(this.#normalizedShape, { dtype })) : null
  }

  /**
   * @param x - `[…, …normalizedShape]`
   * @throws ShapeError when `x` does not end in `normalizedShape`
   */
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.#normalizedShape, { weight: this.weight, eps: this.#eps })
  }
}
