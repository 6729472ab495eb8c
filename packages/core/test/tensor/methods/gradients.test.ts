import { describe, expect, test } from 'vitest'
import type { HostTensor } from '../../../src/graph/host-tensor.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import { Arithmetic } from '../../../src/tensor/methods/arithmetic.ts'
import { Elementwise } from '../../../src/tensor/methods/elementwise.ts'
import { Logic } from '../../../src/tensor/methods/logic.ts'
import { Reductions } from '../../../src/tensor/methods/reductions.ts'
import { Scans } from '../../../src/tensor/methods/scans.ts'
import { Trigonometry } from '../../../src/tensor/methods/trigonometry.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { expectGradients } from '../../nn/support.ts'
import { SeededTensors, tensorOf } from '../../support/host-tensors.ts'

const random = new SeededTensors(5)
const inf = Number.POSITIVE_INFINITY

const between = (min: number, max: number, shape: Shape = [2, 3]) => random.tensor('float64', shape, { min, max })
const distinct = (shape: Shape) => random.distinct('float64', shape)
const doubles = (numbers: readonly number[], shape?: Shape) => tensorOf(numbers, shape, 'float64')
const any = between(-2, 2)

/** A use of a method, and its arguments. */
type Case = readonly [run: (...inputs: Tensor[]) => Tensor, ...inputs: HostTensor[]]

/** Of one operand that lies in a range. */
const of = (run: (x: Tensor) => Tensor, min = -2, max = 2): Case[] => [
  [run, between(min, max)],
  [run, between(min, max, [])],
]

/** Of two operands that broadcast. */
function pairs(run: (x: Tensor, y: Tensor) => Tensor, left = [-2, 2], right = left): Case[] {
  const shapes: readonly (readonly [Shape, Shape])[] = [
    [[2, 3], [3]],
    [[2, 1], []],
    [
      [1, 3],
      [2, 1],
    ],
  ]
  return shapes.map(([a, b]) => [run, between(left[0]!, left[1]!, a), between(right[0]!, right[1]!, b)])
}

/** Two operands at least 0.1 apart, so that which is larger stays so. */
const apart = (run: (x: Tensor, y: Tensor) => Tensor): Case[] => [
  [run, between(-1, 1, [2, 2]), doubles([1.2, -1.4])],
  [run, between(-1, 1, [2, 1]), doubles([1.2, -1.4, 1.6], [1, 3])],
]

/** Off the jumps and kinks. */
const offGrid = (run: (x: Tensor) => Tensor): Case[] => [[run, doubles([-1.7, -0.3, 0.2, 1.4])]]

const sizes = doubles([1.5, -0.7, 0.4, -1.1, 0.9, 2], [2, 3])
const zeros = doubles([1, 2, 3, 0, 2, 3, 0, 0, 3, 0, 0, 0], [4, 3])

const cases: Readonly<Record<string, readonly Case[] | 'makes no floats' | 'is read'>> = {
  add: [...pairs((x, y) => x.add(y)), ...pairs((x, y) => x.add(y, { alpha: 3 }))],
  sub: [...pairs((x, y) => x.sub(y)), ...pairs((x, y) => x.sub(y, { alpha: -0.5 }))],
  mul: [...pairs((x, y) => x.mul(y)), [(x) => x.mul(x), any]],
  div: [
    ...pairs((x, y) => x.div(y), [-2, 2], [0.5, 2]),
    [(x, y) => x.div(y, { roundingMode: 'trunc' }), doubles([5.3, -5.3]), doubles([2, 1.5])],
    [(x, y) => x.div(y, { roundingMode: 'floor' }), doubles([5.3, -5.3]), doubles([2, 1.5])],
  ],
  floorDivide: [[(x, y) => x.floorDivide(y), doubles([5.3, -5.3, 5.3]), doubles([2, 1.5, -2])]],
  remainder: [[(x, y) => x.remainder(y), doubles([5.3, -5.3, 5.3, -5.3]), doubles([2, 2, -2, -2])]],
  fmod: [
    [(x, y) => x.fmod(y), doubles([5.3, -5.3, 5.3, -5.3]), doubles([2, 2, -2, -2])],
    [(x, y) => x.fmod(y), doubles([0, 5.3], [2, 1]), doubles([2, -1.5])],
  ],
  pow: [
    ...pairs((x, y) => x.pow(y), [0.5, 2], [-2, 2]),
    [(x) => x.pow(3), any],
    [(x) => x.pow(-2), between(0.5, 2)],
    [(x) => x.pow(2), doubles([0, -1])],
  ],
  minimum: apart((x, y) => x.minimum(y)),
  maximum: apart((x, y) => x.maximum(y)),
  fmin: apart((x, y) => x.fmin(y)),
  fmax: apart((x, y) => x.fmax(y)),
  atan2: pairs((x, y) => x.atan2(y), [0.5, 2], [-2, -0.5]),
  hypot: pairs((x, y) => x.hypot(y), [0.5, 2], [-2, -0.5]),
  logaddexp: [...pairs((x, y) => x.logaddexp(y)), [(x, y) => x.logaddexp(y), doubles([1, 0]), doubles([1, 0])]],
  copysign: [[(x, y) => x.copysign(y), doubles([1.5, -1.5, 0.5]), doubles([-1, 1, -2])]],
  lerp: [
    [(x, y, w) => x.lerp(y, w), between(-2, 2), between(-2, 2, [3]), between(-0.4, 1.6, [2, 1])],
    [(x, y) => x.lerp(y, 0.3), any, between(-2, 2)],
  ],
  addcmul: [[(x, a, b) => x.addcmul(a, b, { value: 2 }), between(-2, 2, [3]), any, between(-2, 2, [2, 1])]],
  addcdiv: [[(x, a, b) => x.addcdiv(a, b, { value: 2 }), between(-2, 2, [3]), any, between(0.5, 2, [2, 1])]],
  clamp: [
    [(x) => x.clamp({ min: -0.5, max: 1 }), doubles([-1.7, -0.3, 0.2, 1.4])],
    [
      (x, min, max) => x.clamp({ min, max }),
      doubles([-1.7, -0.3, 0.2, 1.4], [2, 2]),
      doubles([-0.6, 0.8]),
      doubles([1]),
    ],
    [(x, max) => x.clamp({ min: 0, max }), doubles([-1.7, 0.3, 2]), doubles([1])],
  ],
  clampMin: [[(x, y) => x.clampMin(y), doubles([-1.7, -0.3, 1.4]), doubles([0.2, -2, 0.9])]],
  clampMax: [[(x, y) => x.clampMax(y), doubles([-1.7, -0.3, 1.4]), doubles([0.2, -2, 0.9])]],
  eq: 'makes no floats',
  ne: 'makes no floats',
  lt: 'makes no floats',
  le: 'makes no floats',
  gt: 'makes no floats',
  ge: 'makes no floats',
  isClose: 'makes no floats',
  allClose: 'is read',
  equal: 'is read',
  logicalNot: 'makes no floats',
  logicalAnd: 'makes no floats',
  logicalOr: 'makes no floats',
  logicalXor: 'makes no floats',
  bitwiseNot: 'makes no floats',
  bitwiseAnd: 'makes no floats',
  bitwiseOr: 'makes no floats',
  bitwiseXor: 'makes no floats',
  bitwiseLeftShift: 'makes no floats',
  bitwiseRightShift: 'makes no floats',
  neg: of((x) => x.neg()),
  abs: offGrid((x) => x.abs()),
  sign: offGrid((x) => x.sign()),
  square: of((x) => x.square()),
  sqrt: of((x) => x.sqrt(), 0.3, 3),
  rsqrt: of((x) => x.rsqrt(), 0.3, 3),
  reciprocal: of((x) => x.reciprocal(), 0.5, 2),
  exp: of((x) => x.exp()),
  exp2: of((x) => x.exp2()),
  expm1: of((x) => x.expm1()),
  log: of((x) => x.log(), 0.3, 3),
  log2: of((x) => x.log2(), 0.3, 3),
  log10: of((x) => x.log10(), 0.3, 3),
  log1p: of((x) => x.log1p(), -0.6, 3),
  erf: of((x) => x.erf()),
  erfc: [...of((x) => x.erfc()), [(x) => x.erfc(), doubles([-3, -0.46, 0.4, 0.5, 3.9, 4.1])]],
  erfinv: [...of((x) => x.erfinv(), -0.8, 0.8), [(x) => x.erfinv(), doubles([-0.9, 0.9, 0.97])]],
  sigmoid: of((x) => x.sigmoid()),
  logit: [...of((x) => x.logit(), 0.1, 0.9), [(x) => x.logit(0.2), doubles([0.1, 0.3, 0.6, 0.9])]],
  relu: offGrid((x) => x.relu()),
  floor: offGrid((x) => x.floor()),
  ceil: offGrid((x) => x.ceil()),
  trunc: offGrid((x) => x.trunc()),
  frac: offGrid((x) => x.frac()),
  round: [...offGrid((x) => x.round()), ...offGrid((x) => x.round({ decimals: -1 }))],
  isNan: 'makes no floats',
  isFinite: 'makes no floats',
  isInf: 'makes no floats',
  nanToNum: of((x) => x.nanToNum()),
  sin: of((x) => x.sin()),
  cos: of((x) => x.cos()),
  tan: of((x) => x.tan(), -1, 1),
  asin: of((x) => x.asin(), -0.8, 0.8),
  acos: of((x) => x.acos(), -0.8, 0.8),
  atan: of((x) => x.atan()),
  sinh: of((x) => x.sinh()),
  cosh: of((x) => x.cosh()),
  tanh: of((x) => x.tanh()),
  asinh: of((x) => x.asinh()),
  acosh: of((x) => x.acosh(), 1.3, 3),
  atanh: of((x) => x.atanh(), -0.8, 0.8),
  sinc: of((x) => x.sinc(), 0.2, 2),
  deg2rad: of((x) => x.deg2rad(), -180, 180),
  rad2deg: of((x) => x.rad2deg()),
  sum: [
    [(x) => x.sum(), any],
    [(x) => x.sum([0, -1], { keepDim: true }), between(-2, 2, [2, 3, 2])],
  ],
  nansum: [[(x) => x.nansum(1), any]],
  prod: [
    [(x) => x.prod(), any],
    [(x) => x.prod(1), zeros],
    [(x) => x.prod([0, 2], { keepDim: true }), between(0.5, 2, [2, 2, 2])],
  ],
  mean: [
    [(x) => x.mean(), any],
    [(x) => x.mean(0, { keepDim: true }), any],
  ],
  var: [
    [(x) => x.var(), any],
    [(x) => x.var([0, 2], { correction: 0 }), between(-2, 2, [2, 3, 2])],
  ],
  std: [
    [(x) => x.std(), any],
    [(x) => x.std(-1, { keepDim: true }), any],
  ],
  varMean: [[(x) => product(x.varMean(1)), any]],
  stdMean: [[(x) => product(x.stdMean([0, 1], { keepDim: true })), any]],
  amax: [
    [(x) => x.amax(), distinct([2, 3])],
    [(x) => x.amax([0, 2]), distinct([2, 3, 2])],
  ],
  amin: [[(x) => x.amin(1, { keepDim: true }), distinct([2, 3])]],
  max: [
    [(x) => x.max(), distinct([2, 3])],
    [(x) => x.max(0).values, distinct([3, 2])],
  ],
  min: [
    [(x) => x.min(), distinct([2, 3])],
    [(x) => x.min(-1, { keepDim: true }).values, distinct([3, 2])],
  ],
  argmax: 'makes no floats',
  argmin: 'makes no floats',
  norm: [
    [(x) => x.norm(), any],
    ...[2, 1, 3, 0.5, -1, -2.5, 0].map((p): Case => [(x) => x.norm(p, 1), sizes]),
    [(x) => x.norm(3, [0, 2], { keepDim: true }), between(0.5, 2, [2, 2, 2])],
    ...[inf, -inf].map((p): Case => [(x) => x.norm(p, 0), sizes]),
  ],
  logsumexp: [
    [(x) => x.logsumexp(1), any],
    [(x) => x.logsumexp([0, 2], { keepDim: true }), between(-2, 2, [2, 3, 2])],
  ],
  any: 'makes no floats',
  all: 'makes no floats',
  countNonzero: 'makes no floats',
  cumsum: [[(x) => x.cumsum(0), any]],
  cumprod: [
    [(x) => x.cumprod(1), between(-2, 2, [2, 5])],
    [(x) => x.cumprod(1), zeros],
    [(x) => x.cumprod(0), between(-2, 2, [])],
  ],
  cummax: [[(x) => x.cummax(1).values, distinct([2, 5])]],
  cummin: [[(x) => x.cummin(0).values, distinct([4, 2])]],
  softmax: [[(x) => x.softmax(1), any]],
  logSoftmax: [[(x) => x.logSoftmax(0), any]],
}

function product([a, b]: readonly [Tensor, Tensor]): Tensor {
  return a.mul(b)
}

test('every method has a case', () => {
  const families = [Arithmetic, Logic, Elementwise, Trigonometry, Reductions, Scans]
  const methods = families.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
  expect(Object.keys(cases).sort()).toEqual([...new Set(methods)].filter((name) => name !== 'constructor').sort())
})

// On the reference; central differences in float64.
const differentiable = Object.entries(cases).flatMap(([name, uses]) =>
  typeof uses === 'string' ? [] : [{ name, uses }],
)

describe.each(differentiable)('$name', ({ uses }) => {
  const named = uses.map(([run, ...inputs]) => ({ run, inputs }))
  test.each(named)('has the gradient of central differences, twice over: case %#', async ({ run, inputs }) => {
    await expectGradients(run, inputs, { twice: true })
  })
})
