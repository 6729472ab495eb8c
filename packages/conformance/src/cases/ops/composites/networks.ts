import {
  batchNormOp,
  bceLoss,
  bceWithLogitsLoss,
  crossEntropyOp,
  ctcForwardOp,
  embedding,
  gaussianNllLoss,
  layerNormOp,
  logSoftmax,
  record,
  rmsNormOp,
  scaledDotProductAttention,
  softmax,
  type Value,
} from '@voltaic/core/graph'
import type { Operands } from '../../../check/operands.ts'
import { shapeOf } from '../elementwise.ts'
import { example, examples, type OpCases } from '../op-cases.ts'
import { floats } from './dtypes.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

type Softmax = (x: Value, axis: number) => Value

function softmaxCases(apply: Softmax, expected: readonly number[], ofInfinity: readonly number[]): OpCases {
  return {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [example(apply(of([1, 2, 3, 0, 0, 100], [2, 3]), 1), expected)],
    specials: (of) => [example(apply(of([0, -infinity, 0, nan, 1, 1], [2, 3]), 1), ofInfinity)],
    *uses(operands, dtype) {
      for (const row of ['5/0', '3 7/1', '3 7/0', '2 3 70/2', '0 3/1', '3 1/1', '33 129/1']) {
        const [shape, axes] = row.split('/').map(shapeOf)
        yield apply(operands.tensor(dtype, shape!), axes![0]!)
      }
    },
  }
}

const x23 = [1, 2, 4, 0, -2, 2]
const eps = 1e-3
const half = Math.log(2)

/** Attention with the numbers of three queries, keys and values. */
function attentionOf(operands: Operands, dtype: Value['spec']['dtype'], batch: readonly number[]): Value[] {
  const [queries, keys, width] = [5, 7, 6]
  const tensor = (...shape: number[]) => operands.tensor(dtype, [...batch, ...shape])
  const attend = (mask: Value | null, causal: boolean) => {
    const inputs = { q: tensor(queries, width), k: tensor(keys, width), v: tensor(keys, 4), mask, keep: null }
    const { y, logSumExp } = scaledDotProductAttention(inputs, { scale: 0.4, causal, dropoutP: 0 })
    return [y, logSumExp]
  }
  return [
    ...attend(null, false),
    ...attend(null, true),
    ...attend(operands.tensor('bool', [queries, keys]), false),
    ...attend(operands.tensor(dtype, [keys]), false),
  ]
}

/** Softmaxes, norms, losses, attention and embedding. */
export const networkCases: Readonly<Record<string, OpCases>> = {
  softmax: softmaxCases(
    softmax,
    [0.09003057317038045, 0.2447284710547976, 0.6652409557748218, 0, 0, 1],
    [...[0.5, 0, 0.5], ...[nan, nan, nan]],
  ),
  logSoftmax: softmaxCases(
    logSoftmax,
    [-2.4076059644443806, -1.4076059644443804, -0.4076059644443804, -100, -100, 0],
    [-half, -infinity, -half, nan, nan, nan],
  ),
  layerNorm: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [
      examples(
        record(layerNormOp, [of(x23, [2, 3]), of([1, 2, 0.5]), of([0, 1, -1])], { axes: 1, eps }),
        [-1.0687015116389473, 0.465649244180526, -0.33206155522565817, 0, -1.4490305925883638, -0.38774235185290906],
        [2.3333333333333335, 0],
        [0.8015261337292103, 0.6122576481470909],
      ),
    ],
    *uses(operands, dtype) {
      for (const [text, axes] of [
        ['3 7', 1],
        ['2 3 5', 2],
        ['4 2 70', 1],
      ] as const) {
        const shape = shapeOf(text)
        const normalized = shape.slice(shape.length - axes)
        const inputs = [shape, normalized, normalized].map((one) => operands.tensor(dtype, one))
        yield record(layerNormOp, inputs, { axes, eps: 1e-2 })
      }
    },
  },
  rmsNorm: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [
      examples(
        record(rmsNormOp, [of(x23, [2, 3]), of([1, 2, 0.5])], { axes: 1, eps }),
        [0.37793747843911035, 1.5117499137564414, 0.7558749568782207, 0, -2.4490305925883638, 0.6122576481470909],
        [0.37793747843911035, 0.6122576481470909],
      ),
    ],
    *uses(operands, dtype) {
      for (const [text, axes] of [
        ['3 7', 1],
        ['2 3 5', 2],
        ['4 2 70', 1],
      ] as const) {
        const shape = shapeOf(text)
        const inputs = [shape, shape.slice(shape.length - axes)].map((one) => operands.tensor(dtype, one))
        yield record(rmsNormOp, inputs, { axes, eps: 1e-2 })
      }
    },
  },
  batchNorm: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [
      examples(
        record(batchNormOp, [of(x23, [2, 3]), of([1, 2, 0.5]), of([0, 1, -1])], { eps }),
        [
          0.998005980069749, 2.9997500468652363, -0.5002498126561135, -0.998005980069749, -0.9997500468652363,
          -1.4997501873438868,
        ],
        [0.5, 0, 3],
        [0.25, 4, 1],
      ),
    ],
    *uses(operands, dtype) {
      for (const text of ['7 3', '2 3 5', '4 2 5 6', '33 5 2']) {
        const shape = shapeOf(text)
        const channels = [shape[1]!]
        const inputs = [shape, channels, channels].map((one) => operands.tensor(dtype, one))
        yield record(batchNormOp, inputs, { eps: 1e-2 })
      }
    },
  },
  bceWithLogits: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [
      example(bceWithLogitsLoss(of([0, 2, -3, 100]), of([1, 0, 0.5, 1])), [
        Math.LN2,
        2.1269280110429727,
        1.548587351573742,
        0,
      ]),
    ],
    *uses(operands, dtype) {
      for (const shape of ['', '7', '3 70', '0 3'].map(shapeOf)) {
        yield bceWithLogitsLoss(operands.tensor(dtype, shape), operands.tensor(dtype, shape, { min: 0, max: 1 }))
      }
    },
  },
  bce: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [
      example(bceLoss(of([0.25, 0.5, 0.75, 0]), of([1, 0, 0.5, 1])), [
        1.3862943611198906,
        Math.LN2,
        0.8369882167858358,
        100,
      ]),
    ],
    *uses(operands, dtype) {
      for (const shape of ['', '7', '3 70', '0 3'].map(shapeOf)) {
        const p = operands.tensor(dtype, shape, { min: 0.05, max: 0.95 })
        yield bceLoss(p, operands.tensor(dtype, shape, { min: 0, max: 1 }))
      }
    },
  },
  crossEntropy: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => {
      const x = of([1, 2, 0.5, 0, -1, 3, 2, 2, 2], [3, 3])
      const loss = (labels: readonly number[], reduction: 'mean' | 'sum' | 'none') => {
        return record(crossEntropyOp, [x, of(labels, undefined, 'int32')], { reduction, ignoreIndex: -100 })
      }
      const logProbabilities = [
        ...[-1.464368784107945, -0.4643687841079449, -1.964368784107945],
        ...[-3.0658839037574293, -4.065883903757429, -0.06588390375742911],
        ...[-1.0986122886681098, -1.0986122886681098, -1.0986122886681098],
      ]
      return [
        examples(loss([1, 0, 2], 'mean'), [1.542954992177828], logProbabilities),
        examples(loss([1, 0, 2], 'sum'), [4.628864976533484], logProbabilities),
        examples(
          loss([1, 0, 2], 'none'),
          [0.4643687841079449, 3.0658839037574293, 1.0986122886681098],
          logProbabilities,
        ),
        examples(loss([1, -100, 2], 'mean'), [0.7814905363880273], logProbabilities),
      ]
    },
    *uses(operands, dtype) {
      for (const text of ['5 3', '33 10', '2 4 3 5']) {
        const shape = shapeOf(text)
        const labels = operands.indices([shape[0]!, ...shape.slice(2)], shape[1]!)
        const logits = operands.tensor(dtype, shape)
        for (const reduction of ['mean', 'sum', 'none'] as const) {
          yield record(crossEntropyOp, [logits, labels], { reduction, ignoreIndex: 1 })
        }
      }
    },
  },
  gaussianNll: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => [
      example(
        gaussianNllLoss(of([1, 2, 0]), of([0, 2, 3]), of([1, 0.5, 2]), of([0], [])),
        [0.5, -0.34657359027997264, 2.5965735902799727],
      ),
    ],
    *uses(operands, dtype) {
      for (const shape of ['', '7', '3 70', '0 3'].map(shapeOf)) {
        const [x, y] = [operands.tensor(dtype, shape), operands.tensor(dtype, shape)]
        const variance = operands.tensor(dtype, shape, { min: 0.5, max: 2 })
        yield gaussianNllLoss(x, y, variance, operands.tensor(dtype, [], { min: 0, max: 0.01 }))
      }
    },
  },
  ctcForward: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => {
      // Two steps, states blank, a, blank: after the first in state 0 or 1; then 0→0, 0→1, 1→1, 1→2.
      const emissions = of([-1, -2, -1, -1, -2, -1], [2, 1, 3])
      const isActive = of([1, 1], [2, 1, 1], 'bool')
      const maySkip = of([0, 0, 0], [1, 3], 'bool')
      const [end] = record(ctcForwardOp, [emissions, isActive, maySkip], {})
      return [{ outputs: [end!], expected: [[-2, -3 + Math.log1p(Math.exp(-1)), -3]] }]
    },
    *uses(operands, dtype) {
      const [steps, sequences, states] = [5, 3, 7]
      const emissions = operands.tensor(dtype, [steps, sequences, states], { min: -4, max: 0 })
      const isActive = operands.tensor('bool', [steps, sequences, 1])
      const [end] = record(ctcForwardOp, [emissions, isActive, operands.tensor('bool', [sequences, states])], {})
      yield end!
    },
  },
  scaledDotProductAttention: {
    kind: 'composite',
    dtypes: floats,
    examples: (of) => {
      const [q, k, v] = [of([1, 0, 0, 1], [2, 2]), of([1, 1, 0, 2, 1, 0], [3, 2]), of([1, 2, 4], [3, 1])]
      const attend = (causal: boolean) => {
        const inputs = { q, k, v, mask: null, keep: null }
        const { y, logSumExp } = scaledDotProductAttention(inputs, { scale: 0.5, causal, dropoutP: 0 })
        return [y, logSumExp]
      }
      return [
        examples(attend(false), [2.383651731190551, 2.0654515607331967], [1.4580200879470335, 1.6802696706417346]),
        examples(attend(true), [1, 1.6224593312018547], [0.5, 1.4740769841801067]),
      ]
    },
    *uses(operands, dtype) {
      yield attentionOf(operands, dtype, [])
      yield attentionOf(operands, dtype, [2, 3])
    },
  },
  embedding: {
    kind: 'exact',
    movesBits: true,
    dtypes: floats,
    examples: (of) => [
      example(
        embedding(of([1, 2, 3, 4, 5, 6], [3, 2]), of([2, 0, 2, 1], [2, 2], 'int32'), {
          paddingIdx: -1,
          scaleGradByFreq: false,
        }),
        [5, 6, 1, 2, 5, 6, 3, 4],
      ),
    ],
    *uses(operands, dtype) {
      for (const indices of ['7', '3 4', '', '0'].map(shapeOf)) {
        const table = operands.tensor(dtype, [11, 5])
        yield embedding(table, operands.indices(indices, 11), { paddingIdx: 2, scaleGradByFreq: false })
      }
    },
  },
}
