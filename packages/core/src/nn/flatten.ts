import type { Shape } from '../graph/spec.ts'
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

/** Makes dimension `dim` several. */
export class Unflatten extends Module {
  readonly dim: number
  readonly unflattenedSize: Shape

  /** @param unflattenedSize - the dimensions that it becomes; one may be −1 */
  constructor(dim: number, unflattenedSize: Shape) {
    super()
    this.dim = dim
    this.unflattenedSize = unflattenedSize
  }

  /**
   * @throws OutOfRangeError when `x` has no such dimension
   * @throws ShapeError when it has another number of elements
   */
  forward(x: Tensor): Tensor {
    return x.unflatten(this.dim, this.unflattenedSize)
  }
}
