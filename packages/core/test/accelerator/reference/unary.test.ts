import { describe, expect, test } from 'vitest'
import { cast, log } from '../../../src/graph/build.ts'
import type { DType } from '../../../src/graph/dtype.ts'
import { elementwise } from '../../support/elementwise.ts'
import { leaf, leafOf, SeededTensors, tensorOf } from '../../support/host-tensors.ts'
import { fromFormula, reader } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

// Computed with mpmath at 40 digits, rounded to float64.
const values = [
  { op: 'sqrt', x: [0.3, 2, 1e300], y: [0.5477225575051661, Math.SQRT2, 1e150] },
  { op: 'exp', x: [-1, 0.3, 20, -740], y: [0.36787944117144233, 1.3498588075760032, 485165195.4097903, 4.2e-322] },
  { op: 'expm1', x: [-1, 1e-10, 0.3], y: [-0.6321205588285577, 1.00000000005e-10, 0.3498588075760031] },
  { op: 'log', x: [0.3, 2, 1e300], y: [-1.2039728043259361, Math.LN2, 690.7755278982137] },
  { op: 'log1p', x: [-0.5, 1e-10, 2], y: [-Math.LN2, 9.999999999500001e-11, 1.0986122886681098] },
  { op: 'sin', x: [-0.75, 1.2, 3], y: [-0.6816387600233341, 0.9320390859672263, 0.1411200080598672] },
  { op: 'cos', x: [-0.75, 1.2, 3], y: [0.7316888688738209, 0.3623577544766736, -0.9899924966004454] },
  { op: 'tan', x: [-0.75, 1.2, 3], y: [-0.9315964599440725, 2.5721516221263188, -0.1425465430742778] },
  { op: 'asin', x: [-0.75, 0.3, 1], y: [-0.848062078981481, 0.3046926540153975, 1.5707963267948966] },
  { op: 'acos', x: [-0.75, 0.3, -1], y: [2.4188584057763776, 1.2661036727794992, Math.PI] },
  { op: 'atan', x: [-0.75, 0.3, 1000], y: [-0.6435011087932844, 0.2914567944778671, 1.5697963271282298] },
  { op: 'sinh', x: [-0.75, 1e-10, 3], y: [-0.82231673193583, 1e-10, 10.017874927409903] },
  { op: 'cosh', x: [-0.75, 0.3, 3], y: [1.2946832846768448, 1.0453385141288605, 10.067661995777765] },
  { op: 'tanh', x: [-0.75, 1e-10, 3], y: [-0.6351489523872873, 1e-10, 0.9950547536867305] },
  { op: 'asinh', x: [-0.75, 1e-10, 3], y: [-Math.LN2, 1e-10, 1.8184464592320668] },
  { op: 'acosh', x: [1.25, 2, 1000], y: [Math.LN2, 1.3169578969248168, 7.600902209541989] },
  { op: 'atanh', x: [-0.75, 1e-10, 0.9], y: [-0.9729550745276566, 1e-10, 1.4722194895832204] },
  { op: 'sigmoid', x: [-0.75, 0.3, 3, -740], y: [0.320821300824607, 0.574442516811659, 0.9525741268224333, 4.2e-322] },
  {
    op: 'erf',
    x: [1e-300, 1e-8, 0.25, 0.46875, -0.4687500000000001, 0.5, -1, 1.5, 2, 3, 4, 4.0000001, -5, 5.8],
    y: [
      1.1283791670955126e-300, 1.1283791670955126e-8, 0.27632639016823696, 0.49261347321793797, -0.4926134732179381,
      0.5204998778130465, -0.8427007929497149, 0.9661051464753108, 0.9953222650189527, 0.9999779095030014,
      0.9999999845827421, 0.9999999845827549, -0.9999999999984626, 0.9999999999999998,
    ],
  },
] as const

test.each(values)('$op to full double precision', async ({ op, x, y }) => {
  const [result] = await runValues([elementwise(op, leaf(x, undefined, 'float64'))])
  expectClose(result!, y, 'function')
})

test.each(values)('$op in float32 is that of float64, rounded', async ({ op, y, x }) => {
  const exact = x.map(Math.fround)
  const wide = await numbers(elementwise(op, leaf(exact, undefined, 'float64')))
  expect(await numbers(elementwise(op, leaf(exact)))).toEqual(wide.map(Math.fround))
  expect(y).toHaveLength(x.length)
})

const edges = [-inf, -0, 0, inf, nan] as const

const edgeValues = [
  { op: 'neg', y: [inf, 0, -0, -inf, nan] },
  { op: 'abs', y: [inf, 0, 0, inf, nan] },
  { op: 'sign', y: [-1, -0, 0, 1, nan] },
  { op: 'floor', y: [-inf, -0, 0, inf, nan] },
  { op: 'ceil', y: [-inf, -0, 0, inf, nan] },
  { op: 'round', y: [-inf, -0, 0, inf, nan] },
  { op: 'trunc', y: [-inf, -0, 0, inf, nan] },
  { op: 'sqrt', y: [nan, -0, 0, inf, nan] },
  { op: 'exp', y: [0, 1, 1, inf, nan] },
  { op: 'expm1', y: [-1, -0, 0, inf, nan] },
  { op: 'log', y: [nan, -inf, -inf, inf, nan] },
  { op: 'log1p', y: [nan, -0, 0, inf, nan] },
  { op: 'sin', y: [nan, -0, 0, nan, nan] },
  { op: 'cos', y: [nan, 1, 1, nan, nan] },
  { op: 'tan', y: [nan, -0, 0, nan, nan] },
  { op: 'asin', y: [nan, -0, 0, nan, nan] },
  { op: 'acos', y: [nan, Math.fround(Math.PI / 2), Math.fround(Math.PI / 2), nan, nan] },
  { op: 'atan', y: [-Math.fround(Math.PI / 2), -0, 0, Math.fround(Math.PI / 2), nan] },
  { op: 'sinh', y: [-inf, -0, 0, inf, nan] },
  { op: 'cosh', y: [inf, 1, 1, inf, nan] },
  { op: 'tanh', y: [-1, -0, 0, 1, nan] },
  { op: 'asinh', y: [-inf, -0, 0, inf, nan] },
  { op: 'acosh', y: [nan, nan, nan, inf, nan] },
  { op: 'atanh', y: [nan, -0, 0, nan, nan] },
  { op: 'erf', y: [-1, -0, 0, 1, nan] },
  { op: 'sigmoid', y: [0, 0.5, 0.5, 1, nan] },
  { op: 'isNan', y: [0, 0, 0, 0, 1] },
  { op: 'isFinite', y: [0, 1, 1, 0, 0] },
] as const

test.each(edgeValues)('$op of −∞, −0, 0, ∞ and NaN', async ({ op, y }) => {
  expect(await numbers(elementwise(op, leaf(edges)))).toEqual(y)
})

test.each(edgeValues)('$op keeps shape, 0-d and empty', async ({ op }) => {
  const shapes = await runValues([[], [0, 3], [2, 0], [2, 1, 3]].map((shape) => elementwise(op, leafOf(ones(shape)))))
  expect(shapes.map(({ shape, data }) => [shape, data.length])).toEqual([
    [[], 1],
    [[0, 3], 0],
    [[2, 0], 0],
    [[2, 1, 3], 6],
  ])
})

function ones(shape: readonly number[]) {
  return tensorOf(
    fromFormula(shape, () => 1),
    shape,
  )
}

describe('rounding to whole numbers', () => {
  const x = [-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 0.49999999999999994, 2 ** 52 + 1, -(2 ** 53)]
  test.each([
    { op: 'round', y: [-2, -2, -0, -0, 0, 2, 2, 0, 2 ** 52 + 1, -(2 ** 53)] },
    { op: 'floor', y: [-3, -2, -1, -1, 0, 1, 2, 0, 2 ** 52 + 1, -(2 ** 53)] },
    { op: 'ceil', y: [-2, -1, -0, -0, 1, 2, 3, 1, 2 ** 52 + 1, -(2 ** 53)] },
    { op: 'trunc', y: [-2, -1, -0, -0, 0, 1, 2, 0, 2 ** 52 + 1, -(2 ** 53)] },
  ] as const)('$op', async ({ op, y }) => {
    expect(await numbers(elementwise(op, leaf(x, undefined, 'float64')))).toEqual(y)
  })
})

test.each([
  { op: 'neg', dtype: 'int32', x: [0, 5, -(2 ** 31)], y: [0, -5, -(2 ** 31)] },
  { op: 'neg', dtype: 'uint32', x: [0, 1], y: [0, 2 ** 32 - 1] },
  { op: 'neg', dtype: 'uint8', x: [1, 0], y: [255, 0] },
  { op: 'abs', dtype: 'int32', x: [-5, -(2 ** 31)], y: [5, -(2 ** 31)] },
  { op: 'sign', dtype: 'int32', x: [-5, 0, 7], y: [-1, 0, 1] },
  { op: 'sign', dtype: 'uint32', x: [0, 2 ** 32 - 1], y: [0, 1] },
  { op: 'not', dtype: 'bool', x: [0, 1], y: [1, 0] },
  { op: 'not', dtype: 'int32', x: [0, 5], y: [-1, -6] },
  { op: 'not', dtype: 'uint32', x: [0, 5], y: [2 ** 32 - 1, 2 ** 32 - 6] },
  { op: 'not', dtype: 'uint8', x: [0, 5], y: [255, 250] },
  { op: 'isNan', dtype: 'int32', x: [0, 5], y: [0, 0] },
  { op: 'isFinite', dtype: 'bool', x: [0, 1], y: [1, 1] },
] as const)('$op on $dtype', async ({ op, dtype, x, y }) => {
  expect(await numbers(elementwise(op, leaf(x, undefined, dtype)))).toEqual(y)
})

test.each(['float16', 'bfloat16'] as const)('functions of %s round once', async (dtype) => {
  const x = new SeededTensors(1).tensor(dtype, [100], { min: 0.1, max: 3 })
  const read = reader(x)
  const y = tensorOf(
    fromFormula([100], ([i]) => Math.log(read([i!]))),
    [100],
    dtype,
  )
  const [result] = await runValues([log(leafOf(x))])
  expect(result).toEqual(y)
})

describe('cast', () => {
  const hard = [nan, inf, -inf, -0, 2.9, -2.9, 1e10, -1e10, 300, 0.5]
  const cases: { from: DType; to: DType; x: readonly number[]; y: readonly number[] }[] = [
    {
      from: 'float32',
      to: 'int32',
      x: hard,
      y: [0, 2 ** 31 - 1, -(2 ** 31), 0, 2, -2, 2 ** 31 - 1, -(2 ** 31), 300, 0],
    },
    { from: 'float32', to: 'uint32', x: hard, y: [0, 2 ** 32 - 1, 0, 0, 2, 0, 2 ** 32 - 1, 0, 300, 0] },
    { from: 'float32', to: 'uint8', x: hard, y: [0, 255, 0, 0, 2, 0, 255, 0, 255, 0] },
    { from: 'float32', to: 'bool', x: hard, y: [1, 1, 1, 0, 1, 1, 1, 1, 1, 1] },
    {
      from: 'float32',
      to: 'float16',
      x: hard,
      y: [nan, inf, -inf, -0, 2.900390625, -2.900390625, inf, -inf, 300, 0.5],
    },
    { from: 'float64', to: 'float32', x: [2 ** 24 + 1, 1e39, 1e-46, 0.1], y: [2 ** 24, inf, 0, Math.fround(0.1)] },
    // Through float32 these would first round down to a tie, and then to even.
    { from: 'float64', to: 'float16', x: [1 + 2 ** -11 + 2 ** -40], y: [1 + 2 ** -10] },
    { from: 'float64', to: 'bfloat16', x: [1 + 2 ** -8 + 2 ** -40], y: [1 + 2 ** -7] },
    { from: 'int32', to: 'uint32', x: [-1, 7], y: [0, 7] },
    { from: 'uint32', to: 'int32', x: [2 ** 32 - 1, 7], y: [2 ** 31 - 1, 7] },
    { from: 'int32', to: 'uint8', x: [-1, 256, 7], y: [0, 255, 7] },
    { from: 'int32', to: 'float32', x: [2 ** 24 + 1, -3], y: [2 ** 24, -3] },
    { from: 'bool', to: 'float32', x: [0, 1], y: [0, 1] },
    { from: 'uint8', to: 'bool', x: [0, 200], y: [0, 1] },
  ]
  test.each(cases)('$from to $to', async ({ from, to, x, y }) => {
    expect(await numbers(cast(leaf(x, undefined, from), to))).toEqual(y)
  })
})
