import type { ContractionAttributes, ConvAttributes, PoolAttributes, Shape } from '@voltaic/core/graph'
import { broadcastView, permuteView, sizeOf, specOf, stridesOf, wholeView } from '@voltaic/core/graph'
import { type Axis, axesOf, forEachPlace, type Kernels, type Operand, productOf, take } from './operand.ts'
import { bestOf } from './reductions.ts'

/** Matrix products, convolutions, and pooling. */
export const contractions: Kernels<keyof ContractionAttributes> = {
  matmul({ transposeA, transposeB }, a, b, out) {
    const shape = [...out.spec.shape, a.spec.shape.at(transposeA ? -2 : -1)!]
    // Of the axes [...batch, m, n, k], a does not move along n, b not along m, and the result not along k.
    const left = matrixStrides(a, transposeA, shape.toSpliced(-2, 1)).toSpliced(-1, 0, 0)
    const right = matrixStrides(b, !transposeB, shape.toSpliced(-3, 1)).toSpliced(-2, 0, 0)
    addProducts([a, b, out], axesOf(shape, left, right, [...stridesOf(out.spec.shape), 0]), 2)
  },

  // A convolution and its gradients go through the same products: each adds up, in one of three, what the others are.
  conv: (attributes, image, kernel, out) => convolve(attributes, [image, kernel, out], 2),
  convInputGrad: (attributes, gradient, kernel, image) => convolve(attributes, [image, kernel, gradient], 0),
  convWeightGrad: (attributes, image, gradient, kernel) => convolve(attributes, [image, kernel, gradient], 1),
  avgPool: (attributes, x, out) => convolve(...poolAsConv(attributes, x, out), 2),
  avgPoolGrad: (attributes, gradient, image) => convolve(...poolAsConv(attributes, image, gradient), 0),

  maxPool(attributes, x, values, indices) {
    const plane = sizeOf(x.spec.shape.slice(2))
    const windows = Array.from(values.data, (): number[] => [])
    forEachPlace(tapsOf(...poolAsConv(attributes, x, values)), (i, _, o) => windows[o]!.push(i))
    const best = windows.map((window) => window[bestOf(take(x, window), 1)]!)
    values.data.set(take(x, best))
    indices.data.set(best.map((place) => place % plane))
  },

  maxPoolGrad({ shape }, gradient, indices, image) {
    const [plane, outputs] = [sizeOf(shape.slice(2)), sizeOf(gradient.spec.shape.slice(2))]
    for (const [o, index] of indices.data.entries()) {
      image.data[Math.floor(o / outputs) * plane + index]! += gradient.data[o]!
    }
  },
}

type Three = readonly [Operand, Operand, Operand]

/** Adds the products of two of the operands to the third, the `target`, wherever `axes` lead. */
function addProducts(operands: Three, axes: readonly Axis[], target: 0 | 1 | 2): void {
  const [a, b] = [(target + 1) % 3, (target + 2) % 3] as [0, 0]
  const product = productOf(operands[target].spec.dtype)
  forEachPlace(axes, (...places) => {
    operands[target].data[places[target]]! += product(operands[a].data[places[a]]!, operands[b].data[places[b]]!)
  })
}

/** The strides of the matrices of `x`, or of their transposes, in a batch of `shape`. */
function matrixStrides(x: Operand, isTransposed: boolean, shape: Shape): readonly number[] {
  const axes = [...x.spec.shape.keys()]
  if (isTransposed) axes.push(...axes.splice(-2).reverse())
  return broadcastView(permuteView(wholeView(x.spec.shape), axes), shape).strides
}

function convolve(attributes: ConvAttributes, operands: Three, target: 0 | 1 | 2): void {
  addProducts(operands, tapsOf(attributes, operands), target)
}

/** Each element of an image with each of the kernel that it meets, and with that of the output they belong to. */
function tapsOf({ stride, padding, dilation, groups }: ConvAttributes, operands: Three): Axis[] {
  const [image, kernel, output] = operands.map(({ spec }) => spec.shape) as [number[], number[], number[]]
  const [is, ks, os] = [stridesOf(image), stridesOf(kernel), stridesOf(output)]
  const [outChannels, channels] = [kernel[0]! / groups, kernel[1]!]
  const spatial = padding.map(([before], d) => {
    const steps: number[][] = []
    for (let o = 0; o < output[d + 2]!; o++) {
      for (let k = 0; k < kernel[d + 2]!; k++) {
        const i = o * stride[d]! - before + k * dilation[d]!
        // In the padding there is nothing to add.
        if (i >= 0 && i < image[d + 2]!) steps.push([i * is[d + 2]!, k * ks[d + 2]!, o * os[d + 2]!])
      }
    }
    return steps
  })
  const inImage = [is[0]!, channels * is[1]!, 0, is[1]!]
  const inKernel = [0, outChannels * ks[0]!, ks[0]!, ks[1]!]
  const inOutput = [os[0]!, outChannels * os[1]!, os[1]!, 0]
  return [...axesOf([image[0]!, groups, outChannels, channels], inImage, inKernel, inOutput), ...spatial]
}

/** A pooling goes where a convolution of each channel on its own does, whose kernel takes the mean. */
function poolAsConv({ kernel, stride, padding }: PoolAttributes, x: Operand, out: Operand): [ConvAttributes, Three] {
  const groups = x.spec.shape[1]!
  const spec = specOf('float64', [groups, 1, ...kernel])
  const mean = { spec, data: new Float64Array(spec.size).fill(1 / sizeOf(kernel)) }
  return [{ stride, padding, dilation: kernel.map(() => 1), groups }, [x, mean, out]]
}
