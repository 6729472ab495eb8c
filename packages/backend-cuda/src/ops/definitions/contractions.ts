import { sameShape } from '@voltaic/core/graph'
import type { OpDefinition, RawCall, Shape } from '../op-definition.ts'
import { bool, broadcast, checkRank, constantInput, floats, ints, numbers, oneOf, type } from './kinds.ts'

// int64 has no product on one device or the other, and nobody asks for it.
const factors = type(...numbers.filter((dtype) => dtype !== 'int64'))

function product(call: RawCall, a: Shape, b: Shape, exchange: readonly [boolean, boolean]): Shape {
  const [m, k] = exchange[0] ? [a[1]!, a[0]!] : [a[0]!, a[1]!]
  const [k2, n] = exchange[1] ? [b[1]!, b[0]!] : [b[0]!, b[1]!]
  if (k !== k2) call.fail(`inner dimensions differ, got [${a}] and [${b}]`)
  return [m, n]
}

const window = { strides: ints(4), padding: oneOf('VALID') }

// Padding and dilation are ours: kernels of the CPU take neither in gradients.
const convolution = {
  T: type(...floats),
  ...window,
  data_format: oneOf('NHWC', 'NCHW'),
  dilations: ints(4),
  use_cudnn_on_gpu: bool,
}

function convolved(call: RawCall, image: Shape, kernel: Shape): Shape {
  const strides = call.attributes.strides as readonly number[]
  const dilations = call.attributes.dilations as readonly number[]
  if (image.length !== 4 || kernel.length !== 4)
    call.fail(`image and kernel have 4 dimensions, got [${image}], [${kernel}]`)
  const [channel, first] = call.attributes.data_format === 'NCHW' ? [1, 2] : [3, 1]
  if (image[channel] !== kernel[2]) call.fail(`channels differ, got [${image}] and [${kernel}]`)
  if (dilations.some((n) => n !== 1)) call.fail(`dilations are 1, got [${dilations}]`)
  const spatial = windows(call, image.slice(first, first + 2), kernel.slice(0, 2), strides.slice(first, first + 2))
  return channel === 1 ? [image[0]!, kernel[3]!, ...spatial] : [image[0]!, ...spatial, kernel[3]!]
}

function windows(call: RawCall, image: Shape, kernel: Shape, strides: readonly number[]): number[] {
  return kernel.map((size, i) => {
    const room = image[i]! - size
    if (room < 0) call.fail(`the kernel [${kernel}] is larger than the image [${image}]`)
    return Math.floor(room / strides[i]!) + 1
  })
}

function checkGradient(call: RawCall, i: number, expected: Shape): void {
  const got = call.inputs[i]!.shape
  if (!sameShape(got, expected)) call.fail(`the gradient is [${expected}], got [${got}]`)
}

/** Products and convolutions. */
export const contractions: Readonly<Record<string, OpDefinition>> = {
  MatMul: {
    attributes: { T: factors, transpose_a: bool, transpose_b: bool },
    inputs: ['T', 'T'],
    outputs: ['T'],
    infer: (call) => {
      for (const i of [0, 1]) checkRank(call, i, 2)
      const { transpose_a, transpose_b } = call.attributes
      return [product(call, call.inputs[0]!.shape, call.inputs[1]!.shape, [transpose_a === true, transpose_b === true])]
    },
  },
  BatchMatMulV2: {
    attributes: { T: factors, adj_x: bool, adj_y: bool },
    inputs: ['T', 'T'],
    outputs: ['T'],
    infer: (call) => {
      const [a, b] = call.inputs.map(({ shape }) => shape) as [Shape, Shape]
      if (a.length < 2 || b.length < 2) call.fail(`needs matrices, got [${a}] and [${b}]`)
      const { adj_x, adj_y } = call.attributes
      const last = product(call, a.slice(-2), b.slice(-2), [adj_x === true, adj_y === true])
      return [[...broadcast(call, [a.slice(0, -2), b.slice(0, -2)]), ...last]]
    },
  },
  Conv2D: {
    attributes: convolution,
    inputs: ['T', 'T'],
    outputs: ['T'],
    infer: (call) => [convolved(call, call.inputs[0]!.shape, call.inputs[1]!.shape)],
  },
  Conv2DBackpropInput: {
    attributes: convolution,
    inputs: ['int32', 'T', 'T'],
    outputs: ['T'],
    infer: (call) => {
      const image = constantInput(call, 0)
      checkGradient(call, 2, convolved(call, image, call.inputs[1]!.shape))
      return [image]
    },
  },
  Conv2DBackpropFilter: {
    attributes: convolution,
    inputs: ['T', 'int32', 'T'],
    outputs: ['T'],
    infer: (call) => {
      const kernel = constantInput(call, 1)
      checkGradient(call, 2, convolved(call, call.inputs[0]!.shape, kernel))
      return [kernel]
    },
  },
}
