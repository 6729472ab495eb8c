import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { hostArray } from '../../graph/dtype.ts'
import type { HostTensor } from '../../graph/host-tensor.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Transform } from '../transformed-dataset.ts'
import { encodeNumber } from './encode-number.ts'
import { type ImageSize, planesOf } from './image.ts'

/** What lies beside an image that is padded: one value, its edge again, or its mirror image without or with the edge. */
export type CropPaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric'

/** How `randomCrop` pads before it cuts. */
export interface RandomCropOptions {
  /** Pixels on every side, `[left and right, top and bottom]`, or `[left, top, right, bottom]`; default 0. */
  readonly padding?: number | readonly [number, number] | readonly [number, number, number, number]
  /** Pad an image that is still too small on both sides by what it lacks; default false. */
  readonly padIfNeeded?: boolean
  /** Value of the pixels beside the image, in its own dtype; default 0. */
  readonly fill?: number
  /** Default `'constant'`, which is `fill`. */
  readonly paddingMode?: CropPaddingMode
}

interface Padding {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const paddingModes: readonly CropPaddingMode[] = ['constant', 'edge', 'reflect', 'symmetric']

/**
 * A part of an image from a random place; each place that fits is equally likely. As torchvision's `RandomCrop`.
 *
 * @param size - height and width, or one number for both
 * @returns a transform of images `[..., height, width]` of any dtype; it throws ShapeError when the padded image is smaller
 * than `size`, or `'reflect'` or `'symmetric'` reaches beyond the image
 * @throws OutOfRangeError when a size is not a whole number ≥ 1, or a padding not a whole number ≥ 0
 * @throws MisconfigurationError when there is no such `paddingMode`
 */
export function randomCrop(
  size: number | readonly [number, number],
  { padding = 0, padIfNeeded = false, fill = 0, paddingMode = 'constant' }: RandomCropOptions = {},
): Transform<HostTensor> {
  const crop = sizeFrom(size)
  const given = paddingFrom(padding)
  if (!paddingModes.includes(paddingMode)) {
    throw new MisconfigurationError(
      `randomCrop: no such paddingMode, got ${paddingMode}; there are ${paddingModes.join(', ')}`,
    )
  }
  return (image, random) => {
    const { planes, height, width } = planesOf('randomCrop', image)
    const pad = padIfNeeded ? paddingNeeded(given, { height, width }, crop) : given
    const freeRows = height + pad.top + pad.bottom - crop.height
    const freeColumns = width + pad.left + pad.right - crop.width
    if (freeRows < 0 || freeColumns < 0) {
      throw new ShapeError(
        `randomCrop: a crop of ${crop.height} by ${crop.width} does not fit, got an image ${formatShape(image.shape)}; ` +
          'crop less, or pass padding or padIfNeeded',
      )
    }
    const top = random.below(freeRows + 1) - pad.top
    const left = random.below(freeColumns + 1) - pad.left
    const rows = sourcesOf(top, crop.height, height, paddingMode)
    const columns = sourcesOf(left, crop.width, width, paddingMode)
    return cut(image, { planes, height, width }, { rows, columns, fill })
  }
}

function cut(
  image: HostTensor,
  { planes, height, width }: ImageSize & { readonly planes: number },
  { rows, columns, fill }: { readonly rows: Int32Array; readonly columns: Int32Array; readonly fill: number },
): HostTensor {
  const { data: source, shape, dtype } = image
  const filler = encodeNumber('randomCrop', fill, dtype)
  const data = hostArray(dtype, planes * rows.length * columns.length)
  let to = 0
  for (let plane = 0; plane < planes; plane++) {
    for (const row of rows) {
      const start = (plane * height + row) * width
      for (const column of columns) data[to++] = row < 0 || column < 0 ? filler : source[start + column]!
    }
  }
  return { data, shape: [...shape.slice(0, -2), rows.length, columns.length], dtype }
}

/** Where each of `count` positions from `start` on is read from, along an axis of `length`; −1 where it is filled. */
function sourcesOf(start: number, count: number, length: number, mode: CropPaddingMode): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const at = start + i
    if (at >= 0 && at < length) return at
    if (mode === 'constant') return -1
    const source = at < 0 ? before(at, mode) : length - 1 - before(length - 1 - at, mode)
    const inside = mode === 'edge' ? Math.min(Math.max(source, 0), length - 1) : source
    if (inside >= 0 && inside < length) return inside
    throw new ShapeError(
      `randomCrop: paddingMode ${mode} reaches beyond the image, got ${length} pixels on an axis; pad less`,
    )
  })
}

/** What stands at a position < 0. */
function before(at: number, mode: Exclude<CropPaddingMode, 'constant'>): number {
  if (mode === 'edge') return 0
  return mode === 'reflect' ? -at : -at - 1
}

function paddingNeeded(given: Padding, { height, width }: ImageSize, crop: ImageSize): Padding {
  const rows = Math.max(crop.height - (height + given.top + given.bottom), 0)
  const columns = Math.max(crop.width - (width + given.left + given.right), 0)
  return {
    left: given.left + columns,
    top: given.top + rows,
    right: given.right + columns,
    bottom: given.bottom + rows,
  }
}

function sizeFrom(size: number | readonly [number, number]): ImageSize {
  const [height, width] = typeof size === 'number' ? [size, size] : size
  for (const dimension of [height, width]) checkWhole('a size', dimension, 1)
  return { height, width }
}

function paddingFrom(padding: NonNullable<RandomCropOptions['padding']>): Padding {
  const sides = typeof padding === 'number' ? ([padding, padding] as const) : padding
  const [left, top, right = left, bottom = top] = sides
  for (const side of [left, top, right, bottom]) checkWhole('a padding', side, 0)
  return { left, top, right, bottom }
}

function checkWhole(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new OutOfRangeError(`randomCrop: ${what} is a whole number ≥ ${least}, got ${value}`)
}
