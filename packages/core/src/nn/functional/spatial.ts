import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { reshape } from '../../graph/build.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { Tensor } from '../../tensor/tensor.ts'

/** A size of a window or of its steps: one number for height and width, or `[height, width]`. */
export type Size2d = number | readonly [height: number, width: number]

/** `size` as `[height, width]`. @throws OutOfRangeError when one is no whole number ≥ `least` */
export function pair(who: string, what: string, size: Size2d, least: number): readonly [number, number] {
  const both = typeof size === 'number' ? ([size, size] as const) : size
  if (both.length !== 2 || !both.every((n) => Number.isInteger(n) && n >= least)) {
    throw new OutOfRangeError(`${who}: ${what} is a whole number ≥ ${least}, or two of them, got ${formatShape(both)}`)
  }
  return both
}

/**
 * Applies `op`, which takes `[batch, channels, height, width]`, to that or to a single `[channels, height, width]`.
 *
 * @throws ShapeError when `x` is neither
 */
export function onImages(who: string, x: Tensor, op: (images: Value) => Value): Tensor {
  if (x.ndim === 4) return new Tensor(op(x.value))
  if (x.ndim !== 3) {
    throw new ShapeError(
      `${who}: takes [batch, channels, height, width] or [channels, height, width], got ${formatShape(x.shape)}`,
    )
  }
  const images = op(reshape(x.value, [1, ...x.shape]))
  return new Tensor(reshape(images, images.spec.shape.slice(1)))
}
