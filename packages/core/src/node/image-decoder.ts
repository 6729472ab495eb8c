import type sharp from 'sharp'
import { MissingDependencyError } from '../errors/errors.ts'

/** Pixels of an image, row by row, the channels of a pixel side by side. */
export interface DecodedImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  /** 3 for red, green and blue, 4 with alpha. */
  readonly channels: 3 | 4
}

/** A size in pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** What a decoder is asked for. */
export interface DecodeOptions {
  readonly channels: 3 | 4
  /** The size to bring the image to; that of the file when undefined. */
  readonly size: ImageSize | undefined
  /** Whether the image is stretched to `size`, or covers it and loses what is beside. */
  readonly fit: 'fill' | 'cover'
}

/** What reads image files. Its errors need not name the file. */
export interface ImageDecoder {
  /** The size of an image, from its header. */
  sizeOf(path: string): Promise<ImageSize>
  decode(path: string, options: DecodeOptions): Promise<DecodedImage>
}

/**
 * The decoder that `sharp` is: PNG, JPEG, WebP, TIFF and what else its build reads.
 *
 * @throws MissingDependencyError when it is not installed, or does not load
 */
export async function sharpDecoder(who: string): Promise<ImageDecoder> {
  const open = await loadSharp(who)
  return {
    async sizeOf(path) {
      const { width, height } = await open(path).metadata()
      return { width, height }
    },
    async decode(path, { channels, size, fit }) {
      // A triangle, as Pillow's bilinear filter, torchvision's default; libvips treats edges and enlargement in its own way.
      const image = size === undefined ? open(path) : open(path).resize({ ...size, fit, kernel: 'linear' })
      const pixels = channels === 4 ? image.ensureAlpha() : image.removeAlpha()
      const { data, info } = await pixels.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
      return { data, width: info.width, height: info.height, channels }
    },
  }
}

async function loadSharp(who: string): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default
  } catch (error) {
    throw new MissingDependencyError(`${who}: cannot load sharp; install it or pass { decoder }`, { cause: error })
  }
}
