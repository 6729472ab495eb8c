import { ShapeError } from '../../errors/errors.ts'
import type { HostTensor } from '../../graph/host-tensor.ts'
import { sizeOf } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'

/** A size in pixels. */
export interface ImageSize {
  readonly height: number
  readonly width: number
}

/**
 * How many planes of which size an image `[..., height, width]` has.
 *
 * @throws ShapeError when it has fewer than two dimensions
 */
export function planesOf(who: string, { shape }: HostTensor): ImageSize & { readonly planes: number } {
  if (shape.length < 2) {
    throw new ShapeError(`${who}: an image is [channels, height, width], got ${formatShape(shape)}; reshape it first`)
  }
  return { planes: sizeOf(shape.slice(0, -2)), height: shape.at(-2)!, width: shape.at(-1)! }
}
