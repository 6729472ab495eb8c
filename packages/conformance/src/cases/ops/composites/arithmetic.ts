import {
  cumprod,
  divideFloor,
  fmod,
  hypot,
  integerPower,
  logAddExp,
  logSumExp,
  runningExtreme,
  split,
  variance,
  vectorNorm,
} from '@voltaic/core/graph'
import { binaryUses, shapeOf } from '../elementwise.ts'
import { example, examples, type OpCases } from '../op-cases.ts'
import { floats, wideFloats } from './dtypes.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const reduced = ['5/0', '3 4/1', '2 3 4/0 2', '64 70/1', '0 3/1', '6 1/1']

/** Composites of arithmetic, reductions and scans. */
export const arithmeticCases: Readonly<Record<string, OpCases>> = {
  logAddExp: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [example(logAddExp(of([0, 1, 100]), of([0, 2, -100])), [Math.LN2, 2.313261687518223, 100])],
    specials: (of) => [
      example(logAddExp(of([-infinity, infinity, nan, -infinity]), of([-infinity, 1, 1, 2])), [
        -infinity,
        infinity,
        nan,
        2,
      ]),
    ],
    uses: (operands, dtype) => binaryUses(logAddExp, operands, dtype),
  },
  hypot: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [example(hypot(of([3, -5, 0]), of([4, 12, 0])), [5, 13, 0])],
    specials: (of) => [example(hypot(of([infinity, nan, -infinity]), of([1, 1, 1])), [infinity, nan, infinity])],
    uses: (operands, dtype) => binaryUses(hypot, operands, dtype),
  },
  integerPower: {
    kind: 'exact',
    dtypes: ['int32', 'uint32', 'uint8'],
    examples: (of, dtype) => [
      example(integerPower(of([2, 3, 1, 0, 5]), of([5, 4, 9, 0, 0])), [32, 81, 1, 1, 1]),
      ...(dtype === 'int32'
        ? [example(integerPower(of([-2, -1, 2, 3]), of([3, -3, -1, 25])), [-8, -1, 0, 1180052131])]
        : []),
      ...(dtype === 'uint8' ? [example(integerPower(of([3]), of([6])), [217])] : []),
    ],
    uses: (operands, dtype) => binaryUses(integerPower, operands, dtype),
  },
  fmod: {
    kind: 'exact',
    dtypes: wideFloats,
    examples: (of) => [example(fmod(of([7, -7, 7, -7, 5.5]), of([3, 3, -3, -3, 2])), [1, -1, 1, -1, 1.5])],
    specials: (of) => [example(fmod(of([5, nan]), of([0, 1])), [nan, nan])],
    uses: (operands, dtype) => binaryUses(fmod, operands, dtype, { min: 0.5, max: 2 }),
  },
  floorQuotient: {
    kind: 'exact',
    dtypes: wideFloats,
    examples: (of) => [example(divideFloor(of([7, -7, 7, -7, 6]), of([2, 2, -2, -2, 3])), [3, -4, -4, 3, 2])],
    specials: (of) => [example(divideFloor(of([1, -1, 0]), of([0, 0, 0])), [infinity, -infinity, nan])],
    uses: (operands, dtype) => binaryUses(divideFloor, operands, dtype, { min: 0.5, max: 2 }),
  },
  logSumExp: {
    kind: 'composite',
    dtypes: wideFloats,
    examples: (of) => [
      example(logSumExp(of([1, 2, 3, 0, 0, 100], [2, 3]), { axes: [1], keepDims: false }), [3.4076059644443806, 100]),
    ],
    specials: (of) => [
      example(logSumExp(of([-infinity, -infinity, 1, infinity, 1, nan], [3, 2]), { axes: [1], keepDims: false }), [
        -infinity,
        infinity,
        nan,
      ]),
    ],
    *uses(operands, dtype) {
      for (const row of reduced) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield logSumExp(operands.tensor(dtype, shape!), { axes: axes!, keepDims: false })
        yield logSumExp(operands.tensor(dtype, shape!), { axes: axes!, keepDims: true })
      }
    },
  },
  variance: {
    kind: 'composite',
    dtypes: wideFloats,
    examples: (of) => {
      const x = of([1, 2, 4, 0, -2, 2], [2, 3])
      const [ofRows, ofColumns] = [
        { axes: [1], keepDims: false, correction: 1 },
        { axes: [0], keepDims: false, correction: 0 },
      ]
      return [
        examples(variance(x, ofRows), [2.3333333333333335, 4], [2.3333333333333335, 0]),
        examples(variance(x, ofColumns), [0.25, 4, 1], [0.5, 0, 3]),
      ]
    },
    specials: (of) => [examples(variance(of([5], [1]), { axes: [0], keepDims: false, correction: 1 }), [nan], [5])],
    *uses(operands, dtype) {
      for (const row of reduced.filter((text) => !text.startsWith('6 1'))) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield variance(operands.tensor(dtype, shape!), { axes: axes!, keepDims: true, correction: 1 })
        yield variance(operands.tensor(dtype, shape!), { axes: axes!, keepDims: false, correction: 0 })
      }
    },
  },
  vectorNorm: {
    kind: 'composite',
    dtypes: wideFloats,
    examples: (of) => {
      const x = of([1, 2, 4, 0, -2, 2], [2, 3])
      const norm = (p: number) => vectorNorm(x, { axes: [1], keepDims: false, p })
      return [
        example(norm(2), [4.58257569495584, 2.8284271247461903]),
        example(norm(1), [7, 4]),
        example(norm(3), [4.179339196381232, 2.5198420997897464]),
      ]
    },
    *uses(operands, dtype) {
      for (const row of reduced) {
        const [shape, axes] = row.split('/').map(shapeOf)
        for (const p of [1, 2, 3]) yield vectorNorm(operands.tensor(dtype, shape!), { axes: axes!, keepDims: true, p })
      }
    },
  },
  cumprod: {
    kind: 'composite',
    dtypes: [...floats, 'int32'],
    examples: (of) => [
      example(cumprod(of([1, 2, 3, 4, 0, 6], [2, 3]), 1), [1, 2, 6, 4, 0, 0]),
      example(cumprod(of([1, 2, 3, 4, 0, 6], [2, 3]), 0), [1, 2, 3, 4, 0, 18]),
    ],
    *uses(operands, dtype) {
      for (const row of ['5/0', '3 7/1', '7 3/0', '2 3 4/1', '3 1/1']) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield cumprod(operands.tensor(dtype, shape!), axes![0]!)
      }
    },
  },
  runningExtreme: {
    kind: 'exact',
    dtypes: [...floats, 'int32'],
    examples: (of) => [
      example(runningExtreme(of([1, 3, 3, 2]), { axis: 0, largest: true }), [0, 1, 2, 2]),
      example(runningExtreme(of([2, 1, 1, 3]), { axis: 0, largest: false }), [0, 1, 2, 2]),
    ],
    specials: (of, dtype) =>
      dtype === 'int32'
        ? []
        : [example(runningExtreme(of([1, nan, 3, nan]), { axis: 0, largest: true }), [0, 1, 1, 3])],
    *uses(operands, dtype) {
      for (const row of ['5/0', '3 7/1', '7 3/0', '2 3 4/1']) {
        const [shape, axes] = row.split('/').map(shapeOf)
        for (const largest of [true, false]) {
          yield runningExtreme(operands.ties(dtype, shape!, false), { axis: axes![0]!, largest })
        }
      }
    },
  },
  split: {
    kind: 'exact',
    movesBits: true,
    dtypes: [...floats, 'int32', 'uint32', 'uint8', 'bool'],
    examples: (of) => [
      examples(split(of([1, 0, 1, 0, 0, 1], [2, 3]), 1, [1, 2]), [1, 0], [0, 1, 0, 1]),
      examples(split(of([1, 0, 1]), 0, [2, 0, 1]), [1, 0], [], [1]),
    ],
    *uses(operands, dtype) {
      yield split(operands.tensor(dtype, [3, 7, 2]), 1, [2, 4, 1])
      yield split(operands.tensor(dtype, [6, 5]), 0, [1, 5])
    },
  },
}
