import type { Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'

/** Makes dimensions `startDim` (default 1: all but the batch) to `endDim` (default the last) one. */
export class Flatten extends Module {
  readonly startDim: number
  readonly endDim: number

  constructor(startDim = 1, endDim = -1) {
    super()
    this.startDim = startDim
    this.endDim = endDim
  }

  /** @throws OutOfRangeError when `x` has no such dimensions */
  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim)
  }
}
