import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError } from '../../../src/errors/errors.ts'
import { tensor } from '../../../src/tensor/creation.ts'
import { Tensor } from '../../../src/tensor/tensor.ts'
import { leaf } from '../../support/host-tensors.ts'
import { runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'
import { bytes, doubles, ints, type Use } from './make.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const largest = (2 - 2 ** -23) * 2 ** 127

const cases: Readonly<Record<string, readonly Use[]>> = {
  neg: [
    [() => doubles([1, -2]).neg(), [-1, 2]],
    [() => bytes([1, 0]).neg(), [255, 0]],
  ],
  abs: [
    [() => ints([1, -2]).abs(), [1, 2]],
    [() => bytes([200]).abs(), [200]],
  ],
  sign: [
    [() => doubles([-3, 0, nan]).sign(), [-1, 0, nan]],
    [() => tensor([true, false]).sign(), [true, false]],
    [() => ints([-3]).sign(), [-1]],
  ],
  square: [
    [() => ints([-3]).square(), [9]],
    [() => tensor([true]).square(), [1]],
  ],
  sqrt: [[() => doubles([4, -1]).sqrt(), [2, nan]]],
  rsqrt: [[() => doubles([4, 0]).rsqrt(), [0.5, inf]]],
  reciprocal: [[() => ints([4]).reciprocal(), [0.25]]],
  exp: [[() => doubles([0, 1]).exp(), [1, Math.E]]],
  exp2: [[() => doubles([3, -1, 0.5, -1074, 1024]).exp2(), [8, 0.5, Math.SQRT2, 5e-324, inf]]],
  expm1: [[() => doubles([1e-20]).expm1(), [1e-20]]],
  log: [[() => doubles([1, 0, -1]).log(), [0, -inf, nan]]],
  // ln x / ln 10 alone gives 2.9999999999999996, and 29.000000000000004 for 2²⁹.
  log2: [[() => doubles([2 ** 29, 0.125, 5e-324, 0, -1, inf]).log2(), [29, -3, -1074, -inf, nan, inf]]],
  log10: [
    [() => doubles([1000, 1e15, 0.001, 1, 0, inf]).log10(), [3, 15, -3, 0, -inf, inf]],
    [() => ints([1000, 10]).log10(), [3, 1]],
  ],
  log1p: [[() => doubles([1e-20]).log1p(), [1e-20]]],
  erf: [[() => doubles([0, 10]).erf(), [0, 1]]],
  erfc: [[() => doubles([0, 40, -40, inf, -inf, nan]).erfc(), [1, 0, 2, 0, 2, nan]]],
  erfinv: [[() => doubles([0, 1, -1, 1.5, -2, nan]).erfinv(), [0, inf, -inf, nan, nan, nan]]],
  sigmoid: [[() => doubles([0, 1000, -1000]).sigmoid(), [0.5, 1, 0]]],
  logit: [
    [() => doubles([0.5, 0, 1, 2, -1]).logit(), [0, -inf, inf, nan, nan]],
    [() => doubles([0, 0.2, 1]).logit(0.5), [0, 0, 0]],
  ],
  relu: [
    [() => doubles([-1, 0, 2, nan]).relu(), [0, 0, 2, nan]],
    [() => ints([-1, 2]).relu(), [0, 2]],
  ],
  floor: [
    [() => doubles([1.5, -1.5]).floor(), [1, -2]],
    [() => ints([2 ** 31 - 1]).floor(), [2 ** 31 - 1]],
  ],
  ceil: [[() => doubles([1.2, -1.5]).ceil(), [2, -1]]],
  trunc: [[() => doubles([1.7, -1.7]).trunc(), [1, -1]]],
  frac: [[() => doubles([1.75, -1.75]).frac(), [0.75, -0.75]]],
  round: [
    [() => doubles([0.5, 1.5, 2.5, -1.2]).round(), [0, 2, 2, -1]],
    [() => doubles([1.25, 1.35]).round({ decimals: 1 }), [1.2, 1.4]],
    [() => doubles([14, 15, 25]).round({ decimals: -1 }), [10, 20, 20]],
    [() => ints([7]).round(), [7]],
  ],
  isNan: [
    [() => doubles([nan, 1]).isNan(), [true, false]],
    [() => ints([1]).isNan(), [false]],
  ],
  isFinite: [[() => doubles([nan, inf, 1]).isFinite(), [false, false, true]]],
  isInf: [
    [() => doubles([nan, inf, -inf, 1]).isInf(), [false, true, true, false]],
    [() => ints([1]).isInf(), [false]],
  ],
  nanToNum: [
    [() => tensor([nan, inf, -inf, 2]).nanToNum(), [0, largest, -largest, 2]],
    [() => tensor([nan, inf, -inf]).nanToNum({ nan: 1, posinf: 2, neginf: -2 }), [1, 2, -2]],
    [() => tensor([nan, inf], { dtype: 'float16' }).nanToNum(), [0, 65504]],
    [() => ints([3]).nanToNum(), [3]],
  ],
  sin: [[() => doubles([0]).sin(), [0]]],
  cos: [[() => doubles([0]).cos(), [1]]],
  tan: [[() => doubles([0]).tan(), [0]]],
  asin: [[() => doubles([1, 2]).asin(), [Math.PI / 2, nan]]],
  acos: [[() => doubles([1]).acos(), [0]]],
  atan: [[() => doubles([inf]).atan(), [Math.PI / 2]]],
  sinh: [[() => doubles([0]).sinh(), [0]]],
  cosh: [[() => doubles([0]).cosh(), [1]]],
  tanh: [[() => doubles([0, 100]).tanh(), [0, 1]]],
  asinh: [[() => doubles([0]).asinh(), [0]]],
  acosh: [[() => doubles([1, 0]).acosh(), [0, nan]]],
  atanh: [[() => doubles([0, 1]).atanh(), [0, inf]]],
  sinc: [[() => doubles([0, 0.5]).sinc(), [1, 2 / Math.PI]]],
  deg2rad: [[() => ints([180]).deg2rad(), [Math.fround(Math.PI)]]],
  rad2deg: [[() => doubles([Math.PI]).rad2deg(), [180]]],
}

describe.each(Object.entries(cases))('%s', (_, uses) => {
  test.each(uses)('case %#', async (make, expected) => {
    expect(await make().array()).toEqual(expected)
  })
})

// Computed with mpmath at 50 digits.
const erfcValues = [
  [-3, 1.9999779095030015],
  [-0.5, 1.5204998778130465],
  [0.25, 0.7236736098317631],
  [0.46875, 0.507386526782062],
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [2, 0.004677734981047266],
  [3.9, 3.4792248597231765e-8],
  [4.5, 1.9661604415428876e-10],
  [6, 2.1519736712498913e-17],
  [10, 2.088487583762545e-45],
  [20, 5.395865611607901e-176],
  [26, 5.663192408856143e-296],
] as const

const erfinvValues = [
  [1e-300, 8.86226925452758e-301],
  [1e-10, 8.862269254527581e-11],
  [0.1, 0.08885599049425769],
  [-0.5, -0.4769362762044699],
  [0.85, 1.0179024648320276],
  [0.9, 1.1630871536766743],
  [-0.99, -1.8213863677184494],
  [0.999999, 3.458910737275499],
  [1 - 2 ** -40, 5.05125408524939],
  [-(1 - 2 ** -53), -5.8635847487551676],
] as const

test.each([
  ['erfc', erfcValues, (x: Tensor) => x.erfc()],
  ['erfinv', erfinvValues, (x: Tensor) => x.erfinv()],
] as const)('%s has all digits of float64 where the result is nearly 0 or large', async (_, values, run) => {
  const x = new Tensor(
    leaf(
      values.map(([x]) => x),
      undefined,
      'float64',
    ),
  )
  const [result] = await runValues([run(x).value])
  expectClose(
    result!,
    values.map(([, y]) => y),
    'function',
  )
})

test('erfc and erfinv keep to a few units in the last place of float32', async () => {
  const x = Float32Array.from({ length: 200 }, (_, i) => -2 + i / 18)
  const y = Float32Array.from({ length: 200 }, (_, i) => 1 - 2 ** (-i / 9)).map((y, i) => (i % 2 === 0 ? y : -y))
  for (const [numbers, run] of [
    [x, (x: Tensor) => x.erfc()],
    [y.filter((y) => Math.abs(y) < 1), (x: Tensor) => x.erfinv()],
  ] as const) {
    const wide = await run(tensor(Float64Array.from(numbers))).data()
    const [narrow] = await runValues([run(new Tensor(leaf([...numbers]))).value])
    expectClose(narrow!, wide, 'function')
  }
})

test('singular gradients are those of PyTorch', async () => {
  const gradientAt = async (x: number, run: (x: Tensor) => Tensor) => {
    const at = tensor(x, { dtype: 'float64', requiresGrad: true })
    run(at).backward()
    return at.grad?.item()
  }
  expect(await gradientAt(0, (x) => x.sqrt())).toBe(inf)
  expect(await gradientAt(0, (x) => x.abs())).toBe(0)
  expect(await gradientAt(0, (x) => x.pow(0))).toBe(0)
  expect(await gradientAt(0, (x) => x.pow(1))).toBe(1)
  expect(await gradientAt(0, (x) => x.sinc())).toBe(0)
  expect(await gradientAt(1, (x) => x.erfinv())).toBe(inf)
  expect(await gradientAt(0, (x) => x.logit())).toBe(inf)
  expect(await gradientAt(nan, (x) => x.nanToNum())).toBe(0)
})

test('rounding integers gives a tensor of its own', async () => {
  const x = ints([1])
  for (const same of [x.floor(), x.ceil(), x.trunc(), x.round(), x.nanToNum(), tensor([true]).sign()]) same.dispose()
  expect(await x.array()).toEqual([1])
})

test.each<[string, () => unknown, Error]>([
  [
    'the sign of bools reversed',
    () => tensor([true]).neg(),
    new DTypeError('neg: takes numbers; cast bool first, got bool[1]'),
  ],
  ['bools rounded', () => tensor([true]).floor(), new DTypeError('floor: takes numbers; cast bool first, got bool[1]')],
  ['relu of bools', () => tensor([true]).relu(), new DTypeError('relu: takes numbers; cast bool first, got bool[1]')],
  [
    'the fractions of integers',
    () => ints([1]).frac(),
    new DTypeError("frac: takes floats, got int32; cast it first, to('float32')"),
  ],
  [
    'decimals of integers',
    () => ints([15]).round({ decimals: -1 }),
    new DTypeError("round: takes floats, got int32; cast it first, to('float32')"),
  ],
  [
    'half a decimal',
    () => doubles([1]).round({ decimals: 0.5 }),
    new OutOfRangeError('round: decimals are a whole number, got 0.5'),
  ],
  ['an eps beyond a half', () => doubles([1]).logit(0.7), new OutOfRangeError('logit: eps is from 0 to 0.5, got 0.7')],
  ['an eps of NaN', () => doubles([1]).logit(nan), new OutOfRangeError('logit: eps is from 0 to 0.5, got NaN')],
])('%s are refused', (_, act, error) => {
  expect(act).toThrow(error)
})
