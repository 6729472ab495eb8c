import type { ConvAttributes } from '../../graph/primitives.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/spec.ts'
import type { Kernels } from './kernel.ts'
import { addProduct, type Matrix, matrix, transposed } from './product.ts'
import { type Windows, windowsOf } from './windows.ts'

/**
 * Convolution and its two gradients, as products of matrices: each image (of each group) is unfolded to columns, one an
 * output position, that hold what the kernel meets there.
 */
export const convKernels: Kernels<'conv' | 'convInputGrad' | 'convWeightGrad'> = {
  conv: ([x, w], [out], attributes) => {
    forEachGroup(x!.spec.shape, w!.spec.shape, out!.spec.shape, attributes, (group) => {
      unfold(group, x!.data)
      addProduct(kernelOf(group, w!.data), group.columns, outputOf(group, out!.data))
    })
  },

  convInputGrad: ([g, w], [out], attributes) => {
    forEachGroup(out!.spec.shape, w!.spec.shape, g!.spec.shape, attributes, (group) => {
      group.columns.data.fill(0)
      addProduct(transposed(kernelOf(group, w!.data)), outputOf(group, g!.data), group.columns)
      fold(group, out!.data)
    })
  },

  convWeightGrad: ([x, g], [out], attributes) => {
    forEachGroup(x!.spec.shape, out!.spec.shape, g!.spec.shape, attributes, (group) => {
      unfold(group, x!.data)
      addProduct(outputOf(group, g!.data), transposed(group.columns), kernelOf(group, out!.data))
    })
  },
}

/** One image's channels of one group. */
interface Group {
  readonly windows: Windows
  /** `[channels × taps, outputs]`, scratch that all groups share. */
  readonly columns: Matrix
  readonly channels: number
  readonly outChannels: number
  /** Elements of one channel of the image. */
  readonly plane: number
  readonly imageOffset: number
  readonly kernelOffset: number
  readonly outputOffset: number
}

function forEachGroup(
  image: Shape,
  kernel: Shape,
  output: Shape,
  { groups, ...options }: ConvAttributes,
  visit: (group: Group) => void,
): void {
  const windows = windowsOf(image.slice(2), kernel.slice(2), output.slice(2), options)
  const plane = sizeOf(image.slice(2))
  const channels = image[1]! / groups
  const outChannels = output[1]! / groups
  const rows = channels * windows.taps
  const columns = matrix(new Float64Array(rows * windows.outputs), 0, rows, windows.outputs)
  const shared = { windows, columns, channels, outChannels, plane }
  for (let i = 0; i < image[0]! * groups; i++) {
    visit({
      ...shared,
      imageOffset: i * channels * plane,
      kernelOffset: (i % groups) * outChannels * rows,
      outputOffset: i * outChannels * windows.outputs,
    })
  }
}

function kernelOf({ columns, kernelOffset, outChannels }: Group, data: Float64Array): Matrix {
  return matrix(data, kernelOffset, outChannels, columns.rows)
}

function outputOf({ windows, outputOffset, outChannels }: Group, data: Float64Array): Matrix {
  return matrix(data, outputOffset, outChannels, windows.outputs)
}

function unfold({ windows: { places }, columns, channels, plane, imageOffset }: Group, image: Float64Array): void {
  let to = 0
  for (let channel = 0; channel < channels; channel++) {
    const start = imageOffset + channel * plane
    for (const place of places) columns.data[to++] = place < 0 ? 0 : image[start + place]!
  }
}

/** Adds the columns to where `unfold` takes them from. */
function fold({ windows: { places }, columns, channels, plane, imageOffset }: Group, image: Float64Array): void {
  let from = 0
  for (let channel = 0; channel < channels; channel++) {
    const start = imageOffset + channel * plane
    for (const place of places) {
      if (place >= 0) image[start + place]! += columns.data[from]!
      from++
    }
  }
}
