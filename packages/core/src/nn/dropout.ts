import type { Tensor } from '../tensor/tensor.ts'
import { checkDropProbability, dropout } from './functional/dropout.ts'
import { Module } from './module.ts'

/** Sets elements to 0 with probability `p` while training, and scales the others by 1 / (1 − p); else the identity. */
export class Dropout extends Module {
  readonly p: number

  /**
   * @param p - default 0.5
   * @throws OutOfRangeError when it is not between 0 and 1
   */
  constructor(p = 0.5) {
    super()
    checkDropProbability(p)
    this.p = p
  }

  /** @param x - floats of any shape */
  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training })
  }
}
