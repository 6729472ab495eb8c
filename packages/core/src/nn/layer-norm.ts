import type { Shape } from '../graph/spec.ts'
import { type CreationOptions, ones, zeros } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkEps } from './functional/check-option.ts'
import { layerNorm } from './functional/layer-norm.ts'
import { Module } from './module.ts'

export interface LayerNormOptions extends CreationOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** Whether scale and shift are learned. Default true. */
  readonly elementwiseAffine?: boolean
  /** Whether there is a shift beside the scale. Default true. */
  readonly bias?: boolean
}

/** Normalises the trailing dimensions to mean 0 and variance 1, then scales and shifts; see `layerNorm`. */
export class LayerNorm extends Module {
  /** Scale, `normalizedShape`; begins as ones. */
  readonly weight: Parameter | null
  /** Shift, `normalizedShape`; begins as zeros. */
  readonly bias: Parameter | null
  readonly #normalizedShape: Shape
  readonly #eps: number

  /** @param normalizedShape - the trailing dimensions; a number for the last alone */
  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super()
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = defaultDType() } = options
    checkEps('LayerNorm', eps)
    this.#normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
    this.#eps = eps
    this.weight = elementwiseAffine ? new Parameter(ones(this.#normalizedShape, { dtype })) : null
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.#normalizedShape, { dtype })) : null
  }

  /**
   * @param x - `[…, …normalizedShape]`
   * @throws ShapeError when `x` does not end in `normalizedShape`
   */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.#normalizedShape, { weight: this.weight, bias: this.bias, eps: this.#eps })
  }
}
