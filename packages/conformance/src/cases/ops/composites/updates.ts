import type { DType } from '@voltaic/core'
import {
  adadeltaOp,
  adafactorOp,
  adagradOp,
  adamaxOp,
  adamOp,
  asgdOp,
  lionOp,
  muonOp,
  nadamOp,
  radamOp,
  record,
  rmspropOp,
  rpropOp,
  type Shape,
  scalarValue,
  sgdOp,
  type UpdateOp,
  type Value,
} from '@voltaic/core/graph'
import type { Operands } from '../../../check/operands.ts'
import type { LeafMaker, OpCases } from '../op-cases.ts'
import { floats } from './dtypes.ts'

/** Two steps of an optimizer on three numbers, and drawn ones. */
interface UpdateCase<A extends object> {
  readonly op: UpdateOp<string, string, A>
  readonly scalars: Readonly<Record<string, number>>
  readonly attributes: A
  /** Further attributes, for drawn numbers. */
  readonly others?: readonly A[]
  /** What state begins with, where that is not 0. */
  readonly initial?: Readonly<Record<string, number>>
  /** State of one element; default: step. */
  readonly scalarState?: readonly string[]
  /** State that keeps float32, whatever the parameter's dtype is; default: step. */
  readonly singleState?: readonly string[]
  /** Shapes of state that are not the parameter's, from the parameter's. */
  readonly shapes?: Readonly<Record<string, (shape: Shape) => Shape>>
  /** Of the parameter; default three numbers. */
  readonly shape?: Shape
  readonly parameter?: readonly number[]
  readonly gradients?: readonly (readonly number[])[]
  /** The parameter after two steps. */
  readonly expected: readonly number[]
  /** State after two steps, where it is worth looking at. */
  readonly state?: Readonly<Record<string, readonly number[]>>
}

// PyTorch 1.13.1 in float64 began with these; Lion, Adafactor and Muon are worked out from their formulas.
const parameter = [1, -2, 0.5]
const gradients = [
  [0.5, -1, 2],
  [-0.25, 1, 1],
]

function update<A extends object>(one: UpdateCase<A>): OpCases {
  const { op, attributes, others = [], expected, state = {} } = one
  return {
    kind: 'composite',
    dtypes: floats,
    examples: (of, dtype) => {
      const after = twoSteps(one, of, dtype)
      const names = op.state(attributes)
      const pieces = Object.entries(state).map(([name, numbers]) => ({ at: 1 + names.indexOf(name), numbers }))
      return [
        {
          outputs: [after[0]!, ...pieces.map(({ at }) => after[at]!)],
          expected: [expected, ...pieces.map(({ numbers }) => numbers)],
          // Numbers that are kept as float32 bound what comes of float64.
          ...(one.singleState === undefined ? {} : { kind: dtype === 'float64' ? 'difference' : 'composite' }),
        },
      ]
    },
    *uses(operands, dtype) {
      for (const chosen of [attributes, ...others]) {
        for (const shape of one.shape === undefined
          ? [[], [3, 70], [0, 3]]
          : [
              [3, 5],
              [5, 3],
            ]) {
          yield drawnStep({ ...one, attributes: chosen }, operands, dtype, shape)
        }
      }
    },
  }
}

function wide(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype
}

function scalarsOf<A extends object>({ op, scalars }: UpdateCase<A>, dtype: DType): Value[] {
  return op.scalars.map((name) => scalarValue(scalars[name] ?? 0, wide(dtype)))
}

function twoSteps<A extends object>(one: UpdateCase<A>, of: LeafMaker, dtype: DType): readonly Value[] {
  const { op, attributes, initial = {}, shape = [3] } = one
  const scalars = scalarsOf(one, dtype)
  const zeros = (length: number, x: number) => new Array<number>(length).fill(x)
  const size = shape.reduce((product, n) => product * n, 1)
  let before: readonly Value[] = [
    of(one.parameter ?? parameter, shape),
    ...op.state(attributes).map((name) => {
      const { shape: own, dtype: kept } = stateSpec(one, name, shape, dtype)
      return of(
        zeros(
          own.reduce((product, n) => product * n, 1),
          initial[name] ?? 0,
        ),
        own,
        kept,
      )
    }),
  ]
  for (const g of one.gradients ?? gradients) {
    const [p, ...state] = before
    before = record(op, [p!, of(g.slice(0, size), shape), ...scalars, ...state], attributes)
  }
  return before
}

function stateSpec<A extends object>(
  { scalarState = ['step'], singleState = ['step'], shapes = {} }: UpdateCase<A>,
  name: string,
  shape: Shape,
  dtype: DType,
): { readonly shape: Shape; readonly dtype: DType } {
  const own = shapes[name]?.(shape) ?? shape
  return { shape: scalarState.includes(name) ? [] : own, dtype: singleState.includes(name) ? 'float32' : dtype }
}

/** One step from drawn state, as after eleven others. */
function drawnStep<A extends object>(
  one: UpdateCase<A>,
  operands: Operands,
  dtype: DType,
  shape: Shape,
): readonly Value[] {
  const { op, attributes } = one
  const state = op.state(attributes).map((name) => {
    const spec = stateSpec(one, name, shape, dtype)
    const range = name === 'step' ? { min: 11, max: 11 } : { min: 0.25, max: 1 }
    return operands.tensor(spec.dtype, spec.shape, range)
  })
  const [p, g] = [operands.tensor(dtype, shape), operands.tensor(dtype, shape)]
  return record(op, [p, g, ...scalarsOf(one, dtype), ...state], attributes)
}

const plain = { weightDecay: false, maximize: false }
const decayed = { weightDecay: true, maximize: true }
const betas = {
  beta1: 0.9,
  beta2: 0.999,
  rest1: 1 - 0.9,
  rest2: 1 - 0.999,
  logBeta1: Math.log(0.9),
  logBeta2: Math.log(0.999),
}
const rhoInf = 2 / (1 - 0.999) - 1

/** The update of every optimizer. */
export const updateCases: Readonly<Record<string, OpCases>> = {
  sgdUpdate: update({
    op: sgdOp,
    scalars: { lr: 0.1, momentum: 0.9, keep: 1, weightDecay: 0.01 },
    attributes: { momentum: true, nesterov: false, weightDecay: true, maximize: false },
    others: [
      { momentum: false, nesterov: false, weightDecay: false, maximize: false },
      { momentum: true, nesterov: true, weightDecay: true, maximize: true },
    ],
    // PyTorch's first step takes the gradient itself as momentum, which 0.9 times 0 plus the gradient is too.
    expected: [0.927151, -1.904302, 0.01875049999999994],
    state: { momentum_buffer: [0.21849, 0.06302, 2.807495] },
  }),
  adamUpdate: update({
    op: adamOp,
    scalars: { lr: 0.1, ...betas, eps: 1e-8, weightDecay: 0.5 },
    attributes: { amsgrad: true, weightDecay: true, decoupled: true, maximize: false },
    others: [
      { amsgrad: false, weightDecay: false, decoupled: false, maximize: false },
      { amsgrad: true, weightDecay: true, decoupled: false, maximize: true },
    ],
    expected: [0.7808662986078463, -1.715263158792105, 0.2630320371835104],
    state: {
      step: [2],
      exp_avg: [0.02, 0.01, 0.28],
      exp_avg_sq: [0.00031225, 0.001999, 0.004996],
      max_exp_avg_sq: [0.00031225, 0.001999, 0.004996],
    },
  }),
  adagradUpdate: update({
    op: adagradOp,
    scalars: { lr: 0.1, lrDecay: 0.1, eps: 1e-10, weightDecay: 0.1 },
    attributes: plain,
    others: [decayed],
    expected: [0.9406557814218144, -1.964282434658777, 0.35934421859773114],
    state: { sum: [0.3125, 2, 5] },
  }),
  adadeltaUpdate: update({
    op: adadeltaOp,
    scalars: { lr: 0.5, rho: 0.9, rest: 1 - 0.9, eps: 1e-6, weightDecay: 0.1 },
    attributes: plain,
    others: [decayed],
    expected: [0.9994614363056394, -2.000041074962401, 0.49737629286088436],
    state: { square_avg: [0.02875, 0.19, 0.46] },
  }),
  adamaxUpdate: update({
    op: adamaxOp,
    scalars: { lr: 0.1, ...betas, eps: 1e-8, weightDecay: 0.1 },
    attributes: plain,
    others: [decayed],
    expected: [0.8789262971372425, -1.9052631588421052, 0.32624203237397925],
    state: { exp_inf: [0.49950000999000005, 1.00000001, 1.99800000999] },
  }),
  asgdUpdate: update({
    op: asgdOp,
    scalars: { lr: 0.1, lambd: 1e-4, alpha: 0.75, t0: 0, weightDecay: 0.1 },
    attributes: plain,
    others: [decayed],
    initial: { eta: 0.1, mu: 1 },
    scalarState: ['step', 'eta', 'mu'],
    singleState: ['step', 'eta', 'mu'],
    expected: [0.9749803126728893, -1.9999602503490599, 0.19999275006593698],
    state: { eta: [0.09999850002624952], mu: [0.5] },
  }),
  nadamUpdate: update({
    op: nadamOp,
    scalars: { lr: 0.1, ...betas, eps: 1e-8, weightDecay: 0.1, momentumDecay: 4e-3 },
    attributes: { weightDecay: false, decoupled: false, maximize: false },
    others: [
      { weightDecay: true, decoupled: true, maximize: false },
      { weightDecay: true, decoupled: false, maximize: true },
    ],
    initial: { mu_product: 1 },
    scalarState: ['step', 'mu_product'],
    singleState: ['step', 'mu_product'],
    expected: [0.9362889763851242, -1.9644720509029914, 0.3431134716381426],
    state: { mu_product: [0.20259919474573693] },
  }),
  radamUpdate: update({
    op: radamOp,
    scalars: { lr: 0.1, ...betas, eps: 1e-8, weightDecay: 0.1, rhoInf, rhoRest: rhoInf + 2 / Math.log(0.999) },
    attributes: { weightDecay: false, decoupled: false, maximize: false },
    others: [
      { weightDecay: true, decoupled: true, maximize: false },
      { weightDecay: true, decoupled: false, maximize: true },
    ],
    expected: [0.9394736842105262, -1.9052631578947368, 0.15263157894736842],
    state: { exp_avg: [0.02, 0.01, 0.28] },
  }),
  rmspropUpdate: update({
    op: rmspropOp,
    scalars: { lr: 0.1, alpha: 0.99, rest: 1 - 0.99, eps: 1e-8, momentum: 0.5, weightDecay: 0.1 },
    attributes: { centered: true, momentum: true, ...plain },
    others: [
      { centered: false, momentum: false, ...plain },
      { centered: false, momentum: true, ...decayed },
    ],
    expected: [-0.05810790326903416, -1.2013247614942992, -1.460644248636592],
    state: {
      square_avg: [0.0031, 0.0199, 0.0496],
      momentum_buffer: [0.5307029002998389, 2.0636247574341997, 9.55606483882428],
    },
  }),
  rpropUpdate: update({
    op: rpropOp,
    scalars: { etaMinus: 0.5, etaPlus: 1.2, least: 1e-6, most: 50 },
    attributes: { maximize: false },
    others: [{ maximize: true }],
    initial: { step_size: 0.1 },
    expected: [0.9, -1.9, 0.28],
    state: { prev: [0, 0, 1], step_size: [0.05, 0.05, 0.12] },
  }),
  lionUpdate: update({
    op: lionOp,
    scalars: { lr: 0.1, rest1: 0.1, rest2: 0.01, weightDecay: 0.5 },
    attributes: { weightDecay: true, maximize: false },
    others: [plain, decayed],
    expected: [0.9075, -1.81, 0.25625],
    state: { exp_avg: [0.00245, 0.0001, 0.0298] },
  }),
  adafactorUpdate: update({
    op: adafactorOp,
    scalars: { lr: 0.1, beta2Decay: -0.8, eps1: 2 ** -23, eps2: 1e-3, d: 1, weightDecay: 0.1 },
    attributes: { factored: true, weightDecay: false, maximize: false },
    others: [
      { factored: true, weightDecay: true, maximize: true },
      { factored: false, weightDecay: false, maximize: false },
    ],
    shapes: {
      row_var: (shape) => [...shape.slice(0, -1), 1],
      col_var: (shape) => [...shape.slice(0, -2), 1, shape.at(-1)!],
    },
    shape: [2, 2],
    parameter: [1, -2, 0.5, 4],
    gradients: [
      [1, 0.5, -1, 2],
      [0.5, -0.25, 1, 1],
    ],
    expected: [0.45106755320727726, -2.032483617853675, 0.47528347599586485, 3.6099403602228914],
    state: { row_var: [0.35577382304756994, 1.6384762337522238], col_var: [0.7846190584380559, 1.209630998361738] },
  }),
  muonUpdate: update({
    op: muonOp,
    scalars: {
      ...{ lr: 0.1, rate: 0.1, momentum: 0.5, rest: 0.5, weightDecay: 0.5, eps: 1e-7 },
      ...{ a: 3.4445, b: -4.775, c: 2.0315 },
    },
    attributes: { nesterov: true, steps: 2, weightDecay: true },
    others: [{ nesterov: false, steps: 3, weightDecay: false }],
    shape: [2, 2],
    parameter: [1, -2, 0.5, 4],
    gradients: [
      [1, 0.5, -1, 2],
      [0.5, -0.25, 1, 1],
    ],
    expected: [0.771792318436822, -1.8120110039924444, 0.4417275897696688, 3.4437339456508456],
    state: { momentum_buffer: [0.5, 0, 0.25, 1] },
  }),
}
