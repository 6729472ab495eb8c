import {
  add,
  broadcastTo,
  iota,
  isFloat,
  literal,
  randomBits,
  reshape,
  type Shape,
  type SourceAttributes,
  sliceAxis,
  type Value,
} from '@voltaic/core/graph'
import { leastPositive } from '../../check/numbers.ts'
import { leaf } from '../../check/operands.ts'
import { shapeOf } from './elementwise.ts'
import { example, type OpCases } from './op-cases.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const bitShapes = ['', '1', '7', '3 5', '0', '2 129', '1000'].map(shapeOf)

function wordsOf(words: Value): [Value, Value, Value, Value] {
  const word = (i: number) => reshape(sliceAxis(words, 0, i, i + 1), [])
  return [word(0), word(1), word(2), word(3)]
}

function fixedBits(words: readonly [number, number, number, number], shape: Shape): Value {
  return randomBits(words.map((word) => leaf([word], [], 'uint32')) as [Value, Value, Value, Value], shape)
}

/** What comes from nothing. */
export const sourceCases: Readonly<Record<keyof SourceAttributes, OpCases>> = {
  iota: {
    kind: 'exact',
    examples: (_of, dtype) => [
      example(iota([2], 0, dtype), [0, 1]),
      example(iota([2, 2], 0, dtype), [0, 0, 1, 1]),
      example(iota([2, 2], 1, dtype), [0, 1, 0, 1]),
    ],
    *uses(_operands, dtype) {
      for (const axis of [0, 1, 2]) yield iota([3, 4, 70], axis, dtype)
      yield iota([0, 4], 1, dtype)
      yield add(iota([3, 4], 0, dtype), iota([3, 4], 1, dtype))
    },
  },
  literal: {
    kind: 'exact',
    movesBits: true,
    examples: (_of, dtype) => [
      example(literal(1, dtype), [1]),
      example(broadcastTo(literal(0, dtype), [2]), [0, 0]),
      ...(isFloat(dtype) ? [example(literal(0.1, dtype), [0.1]), example(literal(-2.5, dtype), [-2.5])] : []),
      ...(dtype === 'int32' ? [example(literal(-2147483648, dtype), [-2147483648])] : []),
      ...(dtype === 'uint32' ? [example(literal(4294967295, dtype), [4294967295])] : []),
    ],
    specials: (_of, dtype) => {
      if (!isFloat(dtype)) return []
      return [nan, infinity, -infinity, -0, leastPositive(dtype)].map((x) =>
        example(broadcastTo(literal(x, dtype), [2]), [x, x]),
      )
    },
    *uses(_operands, dtype) {
      yield broadcastTo(literal(1, dtype), [3, 70])
      yield broadcastTo(literal(1, dtype), [0, 3])
    },
  },
  randomBits: {
    kind: 'exact',
    dtypes: ['uint32'],
    examples: () => [
      // The known answers of the authors' Random123: key and counter of zeros, of ones, and of the digits of pi.
      example(fixedBits([0, 0, 0, 0], [2]), [0x6b200159, 0x99ba4efe]),
      example(fixedBits([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [2]), [0x1cb996fc, 0xbb002be7]),
      example(fixedBits([0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], [2]), [0xc4923a9c, 0x483df7a0]),
    ],
    *uses(operands, dtype) {
      for (const shape of bitShapes) {
        yield randomBits(wordsOf(operands.tensor(dtype, [4], { min: 0, max: 2 ** 32 })), shape)
      }
    },
  },
}
