import {
  avgPool,
  avgPoolGrad,
  type ContractionAttributes,
  type ConvAttributes,
  conv,
  convInputGrad,
  convWeightGrad,
  isFloat,
  matmul,
  maxPool,
  maxPoolGrad,
  type PoolAttributes,
  type Shape,
} from '@voltaic/core/graph'
import { shapeOf } from './elementwise.ts'
import { example, examples, type OpCases } from './op-cases.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const products = [
  ...['4 5/5 3', '1 1/1 1', '2 4 5/5 3', '2 4 5/2 5 3', '2 4 5/1 5 3', '4 5/2 5 3', '2 1 4 5/3 5 6', '2 3 4 5/2 3 5 4'],
  ...['0 5/5 3', '4 0/0 3', '2 4 0/2 0 3', '2 4 0/0 3', '0 4 5/5 3', '33 600/600 17', '1 300/300 1', '65 7/7 129'],
]

function exchanged(shape: Shape, really: boolean): Shape {
  return really ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape
}

const matmuls: OpCases = {
  kind: 'contraction',
  examples: (of, dtype) => {
    const [a, b] = [of([1, 2, 3, 4, 5, 6], [2, 3]), of([1, 0, 2, 1, 0, 3], [3, 2])]
    return [
      example(matmul(a, b), [5, 11, 14, 23]),
      example(matmul(b, a), [1, 2, 3, 6, 9, 12, 12, 15, 18]),
      example(matmul(a, a, { transposeB: true }), [14, 32, 32, 77]),
      example(matmul(a, a, { transposeA: true }), [17, 22, 27, 22, 29, 36, 27, 36, 45]),
      example(matmul(b, a, { transposeA: true, transposeB: true }), [5, 14, 11, 23]),
      example(matmul(of([1, 2, 3, 4], [2, 1, 2]), of([1, 1], [2, 1])), [3, 7]),
      example(matmul(of([], [2, 0]), of([], [0, 1])), [0, 0]),
      ...(dtype === 'int32' ? [example(matmul(of([65537], [1, 1]), of([65537], [1, 1])), [131073])] : []),
      // Added up in more than the 11 bits of float16 or the 8 of bfloat16.
      ...(isFloat(dtype)
        ? [example(matmul(of(new Array(4096).fill(1), [1, 4096]), of(new Array(4096).fill(1), [4096, 1])), [4096])]
        : []),
    ]
  },
  specials: (of, dtype) =>
    isFloat(dtype)
      ? [
          example(matmul(of([1, nan, 1, 2], [2, 2]), of([1, 1], [2, 1])), [nan, 3]),
          example(matmul(of([0, 1], [1, 2]), of([infinity, 1], [2, 1])), [nan]),
          example(matmul(of([2, 1], [1, 2]), of([infinity, 1], [2, 1])), [infinity]),
        ]
      : [],
  *uses(operands, dtype) {
    for (const row of products) {
      const [a, b] = row.split('/').map(shapeOf)
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const x = operands.tensor(dtype, exchanged(a!, transposeA))
          yield matmul(x, operands.tensor(dtype, exchanged(b!, transposeB)), { transposeA, transposeB })
        }
      }
    }
  },
}

interface Spatial<Attributes> {
  readonly image: Shape
  readonly kernel: Shape
  readonly attributes: Attributes
}

/** `image / kernel / stride / padding before and after each dimension / dilation / groups` */
function convolution(text: string): Spatial<ConvAttributes> {
  const [image, kernel, stride, padding, dilation, groups] = text.split('/').map((part) => shapeOf(part.trim()))
  return {
    image: image!,
    kernel: kernel!,
    attributes: { stride: stride!, padding: pairs(padding!), dilation: dilation!, groups: groups![0]! },
  }
}

function pairs(numbers: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!] as const)
}

const convolutions = [
  '2 3 7 8 / 4 3 3 3 / 1 1 / 1 1 1 1 / 1 1 / 1',
  '2 3 7 8 / 4 3 3 2 / 2 3 / 1 0 0 2 / 1 1 / 1',
  '2 4 9 8 / 6 2 3 2 / 1 2 / 2 1 0 1 / 2 3 / 2',
  '1 16 6 6 / 8 16 3 3 / 1 1 / 1 1 1 1 / 1 1 / 1',
  '2 16 6 7 / 8 8 3 3 / 1 1 / 2 0 1 2 / 1 2 / 2',
  '2 8 5 5 / 8 8 1 1 / 1 1 / 0 0 0 0 / 1 1 / 1',
  '2 8 5 5 / 8 8 1 1 / 2 2 / 0 0 0 0 / 1 1 / 1',
  '2 8 5 5 / 8 8 3 3 / 1 1 / 3 3 2 2 / 1 1 / 1',
  '2 3 11 / 4 3 3 / 2 / 1 2 / 2 / 1',
  '1 6 11 / 6 1 3 / 1 / 1 1 / 1 / 6',
  '1 2 4 5 4 / 3 2 2 3 2 / 1 2 1 / 0 1 1 1 1 0 / 1 1 2 / 1',
  // Strides beyond the kernel leave elements without a gradient.
  '2 2 8 9 / 3 2 2 1 / 3 4 / 2 3 0 1 / 1 2 / 1',
  '0 3 7 8 / 4 3 3 3 / 1 1 / 1 1 1 1 / 1 1 / 1',
].map(convolution)

const plain: ConvAttributes = { stride: [1], padding: [[0, 0]], dilation: [1], groups: 1 }

const convs: OpCases = {
  kind: 'contraction',
  examples: (of) => {
    const [x, w] = [of([1, 2, 3, 4], [1, 1, 4]), of([1, 10], [1, 1, 2])]
    const pair = (attributes: Partial<ConvAttributes>) => conv(x, w, { ...plain, ...attributes })
    return [
      example(pair({}), [21, 32, 43]),
      example(pair({ padding: [[1, 0]] }), [10, 21, 32, 43]),
      example(pair({ padding: [[0, 1]] }), [21, 32, 43, 4]),
      example(pair({ stride: [2] }), [21, 43]),
      example(pair({ dilation: [2] }), [31, 42]),
      example(conv(of([1, 2, 3, 4], [1, 2, 2]), of([2, 3], [2, 1, 1]), { ...plain, groups: 2 }), [2, 4, 9, 12]),
      example(conv(of([1, 2, 3, 4], [1, 2, 2]), of([1, 10, 1, -1], [2, 2, 1]), plain), [31, 42, -2, -2]),
      example(
        conv(of([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]), of([1, 2, 0, 1], [1, 1, 2, 2]), {
          ...convolution('1 / 1 / 1 1 / 0 0 0 0 / 1 1 / 1').attributes,
        }),
        [10, 14, 22, 26],
      ),
    ]
  },
  *uses(operands, dtype) {
    for (const { image, kernel, attributes } of convolutions) {
      yield conv(operands.tensor(dtype, image), operands.tensor(dtype, kernel), attributes)
    }
  },
}

/** The shape that a convolution gives. */
function outputShape({ image, kernel, attributes }: Spatial<ConvAttributes>): Shape {
  const { stride, padding, dilation } = attributes
  const spatial = image.slice(2).map((n, i) => {
    const span = dilation[i]! * (kernel[i + 2]! - 1) + 1
    return Math.floor((n + padding[i]![0] + padding[i]![1] - span) / stride[i]!) + 1
  })
  return [image[0]!, kernel[0]!, ...spatial]
}

const inputGradients: OpCases = {
  kind: 'contraction',
  examples: (of) => {
    const [g, w] = [of([1, 2, 3], [1, 1, 3]), of([1, 10], [1, 1, 2])]
    return [
      example(convInputGrad(g, w, plain, [1, 1, 4]), [1, 12, 23, 30]),
      example(convInputGrad(g, w, { ...plain, stride: [2] }, [1, 1, 6]), [1, 10, 2, 20, 3, 30]),
      // A last element that no window reaches.
      example(convInputGrad(g, w, { ...plain, stride: [2] }, [1, 1, 7]), [1, 10, 2, 20, 3, 30, 0]),
      example(convInputGrad(g, w, { ...plain, padding: [[1, 0]] }, [1, 1, 3]), [12, 23, 30]),
    ]
  },
  *uses(operands, dtype) {
    for (const spatial of convolutions) {
      const { image, kernel, attributes } = spatial
      const g = operands.tensor(dtype, outputShape(spatial))
      yield convInputGrad(g, operands.tensor(dtype, kernel), attributes, image)
    }
  },
}

const weightGradients: OpCases = {
  kind: 'contraction',
  examples: (of) => {
    const [x, g] = [of([1, 2, 3, 4], [1, 1, 4]), of([1, 2, 3], [1, 1, 3])]
    return [
      example(convWeightGrad(x, g, plain, [1, 1, 2]), [14, 20]),
      example(convWeightGrad(x, of([1, 2], [1, 1, 2]), { ...plain, stride: [2] }, [1, 1, 2]), [7, 10]),
      example(convWeightGrad(of([1, 2, 3, 4], [2, 1, 2]), of([1, 1, 2, 2], [2, 1, 2]), plain, [1, 1, 1]), [17]),
    ]
  },
  *uses(operands, dtype) {
    for (const spatial of convolutions) {
      const { image, kernel, attributes } = spatial
      const g = operands.tensor(dtype, outputShape(spatial))
      yield convWeightGrad(operands.tensor(dtype, image), g, attributes, kernel)
    }
  },
}

/** `image / kernel / stride / padding before and after each dimension` */
function pool(text: string): { readonly image: Shape; readonly attributes: PoolAttributes } {
  const [image, kernel, stride, padding] = text.split('/').map((part) => shapeOf(part.trim()))
  return { image: image!, attributes: { kernel: kernel!, stride: stride!, padding: pairs(padding!) } }
}

const pools = [
  '2 3 8 8 / 2 2 / 2 2 / 0 0 0 0',
  '2 3 7 9 / 3 2 / 2 2 / 1 1 0 1',
  '2 3 7 9 / 3 3 / 1 2 / 1 0 1 1',
  '2 2 9 / 4 / 3 / 2 1',
  // All but one cell of the last window is padding.
  '2 2 9 / 4 / 3 / 1 3',
  '1 2 4 4 5 / 2 2 2 / 2 1 2 / 0 0 1 1 0 1',
  '2 3 5 5 / 5 5 / 1 1 / 0 0 0 0',
  '2 3 5 5 / 1 1 / 2 2 / 0 0 0 0',
  '2 3 5 6 / 3 4 / 2 1 / 2 2 3 1',
  '1 2 11 7 / 2 3 / 4 5 / 1 0 0 1',
  '0 3 4 4 / 2 2 / 2 2 / 0 0 0 0',
].map(pool)

/** Padding as wide as the kernel, or wider, has a mean but no maximum. */
const means = [...pools, pool('1 2 5 4 / 2 3 / 1 2 / 3 0 1 5')]

function pooledShape(image: Shape, { kernel, stride, padding }: PoolAttributes): Shape {
  const spatial = image.slice(2).map((n, i) => {
    return Math.floor((n + padding[i]![0] + padding[i]![1] - kernel[i]!) / stride[i]!) + 1
  })
  return [...image.slice(0, 2), ...spatial]
}

const row = (kernel: number, stride: number, before = 0, after = 0): PoolAttributes => {
  return { kernel: [kernel], stride: [stride], padding: [[before, after]] }
}

const pooling: Readonly<Record<'maxPool' | 'maxPoolGrad' | 'avgPool' | 'avgPoolGrad', OpCases>> = {
  maxPool: {
    kind: 'exact',
    examples: (of) => {
      const x = of([1, 3, 2, 4], [1, 1, 4])
      return [
        examples(maxPool(x, row(2, 2)), [3, 4], [1, 3]),
        examples(maxPool(x, row(2, 1)), [3, 3, 4], [1, 1, 3]),
        examples(maxPool(x, row(2, 2, 1, 0)), [1, 3], [0, 1]),
        examples(maxPool(of([1, 4, 4, 2], [1, 1, 2, 2]), pool('1 / 2 2 / 1 1 / 0 0 0 0').attributes), [4], [1]),
        examples(maxPool(of([2, 2, 2, 1, 1, 1], [1, 2, 3]), row(3, 3)), [2, 1], [0, 0]),
      ]
    },
    specials: (of, dtype) =>
      isFloat(dtype)
        ? [
            examples(maxPool(of([1, nan, infinity, nan], [1, 1, 4]), row(4, 4)), [nan], [1]),
            examples(maxPool(of([-infinity, -infinity, -1, -2], [1, 1, 4]), row(2, 2)), [-infinity, -1], [0, 2]),
          ]
        : [],
    *uses(operands, dtype) {
      for (const { image, attributes } of pools) {
        yield maxPool(operands.tensor(dtype, image), attributes)
        yield maxPool(operands.ties(dtype, image, false), attributes)
      }
    },
  },
  maxPoolGrad: {
    kind: 'scatter',
    examples: (of) => [
      example(maxPoolGrad(of([1, 2, 3], [1, 1, 3]), of([1, 1, 3], [1, 1, 3], 'int32'), [1, 1, 4]), [0, 3, 0, 3]),
      example(maxPoolGrad(of([1, 2], [1, 2, 1]), of([0, 1], [1, 2, 1], 'int32'), [1, 2, 2]), [1, 0, 0, 2]),
    ],
    *uses(operands, dtype) {
      for (const { image, attributes } of pools) {
        const [values, indices] = maxPool(operands.tensor('float32', image), attributes)
        yield maxPoolGrad(operands.tensor(dtype, values.spec.shape), indices, image)
      }
    },
  },
  avgPool: {
    kind: 'contraction',
    examples: (of) => {
      const x = of([1, 3, 2, 4], [1, 1, 4])
      return [
        example(avgPool(x, row(2, 1)), [2, 2.5, 3]),
        example(avgPool(x, row(2, 2, 1, 1)), [0.5, 2.5, 2]),
        example(avgPool(x, row(4, 1)), [2.5]),
      ]
    },
    *uses(operands, dtype) {
      for (const { image, attributes } of means) yield avgPool(operands.tensor(dtype, image), attributes)
    },
  },
  avgPoolGrad: {
    kind: 'contraction',
    examples: (of) => [
      example(avgPoolGrad(of([2, 4, 6], [1, 1, 3]), row(2, 1), [1, 1, 4]), [1, 3, 5, 3]),
      example(avgPoolGrad(of([2, 4], [1, 1, 2]), row(2, 2, 1, 0), [1, 1, 4]), [1, 2, 2, 0]),
    ],
    *uses(operands, dtype) {
      for (const { image, attributes } of means) {
        yield avgPoolGrad(operands.tensor(dtype, pooledShape(image, attributes)), attributes, image)
      }
    },
  },
}

/** Contractions and pooling. */
export const contractionCases: Readonly<Record<keyof ContractionAttributes, OpCases>> = {
  matmul: matmuls,
  conv: convs,
  convInputGrad: inputGradients,
  convWeightGrad: weightGradients,
  ...pooling,
}
