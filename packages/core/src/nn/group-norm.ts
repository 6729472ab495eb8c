import { type CreationOptions, ones, zeros } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkCount, checkEps } from './functional/check-option.ts'
import { checkGroups, groupNorm } from './functional/group-norm.ts'
import { Module } from './module.ts'

export interface GroupNormOptions extends CreationOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** Whether scale and shift are learned. Default true. */
  readonly affine?: boolean
}

/** Normalises groups of channels of each instance to mean 0 and variance 1, then scales and shifts; see `groupNorm`. */
export class GroupNorm extends Module {
  /** Scale, `[numChannels]`; begins as ones. */
  readonly weight: Parameter | null
  /** Shift, `[numChannels]`; begins as zeros. */
  readonly bias: Parameter | null
  readonly #numGroups: number
  readonly #eps: number

  /** @throws MisconfigurationError when the groups do not divide the channels */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super()
    const { eps = 1e-5, affine = true, dtype = defaultDType() } = options
    checkCount('GroupNorm', 'numChannels', numChannels)
    checkGroups('GroupNorm', numGroups, numChannels)
    checkEps('GroupNorm', eps)
    this.#numGroups = numGroups
    this.#eps = eps
    this.weight = affine ? new Parameter(ones([numChannels], { dtype })) : null
    this.bias = affine ? new Parameter(zeros([numChannels], { dtype })) : null
  }

  /**
   * @param x - floats `[batch, numChannels, …]`
   * @throws ShapeError when `x` has other channels
   */
  forward(x: Tensor): Tensor {
    return groupNorm(x, this.#numGroups, { weight: this.weight, bias: this.bias, eps: this.#eps })
  }
}
