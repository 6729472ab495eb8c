import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { sizeOf } from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { imagesOf, type Size2d, sizes } from './spatial.ts'

/** How a block moves over an image. */
export interface BlockOptions {
  /** Distance of a block's elements. Default 1. */
  readonly dilation?: Size2d
  /** Zeros on each side of the image. Default 0. */
  readonly padding?: Size2d
  /** Distance of blocks. Default 1. */
  readonly stride?: Size2d
}

/**
 * Blocks of images as columns: what a kernel meets at each of its places, channel by channel (im2col).
 *
 * @param x - `[batch, channels, height, width]`, or without batch
 * @param kernelSize - size of a block
 * @returns `[batch, channels·kernelHeight·kernelWidth, blocks]`, blocks row by row; there are
 * ⌊(height + 2·padding − dilation·(kernelHeight − 1) − 1) / stride⌋ + 1 rows of them
 * @throws ShapeError when a block is larger than the padded image
 * @throws OutOfRangeError for sizes that are no whole numbers of their range
 */
export function unfold(x: Tensor, kernelSize: Size2d, options: BlockOptions = {}): Tensor {
  const { value, restore } = imagesOf('unfold', x, 2)
  const [batch, channels, ...image] = value.spec.shape
  const { kernel, blocks, padding, places } = blocksOf('unfold', image, kernelSize, options)
  const padded = build.pad(value, [[0, 0], [0, 0], ...padding.map((n) => [n, n] as const)])
  const rows = build.indexSelect(padded, places[0]!, 2)
  const cells = build.indexSelect(rows, places[1]!, 4)
  const columns = build.permute(cells, [0, 1, 2, 4, 3, 5])
  return restore(build.reshape(columns, [batch!, channels! * sizeOf(kernel), sizeOf(blocks)]))
}

/**
 * Images as sums of blocks: each column of `unfold` added where it came from (col2im). The transpose of `unfold`, and its
 * opposite where blocks lie side by side.
 *
 * @param x - floats `[batch, channels·kernelHeight·kernelWidth, blocks]`, or without batch
 * @param outputSize - size of the images
 * @param kernelSize - size of a block
 * @returns `[batch, channels, …outputSize]`
 * @throws ShapeError when `x` does not hold such blocks, or a block is larger than the padded image
 * @throws OutOfRangeError for sizes that are no whole numbers of their range
 */
export function fold(x: Tensor, outputSize: Size2d, kernelSize: Size2d, options: BlockOptions = {}): Tensor {
  requireFloat('fold', x.value)
  const image = sizes('fold', 'the output size', outputSize, 2, 1)
  const { kernel, blocks, padding, places } = blocksOf('fold', image, kernelSize, options)
  const taps = sizeOf(kernel)
  const isBatch = x.ndim === 3
  const [batch, rows, columns] = isBatch ? x.shape : [1, ...x.shape]
  if ((!isBatch && x.ndim !== 2) || rows! % taps !== 0 || columns !== sizeOf(blocks)) {
    throw new ShapeError(
      `fold: takes [batch, channels·${taps}, ${sizeOf(blocks)}], with or without batch, for blocks ${formatShape(kernel)} of images ${formatShape(image)}, got ${formatShape(x.shape)}`,
    )
  }
  const channels = rows! / taps
  const [height, width] = image.map((n, i) => n + 2 * padding[i]!) as [number, number]
  const cells = build.permute(build.reshape(x.value, [batch!, channels, ...kernel, ...blocks]), [0, 1, 2, 4, 3, 5])
  const zeros = (shape: Shape) => build.broadcastTo(build.literalLike(x.value, 0), shape)
  const inRows = build.indexAdd(zeros([batch!, channels, kernel[0]!, blocks[0]!, width]), places[1]!, cells, 4)
  const padded = build.indexAdd(zeros([batch!, channels, height, width]), places[0]!, inRows, 2)
  const images = build.slice(
    padded,
    [0, 0, padding[0]!, padding[1]!],
    [batch!, channels, height - padding[0]!, width - padding[1]!],
  )
  return new Tensor(isBatch ? images : build.reshape(images, [channels, ...image]))
}

interface Blocks {
  readonly kernel: readonly number[]
  /** Number of blocks along each axis. */
  readonly blocks: readonly number[]
  readonly padding: readonly number[]
  /** For each axis, the place in the padded image under each tap of each block: int32 `[taps, blocks]`. */
  readonly places: readonly Value[]
}

function blocksOf(
  who: string,
  image: Shape,
  kernelSize: Size2d,
  { dilation = 1, padding = 0, stride = 1 }: BlockOptions,
): Blocks {
  const kernel = sizes(who, 'the kernel size', kernelSize, 2, 1)
  const distances = sizes(who, 'the dilation', dilation, 2, 1)
  const cells = sizes(who, 'the padding', padding, 2, 0)
  const steps = sizes(who, 'the stride', stride, 2, 1)
  const rooms = image.map((n, i) => n + 2 * cells[i]! - distances[i]! * (kernel[i]! - 1) - 1)
  if (rooms.some((room) => room < 0)) {
    throw new ShapeError(
      `${who}: a block is larger than the padded image, got blocks ${formatShape(kernel)} and an image ${formatShape(image)}`,
    )
  }
  const blocks = rooms.map((room, i) => Math.floor(room / steps[i]!) + 1)
  const places = kernel.map((taps, i) =>
    build.add(
      build.mul(build.iota([taps, 1], 0, 'int32'), build.literal(distances[i]!, 'int32')),
      build.mul(build.iota([1, blocks[i]!], 1, 'int32'), build.literal(steps[i]!, 'int32')),
    ),
  )
  return { kernel, blocks, padding: cells, places }
}
