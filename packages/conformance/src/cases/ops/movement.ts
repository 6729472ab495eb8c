import type { DType } from '@voltaic/core'
import {
  broadcastTo,
  concat,
  flip,
  gather,
  indexAdd,
  indexSelect,
  iota,
  isFloat,
  type MovementAttributes,
  pad,
  permute,
  reshape,
  type Shape,
  scatter,
  scatterAdd,
  slice,
  type Value,
} from '@voltaic/core/graph'
import { leastPositive } from '../../check/numbers.ts'
import { shapeOf } from './elementwise.ts'
import { type Example, example, type LeafMaker, type OpCases } from './op-cases.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

interface Movement {
  readonly examples: (of: LeafMaker, bits: readonly number[]) => readonly Example[]
  /** Shapes of operands, with what moves them. */
  readonly uses: readonly (readonly [shape: string, move: (x: Value) => Value])[]
  /** Moves six numbers without changing their order or number. */
  readonly keeps: (x: Value) => Value
}

/** An op that only moves elements: of any dtype, whatever their bits are. */
function moving({ examples, uses, keeps }: Movement): OpCases {
  return {
    kind: 'exact',
    movesBits: true,
    examples: (of, dtype) => examples(of, numbersFor(dtype)),
    specials: (of, dtype) => {
      if (!isFloat(dtype)) return []
      const hard = [nan, infinity, -infinity, -0, leastPositive(dtype), -leastPositive(dtype)]
      return [example(keeps(of(hard)), hard)]
    },
    *uses(operands, dtype) {
      for (const [shape, move] of uses) yield move(operands.tensor(dtype, shapeOf(shape)))
    },
  }
}

/** Six numbers that `dtype` holds. */
function numbersFor(dtype: DType): readonly number[] {
  return dtype === 'bool' ? [1, 0, 0, 1, 1, 1] : [1, 2, 3, 4, 5, 6]
}

function pick(numbers: readonly number[], order: readonly number[]): number[] {
  return order.map((i) => numbers[i]!)
}

const sides = (...pairs: (readonly [number, number])[]) => pairs

const pads: OpCases = moving({
  keeps: (x) => slice(pad(x, [[1, 2]], 1), [1], [7]),
  examples: (of, n) => [
    example(pad(of(n, [2, 3]), sides([0, 1], [1, 0])), [0, n[0]!, n[1]!, n[2]!, 0, n[3]!, n[4]!, n[5]!, 0, 0, 0, 0]),
    example(pad(of(n.slice(0, 2)), sides([1, 1]), 1), [1, n[0]!, n[1]!, 1]),
  ],
  uses: [
    ['2 3 4', (x) => pad(x, sides([1, 0], [0, 2], [3, 1]), 1)],
    ['2 3 4', (x) => pad(x, sides([0, 0], [5, 0], [0, 0]))],
    ['2 0 4', (x) => pad(x, sides([0, 0], [1, 1], [0, 0]), 1)],
    ['70', (x) => pad(x, sides([3, 5]), 1)],
  ],
})

const concats: OpCases = {
  ...moving({
    keeps: (x) => concat([slice(x, [0], [2]), slice(x, [2], [6])], 0),
    examples: (of, n) => [
      example(concat([of(n, [2, 3]), of(n.slice(0, 2), [2, 1])], 1), pick(n, [0, 1, 2, 0, 3, 4, 5, 1])),
      example(concat([of(n, [2, 3]), of(n.slice(0, 3), [1, 3])], 0), pick(n, [0, 1, 2, 3, 4, 5, 0, 1, 2])),
      example(concat([of([], [0]), of(n)], 0), n),
    ],
    uses: [],
  }),
  *uses(operands, dtype) {
    for (const row of ['3 4/3 4/1', '3 4/2 4/0', '2 0 3/2 5 3/1', '64 3/64 5/1', '7/1/0']) {
      const [a, b, axis] = row.split('/').map(shapeOf)
      yield concat([operands.tensor(dtype, a!), operands.tensor(dtype, b!), operands.tensor(dtype, a!)], axis![0]!)
    }
  },
}

const gathers: readonly (readonly [shape: string, axis: number, indices: string])[] = [
  ['5 3', 0, '7 3'],
  ['5 3', 1, '4 6'],
  ['2 5 3', 1, '2 4 2'],
  ['5', 0, '9'],
  ['5 3', 0, '0 3'],
  ['4 6', 1, '4 200'],
]

const rowsAt: readonly (readonly [shape: string, axis: number, indices: string])[] = [
  ['5 3', 0, '4'],
  ['5 3', 1, '2 2'],
  ['2 5 3', 1, ''],
  ['5 3', 0, '0'],
  ['5 0', 0, '2'],
  ['64 33', 0, '200'],
]

function updatesShape(shape: Shape, axis: number, indices: Shape): Shape {
  return [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]
}

const indexed: Readonly<Record<'indexSelect' | 'indexAdd' | 'gather' | 'scatterAdd' | 'scatter', OpCases>> = {
  indexSelect: {
    ...moving({
      keeps: (x) => indexSelect(x, iota([6], 0, 'int32'), 0),
      examples: (of, n) => [
        example(indexSelect(of(n, [2, 3]), of([1, 0, 1], [3], 'int32'), 0), pick(n, [3, 4, 5, 0, 1, 2, 3, 4, 5])),
        example(indexSelect(of(n, [2, 3]), of([2, 2], [2], 'int32'), 1), pick(n, [2, 2, 5, 5])),
      ],
      uses: [],
    }),
    *uses(operands, dtype) {
      for (const [text, axis, at] of rowsAt) {
        const shape = shapeOf(text)
        yield indexSelect(operands.tensor(dtype, shape), operands.indices(shapeOf(at), shape[axis]!), axis)
      }
    },
  },
  indexAdd: {
    kind: 'scatter',
    examples: (of) => [
      example(
        indexAdd(of([1, 2, 3, 4], [2, 2]), of([1, 1, 0], [3], 'int32'), of([1, 2, 3, 4, 5, 6], [3, 2]), 0),
        [6, 8, 7, 10],
      ),
      example(indexAdd(of([1, 2, 3]), of([], [0], 'int32'), of([]), 0), [1, 2, 3]),
    ],
    *uses(operands, dtype) {
      for (const [text, axis, at] of rowsAt) {
        const [shape, indices] = [shapeOf(text), shapeOf(at)]
        const updates = operands.tensor(dtype, updatesShape(shape, axis, indices))
        yield indexAdd(operands.tensor(dtype, shape), operands.indices(indices, shape[axis]!), updates, axis)
      }
    },
  },
  gather: {
    ...moving({
      keeps: (x) => gather(x, iota([6], 0, 'int32'), 0),
      examples: (of, n) => [
        example(gather(of(n, [2, 3]), of([1, 0, 1], [1, 3], 'int32'), 0), pick(n, [3, 1, 5])),
        example(gather(of(n, [2, 3]), of([2, 0, 1, 1], [2, 2], 'int32'), 1), pick(n, [2, 0, 4, 4])),
      ],
      uses: [],
    }),
    *uses(operands, dtype) {
      for (const [text, axis, at] of gathers) {
        const shape = shapeOf(text)
        yield gather(operands.tensor(dtype, shape), operands.indices(shapeOf(at), shape[axis]!), axis)
      }
    },
  },
  scatterAdd: {
    kind: 'scatter',
    examples: (of) => [
      example(
        scatterAdd(of([1, 2, 3, 4], [2, 2]), of([0, 0, 0, 1], [2, 2], 'int32'), of([1, 2, 3, 4], [2, 2]), 0),
        [5, 4, 3, 8],
      ),
      example(scatterAdd(of([0, 0, 0]), of([2, 2, 2, 0], [4], 'int32'), of([1, 2, 3, 4]), 0), [4, 0, 6]),
    ],
    *uses(operands, dtype) {
      for (const [text, axis, at] of gathers) {
        const [shape, indices] = [shapeOf(text), shapeOf(at)]
        const where = operands.indices(indices, shape[axis]!)
        yield scatterAdd(operands.tensor(dtype, shape), where, operands.tensor(dtype, indices), axis)
      }
    },
  },
  scatter: {
    ...moving({
      keeps: (x) => scatter(flip(x, [0]), iota([6], 0, 'int32'), x, 0),
      examples: (of, n) => [
        example(scatter(of(n, [2, 3]), of([1, 0], [1, 2], 'int32'), of([1, 1], [1, 2]), 0), [
          n[0]!,
          1,
          n[2]!,
          1,
          n[4]!,
          n[5]!,
        ]),
        // Of several updates of one place the last one stays.
        example(scatter(of([0, 0]), of([1, 1, 1], [3], 'int32'), of([0, 0, 1]), 0), [0, 1]),
      ],
      uses: [],
    }),
    *uses(operands, dtype) {
      for (const [text, axis, at] of [...gathers, ['64', 0, '5000'] as const]) {
        const [shape, indices] = [shapeOf(text), shapeOf(at)]
        const where = operands.indices(indices, shape[axis]!)
        yield scatter(operands.tensor(dtype, shape), where, operands.tensor(dtype, indices), axis)
      }
    },
  },
}

/** Movement and indexing. */
export const movementCases: Readonly<Record<keyof MovementAttributes, OpCases>> = {
  reshape: moving({
    keeps: (x) => reshape(reshape(x, [2, 3]), [6]),
    examples: (of, n) => [example(reshape(of(n, [2, 3]), [3, 2]), n), example(reshape(of([1], []), [1, 1]), [1])],
    uses: [
      ['2 3 4', (x) => reshape(x, [6, 4])],
      ['2 3 4', (x) => reshape(x, [2, 1, 12, 1])],
      ['1', (x) => reshape(x, [])],
      ['2 0 3', (x) => reshape(x, [0, 7])],
    ],
  }),
  permute: moving({
    keeps: (x) => permute(permute(reshape(x, [1, 6]), [1, 0]), [1, 0]),
    examples: (of, n) => [
      example(permute(of(n, [2, 3]), [1, 0]), pick(n, [0, 3, 1, 4, 2, 5])),
      example(permute(of(n, [1, 2, 3]), [2, 0, 1]), pick(n, [0, 3, 1, 4, 2, 5])),
    ],
    uses: [
      ['2 3 4', (x) => permute(x, [2, 0, 1])],
      ['2 3 4 5', (x) => permute(x, [0, 2, 1, 3])],
      ['2 3 4 5 2', (x) => permute(x, [4, 2, 0, 3, 1])],
      ['33 65', (x) => permute(x, [1, 0])],
      ['0 3', (x) => permute(x, [1, 0])],
    ],
  }),
  broadcastTo: moving({
    keeps: (x) => broadcastTo(x, [1, 6]),
    examples: (of, n) => [
      example(broadcastTo(of(n.slice(0, 3)), [2, 3]), pick(n, [0, 1, 2, 0, 1, 2])),
      example(broadcastTo(of(n.slice(0, 2), [2, 1]), [2, 3]), pick(n, [0, 0, 0, 1, 1, 1])),
      example(broadcastTo(of([1], []), [3]), [1, 1, 1]),
    ],
    uses: [
      ['3 1 4', (x) => broadcastTo(x, [2, 3, 5, 4])],
      ['', (x) => broadcastTo(x, [70])],
      ['1 3', (x) => broadcastTo(x, [0, 3])],
      ['1 1 1', (x) => broadcastTo(x, [4, 5, 6])],
    ],
  }),
  slice: moving({
    keeps: (x) => slice(concat([x, x], 0), [6], [12]),
    examples: (of, n) => [
      example(slice(of(n, [2, 3]), [0, 1], [2, 3]), pick(n, [1, 2, 4, 5])),
      example(slice(of(n), [1], [6], [2]), pick(n, [1, 3, 5])),
      example(slice(of(n), [2], [2]), []),
    ],
    uses: [
      ['5 6 7', (x) => slice(x, [1, 0, 2], [4, 6, 7], [2, 1, 3])],
      ['70', (x) => slice(x, [3], [70], [5])],
      ['4 4', (x) => slice(x, [2, 0], [2, 4])],
      ['6 5', (x) => slice(x, [5, 4], [6, 5])],
    ],
  }),
  pad: pads,
  concat: concats,
  flip: moving({
    keeps: (x) => flip(flip(x, [0]), [0]),
    examples: (of, n) => [
      example(flip(of(n, [2, 3]), [1]), pick(n, [2, 1, 0, 5, 4, 3])),
      example(flip(of(n, [2, 3]), [0, 1]), [...n].reverse()),
    ],
    uses: [
      ['2 3 4', (x) => flip(x, [0, 2])],
      ['2 3 4', (x) => flip(x, [1])],
      ['70', (x) => flip(x, [0])],
      ['0 3', (x) => flip(x, [1])],
    ],
  }),
  ...indexed,
}
