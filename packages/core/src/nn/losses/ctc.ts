import type { Tensor } from '../../tensor/tensor.ts'
import { type CtcOptions, ctcLoss } from '../functional/losses/ctc.ts'
import type { Lengths } from '../functional/losses/ctc-targets.ts'
import { Module } from '../module.ts'

/** `ctcLoss` as a module. */
export class CTCLoss extends Module {
  readonly #options: CtcOptions

  constructor(options: CtcOptions = {}) {
    super()
    this.#options = options
  }

  /**
   * @param logProbs - `[time, batch, classes]`
   * @param targets - labels `[batch, length]`, or all of them one after the other
   */
  forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.#options)
  }
}
