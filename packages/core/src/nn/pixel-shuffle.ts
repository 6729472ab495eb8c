import type { Tensor } from '../tensor/tensor.ts'
import { channelShuffle, pixelShuffle, pixelUnshuffle } from './functional/pixel-shuffle.ts'
import { Module } from './module.ts'

/** Channels as finer images; see `pixelShuffle`. */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number

  constructor(upscaleFactor: number) {
    super()
    this.upscaleFactor = upscaleFactor
  }

  /**
   * @param x - `[…, channels·r², height, width]`
   * @returns `[…, channels, height·r, width·r]`
   * @throws as `pixelShuffle`
   */
  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor)
  }
}

/** The opposite of `PixelShuffle`; see `pixelUnshuffle`. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number

  constructor(downscaleFactor: number) {
    super()
    this.downscaleFactor = downscaleFactor
  }

  /**
   * @param x - `[…, channels, height·r, width·r]`
   * @returns `[…, channels·r², height, width]`
   * @throws as `pixelUnshuffle`
   */
  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor)
  }
}

/** Deals the channels of each group out in turn; see `channelShuffle`. */
export class ChannelShuffle extends Module {
  readonly groups: number

  constructor(groups: number) {
    super()
    this.groups = groups
  }

  /**
   * @param x - `[batch, channels, …]`
   * @throws as `channelShuffle`
   */
  forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups)
  }
}
