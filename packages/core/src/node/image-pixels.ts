import { hostArray } from '../graph/dtype.ts'
import { type HostTensor, hostTensor } from '../graph/host-tensor.ts'
import type { DecodedImage } from './image-decoder.ts'

/** What pixels become. */
export interface PixelFormat {
  /** 1 for luma, 3 for red, green and blue, 4 with alpha. */
  readonly channels: 1 | 3 | 4
  /** float32 from 0 to 1, or bytes from 0 to 255. */
  readonly dtype: 'float32' | 'uint8'
}

/** Pixels, the channels of each side by side, as a tensor `[channels, height, width]`. */
export function planar(image: DecodedImage, { channels, dtype }: PixelFormat): HostTensor {
  const { width, height } = image
  const size = width * height
  const data = hostArray(dtype, channels * size)
  const scale = dtype === 'float32' ? 255 : 1
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < size; pixel++) {
      const at = pixel * image.channels
      const value = channels === 1 ? luma(image.data, at) : image.data[at + channel]!
      data[channel * size + pixel] = value / scale
    }
  }
  return hostTensor(data, [channels, height, width])
}

/** ITU-R 601, in the fixed-point numbers of Pillow's conversion to mode L. */
function luma(data: Uint8Array, at: number): number {
  return (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16
}
