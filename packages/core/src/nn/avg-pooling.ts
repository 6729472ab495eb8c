import type { Tensor } from '../tensor/tensor.ts'
import { type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from './functional/avg-pool.ts'
import { type LpPoolOptions, lpPool1d, lpPool2d } from './functional/lp-pool.ts'
import type { Size1d, Size2d, Size3d } from './functional/spatial.ts'
import { windowPlan } from './functional/windows.ts'
import { Module } from './module.ts'

/** The mean of each window; see `avgPool1d`. */
export class AvgPool1d extends Module {
  readonly #kernelSize: Size1d
  readonly #options: AvgPoolOptions<Size1d>

  /** @throws as `AvgPool2d` */
  constructor(kernelSize: Size1d, options: AvgPoolOptions<Size1d> = {}) {
    super()
    windowPlan('AvgPool1d', 1, kernelSize, options)
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, length]`, or without batch
   * @returns `[batch, channels, outLength]`
   * @throws ShapeError when the window is larger than the padded signal
   */
  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.#kernelSize, this.#options)
  }
}

/** The mean of each window; see `avgPool2d`. */
export class AvgPool2d extends Module {
  readonly #kernelSize: Size2d
  readonly #options: AvgPoolOptions<Size2d>

  /**
   * @param kernelSize - one number for height and width, or both
   * @throws OutOfRangeError for sizes that are no whole numbers of their range, and for padding of more than half the window
   */
  constructor(kernelSize: Size2d, options: AvgPoolOptions<Size2d> = {}) {
    super()
    windowPlan('AvgPool2d', 2, kernelSize, options)
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels, outHeight, outWidth]`
   * @throws ShapeError when the window is larger than the padded image
   */
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.#kernelSize, this.#options)
  }
}

/** The mean of each window; see `avgPool3d`. */
export class AvgPool3d extends Module {
  readonly #kernelSize: Size3d
  readonly #options: AvgPoolOptions<Size3d>

  /**
   * @param kernelSize - one number for depth, height and width, or all three
   * @throws as `AvgPool2d`
   */
  constructor(kernelSize: Size3d, options: AvgPoolOptions<Size3d> = {}) {
    super()
    windowPlan('AvgPool3d', 3, kernelSize, options)
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, depth, height, width]`, or without batch
   * @returns `[batch, channels, outDepth, outHeight, outWidth]`
   * @throws ShapeError when the window is larger than the padded volume
   */
  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.#kernelSize, this.#options)
  }
}

/** (Σ xᵖ)^(1/p) of each window; see `lpPool1d`. */
export class LPPool1d extends Module {
  readonly #normType: number
  readonly #kernelSize: Size1d
  readonly #options: LpPoolOptions<Size1d>

  /** @param normType - p */
  constructor(normType: number, kernelSize: Size1d, options: LpPoolOptions<Size1d> = {}) {
    super()
    this.#normType = normType
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, length]`, or without batch
   * @returns `[batch, channels, outLength]`
   * @throws as `lpPool2d`
   */
  forward(x: Tensor): Tensor {
    return lpPool1d(x, this.#normType, this.#kernelSize, this.#options)
  }
}

/** (Σ xᵖ)^(1/p) of each window; see `lpPool2d`. */
export class LPPool2d extends Module {
  readonly #normType: number
  readonly #kernelSize: Size2d
  readonly #options: LpPoolOptions<Size2d>

  /** @param normType - p */
  constructor(normType: number, kernelSize: Size2d, options: LpPoolOptions<Size2d> = {}) {
    super()
    this.#normType = normType
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels, outHeight, outWidth]`
   * @throws as `lpPool2d`
   */
  forward(x: Tensor): Tensor {
    return lpPool2d(x, this.#normType, this.#kernelSize, this.#options)
  }
}
