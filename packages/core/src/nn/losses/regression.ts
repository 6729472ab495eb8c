import type { Tensor } from '../../tensor/tensor.ts'
import type { LossOptions } from '../functional/losses/loss-options.ts'
import { type HuberOptions, huber, l1, mse, type SmoothL1Options, smoothL1 } from '../functional/losses/regression.ts'
import { Module } from '../module.ts'

/** `mse` as a module. */
export class MSELoss extends Module {
  readonly #options: LossOptions

  constructor(options: LossOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return mse(input, target, this.#options)
  }
}

/** `l1` as a module. */
export class L1Loss extends Module {
  readonly #options: LossOptions

  constructor(options: LossOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return l1(input, target, this.#options)
  }
}

/** `smoothL1` as a module. */
export class SmoothL1Loss extends Module {
  readonly #options: SmoothL1Options

  constructor(options: SmoothL1Options = {}) {
    super()
    this.#options = options
  }

  /** @param target - shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1(input, target, this.#options)
  }
}

/** `huber` as a module. */
export class HuberLoss extends Module {
  readonly #options: HuberOptions

  constructor(options: HuberOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return huber(input, target, this.#options)
  }
}
