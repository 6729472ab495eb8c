import type { DType } from '@voltaic/core'
import {
  argmax,
  argmin,
  cumsum,
  isFloat,
  max,
  min,
  prod,
  type ReductionAttributes,
  sort,
  sum,
  topK,
  type Value,
} from '@voltaic/core/graph'
import type { ToleranceKind } from '../../suite/tolerances.ts'
import { shapeOf } from './elementwise.ts'
import { type Example, example, examples, type LeafMaker, type OpCases } from './op-cases.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

type Reduction = typeof sum

const rows = ['5/0', '3 4/1', '3 4/0', '2 3 4/0 2', '2 3 70/0 1 2', '64 70/1', '64 70/0', '0 3/1', '2 1 3/1', '1 300/1']
const rowsOfNothing = ['0 3/0', '2 0/0 1', '4 0/1']

interface ReductionOptions {
  readonly kind: ToleranceKind
  readonly ofNothing: boolean
  readonly examples: OpCases['examples'] & object
  readonly specials: (of: LeafMaker) => readonly Example[]
}

function reduction(op: Reduction, { kind, ofNothing, ...literal }: ReductionOptions): OpCases {
  return {
    kind,
    examples: literal.examples,
    specials: (of, dtype) => (isFloat(dtype) ? literal.specials(of) : []),
    *uses(operands, dtype) {
      for (const row of ofNothing ? [...rows, ...rowsOfNothing] : rows) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield op(operands.tensor(dtype, shape!), axes!)
        yield op(operands.tensor(dtype, shape!), axes!, true)
      }
    },
  }
}

function choice(op: (x: Value, axis: number) => Value, largest: boolean): OpCases {
  const expected = (ofLargest: readonly number[], ofSmallest: readonly number[]) => (largest ? ofLargest : ofSmallest)
  return {
    kind: 'exact',
    examples: (of) => [
      example(op(of([0, 1, 1, 0, 0, 1], [2, 3]), 1), expected([1, 2], [0, 0])),
      example(op(of([0, 1, 1, 0, 0, 1], [2, 3]), 0), expected([0, 0, 0], [0, 1, 0])),
      example(op(of([1, 1, 1]), 0), [0]),
    ],
    specials: (of, dtype) =>
      isFloat(dtype)
        ? [
            example(op(of([1, nan, infinity, nan]), 0), [1]),
            example(op(of([1, infinity, -infinity, infinity]), 0), expected([1], [2])),
            example(op(of([-0, 0]), 0), [0]),
          ]
        : [],
    *uses(operands, dtype) {
      for (const row of ['5/0', '3 4/1', '3 4/0', '2 3 4/1', '0 3/1', '20 6/1', '6 200/1']) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield op(operands.tensor(dtype, shape!), axes![0]!)
        yield op(operands.ties(dtype, shape!, false), axes![0]!)
      }
    },
  }
}

const sums: OpCases = reduction(sum, {
  kind: 'contraction',
  ofNothing: true,
  examples: (of, dtype) => [
    example(sum(of([1, 2, 3, 4, 5, 6], [2, 3]), [1]), [6, 15]),
    example(sum(of([1, 2, 3, 4, 5, 6], [2, 3]), [0], true), [5, 7, 9]),
    example(sum(of([1, 2, 3, 4, 5, 6], [1, 2, 3]), [0, 1, 2]), [21]),
    example(sum(of([], [0, 2]), [0]), [0, 0]),
    ...(dtype === 'int32' ? [example(sum(of([2147483647, 1]), [0]), [-2147483648])] : []),
    ...(dtype === 'uint8' ? [example(sum(of([200, 100]), [0]), [44])] : []),
    // 2048 ones do not fit into the 11 bits of float16, nor 256 into the 8 of bfloat16: they are added up in float32.
    ...(isFloat(dtype) ? [example(sum(of(new Array(4096).fill(1)), [0]), [4096])] : []),
  ],
  specials: (of) => [
    example(sum(of([1, infinity, 2]), [0]), [infinity]),
    example(sum(of([infinity, -infinity]), [0]), [nan]),
    example(sum(of([1, nan, 2, 1, 1, 1], [2, 3]), [1]), [nan, 3]),
  ],
})

const products: OpCases = {
  ...reduction(prod, {
    kind: 'contraction',
    ofNothing: true,
    examples: (of, dtype) => [
      example(prod(of([1, 2, 3, 4, 5, 2], [2, 3]), [1]), [6, 40]),
      example(prod(of([1, 2, 3, 4, 5, 0], [2, 3]), [0]), [4, 10, 0]),
      example(prod(of([], [0, 2]), [0]), [1, 1]),
      ...(dtype === 'int32' ? [example(prod(of([65536, 65537]), [0]), [65536])] : []),
    ],
    specials: (of) => [
      example(prod(of([0, infinity]), [0]), [nan]),
      example(prod(of([-2, infinity]), [0]), [-infinity]),
      example(prod(of([1, nan, 2, 1, 1, 1], [2, 3]), [1]), [nan, 1]),
    ],
  }),
  *uses(operands, dtype) {
    const range = isFloat(dtype) ? { min: 0.8, max: 1.25 } : undefined
    for (const row of [...rows, ...rowsOfNothing]) {
      const [shape, axes] = row.split('/').map(shapeOf)
      yield prod(operands.tensor(dtype, shape!, range), axes!)
    }
  },
}

const bits = (dtype: DType, x: number) => (dtype === 'bool' ? Number(x !== 0) : x)

const largest: OpCases = reduction(max, {
  kind: 'exact',
  ofNothing: false,
  examples: (of, dtype) => [
    example(
      max(
        of(
          [1, 0, 3, 0, 5, 2].map((x) => bits(dtype, x)),
          [2, 3],
        ),
        [1],
      ),
      [3, 5].map((x) => bits(dtype, x)),
    ),
    example(max(of([0, 0]), [0], true), [0]),
    ...(dtype === 'uint32' ? [example(max(of([1, 4294967295]), [0]), [4294967295])] : []),
    ...(dtype === 'int32' ? [example(max(of([-5, -2147483648]), [0]), [-5])] : []),
  ],
  specials: (of) => [
    example(max(of([1, nan, infinity, 1, 2, 3], [2, 3]), [1]), [nan, 3]),
    example(max(of([-infinity, -infinity]), [0]), [-infinity]),
  ],
})

const smallest: OpCases = reduction(min, {
  kind: 'exact',
  ofNothing: false,
  examples: (of, dtype) => [
    example(
      min(
        of(
          [1, 0, 3, 4, 5, 2].map((x) => bits(dtype, x)),
          [2, 3],
        ),
        [1],
      ),
      [0, 2].map((x) => bits(dtype, x)),
    ),
    example(min(of([1, 1]), [0], true), [1]),
    ...(dtype === 'uint32' ? [example(min(of([1, 4294967295]), [0]), [1])] : []),
    ...(dtype === 'int32' ? [example(min(of([-5, -2147483648]), [0]), [-2147483648])] : []),
  ],
  specials: (of) => [
    example(min(of([1, nan, -infinity, 1, 2, 3], [2, 3]), [1]), [nan, 1]),
    example(min(of([infinity, infinity]), [0]), [infinity]),
  ],
})

const runningSums: OpCases = {
  kind: 'contraction',
  examples: (of, dtype) => {
    const x = of([1, 2, 3, 4, 5, 6], [2, 3])
    return [
      example(cumsum(x, 1), [1, 3, 6, 4, 9, 15]),
      example(cumsum(x, 0), [1, 2, 3, 5, 7, 9]),
      example(cumsum(x, 1, { exclusive: true }), [0, 1, 3, 0, 4, 9]),
      example(cumsum(x, 1, { reverse: true }), [6, 5, 3, 15, 11, 6]),
      example(cumsum(x, 1, { exclusive: true, reverse: true }), [5, 3, 0, 11, 6, 0]),
      ...(dtype === 'uint8' ? [example(cumsum(of([200, 100]), 0), [200, 44])] : []),
    ]
  },
  specials: (of, dtype) =>
    isFloat(dtype)
      ? [
          example(cumsum(of([1, nan, 2]), 0), [1, nan, nan]),
          example(cumsum(of([1, infinity, -infinity]), 0), [1, infinity, nan]),
        ]
      : [],
  *uses(operands, dtype) {
    for (const exclusive of [false, true]) {
      for (const reverse of [false, true]) {
        for (const row of ['3 5/1', '3 5 2/1', '0 2/0', '2 0/1', '300/0', '7 1 4/0']) {
          const [shape, axes] = row.split('/').map(shapeOf)
          yield cumsum(operands.tensor(dtype, shape!), axes![0]!, { exclusive, reverse })
        }
      }
    }
  },
}

const sorts: OpCases = {
  kind: 'exact',
  examples: (of, dtype) => [
    examples(sort(of([1, 0, 1, 0, 1, 1], [2, 3]), 1, false), [0, 1, 1, 0, 1, 1], [1, 0, 2, 0, 1, 2]),
    examples(sort(of([1, 0, 1, 0, 1, 1], [2, 3]), 1, true), [1, 1, 0, 1, 1, 0], [0, 2, 1, 1, 2, 0]),
    examples(sort(of([1, 0, 1, 0, 1, 1], [2, 3]), 0, false), [0, 0, 1, 1, 1, 1], [1, 0, 0, 0, 1, 1]),
    ...(dtype === 'uint32' ? [examples(sort(of([4294967295, 1, 7]), 0, false), [1, 7, 4294967295], [1, 2, 0])] : []),
    ...(dtype === 'int32' ? [examples(sort(of([3, -7, 0]), 0, true), [3, 0, -7], [0, 2, 1])] : []),
  ],
  specials: (of, dtype) =>
    isFloat(dtype)
      ? [
          examples(sort(of([nan, 1, -infinity, infinity]), 0, false), [-infinity, 1, infinity, nan], [2, 1, 3, 0]),
          examples(sort(of([1, nan, 2, nan]), 0, true), [nan, nan, 2, 1], [1, 3, 2, 0]),
        ]
      : [],
  *uses(operands, dtype) {
    for (const descending of [false, true]) {
      for (const row of ['40 17/0', '40 17/1', '6 7/1', '0 3/1', '3 1/1', '300/0', '2 5 3/1']) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield sort(operands.ties(dtype, shape!, false), axes![0]!, descending)
      }
      yield sort(operands.tensor(dtype, [6, 70]), 1, descending)
    }
  },
}

const tops: OpCases = {
  kind: 'exact',
  examples: (of) => [
    examples(topK(of([0, 1, 1, 0, 0, 1], [2, 3]), 2, 1, true), [1, 1, 1, 0], [1, 2, 2, 0]),
    examples(topK(of([0, 1, 1, 0, 0, 1], [2, 3]), 2, 1, false), [0, 1, 0, 0], [0, 1, 0, 1]),
    examples(topK(of([0, 1, 1, 0, 0, 1], [3, 2]), 1, 0, true), [1, 1], [1, 0]),
    examples(topK(of([0, 1]), 0, 0, true), [], []),
  ],
  specials: (of, dtype) =>
    isFloat(dtype)
      ? [
          examples(topK(of([1, nan, infinity, 2]), 3, 0, true), [nan, infinity, 2], [1, 2, 3]),
          examples(topK(of([1, nan, -infinity, 2]), 2, 0, false), [-infinity, 1], [2, 0]),
        ]
      : [],
  *uses(operands, dtype) {
    for (const isLargest of [false, true]) {
      for (const k of [0, 1, 2, 5, 17]) yield topK(operands.ties(dtype, [4, 17], false), k, 1, isLargest)
      yield topK(operands.ties(dtype, [17, 3], false), 3, 0, isLargest)
      yield topK(operands.tensor(dtype, [2, 70]), 40, 1, isLargest)
      yield topK(operands.tensor(dtype, [0, 3]), 2, 1, isLargest)
    }
  },
}

/** Reductions, arg-reductions and scans. */
export const reductionCases: Readonly<Record<keyof ReductionAttributes, OpCases>> = {
  sum: sums,
  prod: products,
  max: largest,
  min: smallest,
  argmax: choice(argmax, true),
  argmin: choice(argmin, false),
  cumsum: runningSums,
  sort: sorts,
  topK: tops,
}
