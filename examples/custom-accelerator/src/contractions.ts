import type { ContractionAttributes, ConvAttributes, PoolAttributes, Shape } from '@voltaic/core/graph'
import { broadcastView, permuteView, sizeOf, stridesOf, wholeView } from '@voltaic/core/graph'
import { placesIn } from './movement.ts'
import { bestOf, inRows, type Kernels, type Operand, placesOf, productOf } from './operand.ts'

/** Matrix products, convolutions, and pooling. */
export const contractions: Kernels<keyof ContractionAttributes> = {
  matmul({ transposeA, transposeB }, a, b, { spec, data }) {
    const product = productOf(spec.dtype)
    const batch = spec.shape.slice(0, -2)
    const [m, n] = spec.shape.slice(-2) as [number, number]
    const rows = matrixRows(a, transposeA, [...batch, m])
    const columns = matrixRows(b, !transposeB, [...batch, n])
    for (let i = 0; i < data.length; i++) {
      const column = columns[Math.floor(i / (m * n)) * n + (i % n)]!
      for (const [k, place] of rows[Math.floor(i / n)]!.entries()) {
        data[i]! += product(a.data[place]!, b.data[column[k]!]!)
      }
    }
  },

  // A convolution and its gradients go through the same products: each adds up, in one of three, what the others are.
  conv(attributes, image, kernel, out) {
    forEachProduct([image, kernel, out], attributes, (i, k, o) => {
      out.data[o]! += image.data[i]! * kernel.data[k]!
    })
  },

  convInputGrad(attributes, gradient, kernel, image) {
    forEachProduct([image, kernel, gradient], attributes, (i, k, o) => {
      image.data[i]! += gradient.data[o]! * kernel.data[k]!
    })
  },

  convWeightGrad(attributes, image, gradient, kernel) {
    forEachProduct([image, kernel, gradient], attributes, (i, k, o) => {
      kernel.data[k]! += image.data[i]! * gradient.data[o]!
    })
  },

  maxPool(attributes, x, values, indices) {
    const plane = sizeOf(x.spec.shape.slice(2))
    for (const [i, window] of windowsOf(x.spec.shape, values.spec.shape, attributes).entries()) {
      const best = bestOf(x, window.filter(isInside), 1)
      values.data[i] = x.data[best]!
      indices.data[i] = best % plane
    }
  },

  maxPoolGrad({ shape }, gradient, indices, image) {
    const [plane, outputs] = [sizeOf(shape.slice(2)), sizeOf(gradient.spec.shape.slice(2))]
    for (const [i, index] of indices.data.entries()) {
      image.data[Math.floor(i / outputs) * plane + index]! += gradient.data[i]!
    }
  },

  avgPool(attributes, x, out) {
    for (const [i, window] of windowsOf(x.spec.shape, out.spec.shape, attributes).entries()) {
      out.data[i] = window.filter(isInside).reduce((sum, place) => sum + x.data[place]!, 0) / window.length
    }
  },

  avgPoolGrad(attributes, gradient, image) {
    for (const [i, window] of windowsOf(image.spec.shape, gradient.spec.shape, attributes).entries()) {
      for (const place of window.filter(isInside)) image.data[place]! += gradient.data[i]! / window.length
    }
  },
}

/** Where the rows of the matrices of `x`, or of their transposes, lie; `shape` is what they are in a batch. */
function matrixRows(x: Operand, isTransposed: boolean, shape: Shape): Int32Array[] {
  const axes = [...x.spec.shape.keys()]
  if (isTransposed) axes.push(...axes.splice(-2).reverse())
  const view = permuteView(wholeView(x.spec.shape), axes)
  return inRows(placesOf(broadcastView(view, [...shape, view.shape.at(-1)!])), sizeOf(shape))
}

/** Visits each element of an image with each of the kernel that it meets, and with that of the output they add to. */
function forEachProduct(
  [image, kernel, output]: readonly [Operand, Operand, Operand],
  attributes: ConvAttributes,
  visit: (i: number, k: number, o: number) => void,
): void {
  const { groups } = attributes
  const [outChannels, channels, ...taps] = kernel.spec.shape as [number, number, ...number[]]
  const [batch, , ...plane] = output.spec.shape as [number, number, ...number[]]
  const options = { ...attributes, kernel: taps, channels }
  // A window covers the channels of a group; each of the group's output channels meets it.
  for (const [i, window] of windowsOf(image.spec.shape, [batch, groups, ...plane], options).entries()) {
    const [group, position] = [Math.floor(i / sizeOf(plane)), i % sizeOf(plane)]
    for (let channel = 0; channel < outChannels / groups; channel++) {
      const k = (((group % groups) * outChannels) / groups + channel) * window.length
      const o = ((group * outChannels) / groups + channel) * sizeOf(plane) + position
      for (const [tap, place] of window.entries()) if (isInside(place)) visit(place, k + tap, o)
    }
  }
}

interface WindowOptions extends PoolAttributes {
  readonly dilation?: readonly number[]
  /** How many channels a window covers. Default 1. */
  readonly channels?: number
}

/** What each window sees of an image, one window an element of `output`: places in the image, and −1 in the padding. */
function windowsOf(image: Shape, output: Shape, options: WindowOptions): Int32Array[] {
  const { kernel, stride, padding, dilation = kernel.map(() => 1), channels = 1 } = options
  const around = [[0, 0], [0, 0], ...padding] as const
  const padded = image.map((length, axis) => around[axis]![0] + length + around[axis]![1])
  const origins = new Int32Array(sizeOf(padded)).fill(-1)
  const starts = around.map(([before]) => before)
  for (const [i, place] of placesIn(padded, image, starts).entries()) origins[place] = i

  // All of them are one view: by stride from window to window, by dilation from tap to tap.
  const factors = [1, channels, ...stride, 1, 1, ...dilation]
  const strides = [...stridesOf(padded), ...stridesOf(padded)].map((step, axis) => step * factors[axis]!)
  const places = placesOf({ shape: [...output, 1, channels, ...kernel], strides, offset: 0 })
  return inRows(places, sizeOf(output)).map((window) => window.map((place) => origins[place]!))
}

function isInside(place: number): boolean {
  return place >= 0
}
