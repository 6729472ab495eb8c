import {
  clamp,
  elu,
  erfc,
  erfinv,
  gelu,
  hardtanh,
  leakyRelu,
  literal,
  logBase,
  logit,
  logSigmoid,
  relu,
  softplus,
  softsign,
  type Value,
} from '@voltaic/core/graph'
import type { Operands, Range } from '../../../check/operands.ts'
import { unaryUses } from '../elementwise.ts'
import { example, type OpCases } from '../op-cases.ts'
import { floats, wideFloats } from './dtypes.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

interface Activation {
  readonly apply: (x: Value) => Value
  /** Arguments; default −2, −0.5, 0, 0.5, 2. */
  readonly at?: readonly number[]
  readonly expected: readonly number[]
  /** Arguments that are hard, with the results. */
  readonly special?: readonly (readonly [x: number, y: number])[]
  readonly range?: Range
  /** Further forms of the op, for uses on drawn numbers. */
  readonly others?: readonly ((x: Value) => Value)[]
  readonly isWide?: boolean
}

const usual = [-2, -0.5, 0, 0.5, 2]

function activation({
  apply,
  at = usual,
  expected,
  special = [],
  range,
  others = [],
  isWide = false,
}: Activation): OpCases {
  return {
    kind: 'composite',
    dtypes: isWide ? wideFloats : floats,
    examples: (of) => [example(apply(of(at)), expected)],
    specials: (of) =>
      special.length === 0
        ? []
        : [
            example(
              apply(of(special.map(([x]) => x))),
              special.map(([, y]) => y),
            ),
          ],
    *uses(operands: Operands, dtype) {
      for (const one of [apply, ...others]) yield* unaryUses(one, operands, dtype, range)
    },
  }
}

const exponential = { alpha: 1, scale: 1, inputScale: 1 }
const selu = { alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1 }

/** Composites of one operand, and `clamp`. */
export const activationCases: Readonly<Record<string, OpCases>> = {
  relu: activation({
    apply: relu,
    expected: [0, 0, 0, 0.5, 2],
    special: [
      [nan, nan],
      [infinity, infinity],
      [-infinity, 0],
    ],
  }),
  leakyRelu: activation({
    apply: (x) => leakyRelu(x, 0.25),
    expected: [-0.5, -0.125, 0, 0.5, 2],
    special: [
      [nan, nan],
      [-infinity, -infinity],
    ],
  }),
  elu: activation({
    apply: (x) => elu(x, exponential),
    expected: [-0.8646647167633873, -0.3934693402873666, 0, 0.5, 2],
    special: [
      [nan, nan],
      [-infinity, -1],
      [infinity, infinity],
    ],
    others: [(x) => elu(x, selu), (x) => elu(x, { alpha: 2, scale: 1, inputScale: 0.5 })],
  }),
  gelu: activation({
    apply: (x) => gelu(x, 'none'),
    expected: [-0.04550026389635842, -0.15426876936299344, 0, 0.34573123063700656, 1.9544997361036416],
    special: [
      [nan, nan],
      [infinity, infinity],
    ],
    others: [(x) => gelu(x, 'tanh')],
  }),
  hardtanh: activation({
    apply: (x) => hardtanh(x, -1, 0.25),
    expected: [-1, -0.5, 0, 0.25, 0.25],
    special: [
      [nan, nan],
      [infinity, 0.25],
      [-infinity, -1],
    ],
  }),
  softplus: activation({
    apply: (x) => softplus(x, { beta: 1, threshold: 20 }),
    expected: [0.1269280110429725, 0.4740769841801067, Math.LN2, 0.9740769841801067, 2.1269280110429727],
    special: [
      [nan, nan],
      [infinity, infinity],
      [-infinity, 0],
    ],
    others: [(x) => softplus(x, { beta: 2, threshold: 1 })],
  }),
  logSigmoid: activation({
    apply: logSigmoid,
    expected: [-2.1269280110429727, -0.9740769841801067, -Math.LN2, -0.4740769841801067, -0.1269280110429725],
    special: [
      [nan, nan],
      [infinity, 0],
      [-infinity, -infinity],
    ],
  }),
  softsign: activation({
    apply: softsign,
    expected: [-0.6666666666666666, -0.3333333333333333, 0, 0.3333333333333333, 0.6666666666666666],
    special: [[nan, nan]],
  }),
  erfc: activation({
    apply: erfc,
    at: [-1, 0, 0.5, 1, 2, 3],
    expected: [
      1.8427007929497148, 1, 0.4795001221869535, 0.15729920705028513, 0.004677734981047265, 2.209049699858544e-5,
    ],
    special: [
      [nan, nan],
      [-infinity, 2],
    ],
    range: { min: -3, max: 6 },
    isWide: true,
  }),
  erfinv: activation({
    apply: erfinv,
    at: [-0.5, 0, 0.25, 0.75, 0.9375],
    expected: [-0.4769362762044699, 0, 0.2253120550121781, 0.8134198475976187, 1.3171503349861304],
    special: [
      [nan, nan],
      [1, infinity],
      [-1, -infinity],
      [2, nan],
    ],
    range: { min: -0.999, max: 0.999 },
    isWide: true,
  }),
  logit: activation({
    apply: logit,
    at: [0.25, 0.5, 0.75],
    expected: [-1.0986122886681098, 0, 1.0986122886681098],
    special: [
      [nan, nan],
      [0, -infinity],
      [1, infinity],
      [2, nan],
    ],
    range: { min: 0.01, max: 0.99 },
    isWide: true,
  }),
  logBase: activation({
    apply: (x) => logBase(x, 10),
    at: [1, 10, 1000, 2, 0.5],
    expected: [0, 1, 3, 0.3010299956639812, -0.3010299956639812],
    special: [
      [nan, nan],
      [0, -infinity],
      [-1, nan],
    ],
    range: { min: 0.01, max: 100 },
    others: [(x) => logBase(x, 2)],
    isWide: true,
  }),
  clamp: {
    kind: 'exact',
    dtypes: [...floats, 'int32', 'uint32', 'uint8'],
    examples: (of) => [
      example(clamp(of([0, 3, 9]), of([2], []), of([5], [])), [2, 3, 5]),
      example(clamp(of([0, 3, 9]), of([4], []), undefined), [4, 4, 9]),
      example(clamp(of([0, 3, 9]), undefined, of([5], [])), [0, 3, 5]),
      // As in PyTorch the upper bound wins where the bounds cross.
      example(clamp(of([3]), of([5], []), of([2], [])), [2]),
    ],
    *uses(operands, dtype) {
      // Bounds are scalars without a gradient.
      const [low, high] = [literal(1, dtype), literal(2, dtype)]
      yield clamp(operands.tensor(dtype, [3, 70]), low, high)
      yield clamp(operands.tensor(dtype, [3, 5]), low, undefined)
      yield clamp(operands.tensor(dtype, [0, 5]), undefined, high)
    },
  },
}
