import { expect, test } from 'vitest'
import { tensor } from '../../../src/tensor/creation.ts'
import type { Dims, ReduceOptions } from '../../../src/tensor/methods/reductions.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import recorded from '../../nn/fixtures/torch-functions.json' with { type: 'json' }
import { expectRecorded } from '../../nn/recorded.ts'
import { paired, plain } from './names.ts'

type Run = (x: Tensor, y: Tensor, z: Tensor) => Tensor | readonly Tensor[]

const doubles = (numbers: readonly number[]) => tensor(numbers, { dtype: 'float64' })
const both = ({ values, indices }: { readonly values: Tensor; readonly indices: Tensor }) => [values, indices]
const toFloor = (x: Tensor, y: Tensor) => x.div(y, { roundingMode: 'floor' })
const truncated = (x: Tensor, y: Tensor) => x.div(y, { roundingMode: 'trunc' })
const inf = Number.POSITIVE_INFINITY

const options: Readonly<Record<string, Run>> = {
  'logit with eps': (x) => x.logit(0.1),
  'round to decimals': (x) => x.round({ decimals: 2 }),
  'round to tens': (x) => x.round({ decimals: -1 }),
  'nanToNum with numbers': (x) => x.nanToNum({ nan: 1, posinf: 2, neginf: 3 }),
  'div to the floor': toFloor,
  'div truncated': truncated,
  'integers to the floor': toFloor,
  'integers truncated': truncated,
  'remainder of integers': (x, y) => x.remainder(y),
  'fmod of integers': (x, y) => x.fmod(y),
  'remainder of what has none': (x) => x.remainder(doubles([0, 2, inf])),
  'fmod of what has none': (x) => x.fmod(doubles([0, 2, inf])),
  'add with alpha': (x, y) => x.add(y, { alpha: -2.5 }),
  'sub with alpha': (x, y) => x.sub(y, { alpha: 2 }),
  'mul that broadcasts': (x, y) => x.mul(y),
  'div that broadcasts': (x, y) => x.div(y),
  'pow of zero': (x) => x.pow(doubles([0, 1, 2, 0.5, -1])),
  'pow by numbers': (x) => x.pow(3).add(x.pow(0.5)),
  'pow of integers': (x, y) => x.pow(y),
  'pow of integers by a number': (x) => x.pow(11),
  lerp: (x, y, z) => x.lerp(y, z),
  'lerp by a number': (x, y) => x.lerp(y, 0.75),
  addcmul: (x, y, z) => x.addcmul(y, z, { value: 0.5 }),
  addcdiv: (x, y, z) => x.addcdiv(y, z, { value: -2 }),
  clamp: (x) => x.clamp({ min: -1, max: 1.5 }),
  'clamp from below': (x) => x.clamp({ min: -0.5 }),
  clampMax: (x) => x.clampMax(0.5),
  'clamp between tensors': (x, min, max) => x.clamp({ min, max }),
  'clampMin by a tensor': (x, y) => x.clampMin(y),
}

type Reduction = (x: Tensor, dim?: Dims, options?: ReduceOptions) => Tensor

const reductions: Readonly<Record<string, Reduction>> = {
  sum: (x, ...rest) => x.sum(...rest),
  mean: (x, ...rest) => x.mean(...rest),
  var: (x, ...rest) => x.var(...rest),
  std: (x, ...rest) => x.std(...rest),
  amax: (x, ...rest) => x.amax(...rest),
  amin: (x, ...rest) => x.amin(...rest),
  nansum: (x, ...rest) => x.nansum(...rest),
  logsumexp: (x, dim, ...rest) => x.logsumexp(dim!, ...rest),
}

function reductionRuns(): Record<string, Run> {
  const runs: Record<string, Run> = {}
  for (const [name, reduce] of Object.entries(reductions)) {
    runs[`${name} along one`] = (x) => reduce(x, 1)
    runs[`${name} along two, kept`] = (x) => reduce(x, [0, -1], { keepDim: true })
    runs[`${name} of all`] = (x) => reduce(x)
  }
  for (const name of ['logsumexp', 'amax', 'amin']) delete runs[`${name} of all`]
  return runs
}

const along: Readonly<Record<string, Run>> = {
  ...reductionRuns(),
  'sum of an empty list of dimensions': (x) => x.sum([]),
  'var with correction': (x) => x.var([0, 2], { correction: 0 }),
  'std with correction': (x) => x.std(1, { correction: 2 }),
  'var of too few': (x) => x.var(1),
  'var corrected by too much': (x) => x.detach().var(1, { correction: 3 }),
  'std of equal elements': (x) => x.std(1),
  varMean: (x) => x.varMean(1),
  stdMean: (x) => x.stdMean([0, 2], { correction: 0, keepDim: true }),
  'prod along one': (x) => x.prod(1),
  'prod of all': (x) => x.prod(),
  nansum: (x) => x.nansum(0),
  'amax with ties': (x) => x.amax(1),
  'amin with ties': (x) => x.amin(1),
  'max of all, with ties': (x) => x.max(),
  'max along one, with ties': (x) => both(x.max(1)),
  'max along one, kept': (x) => both(x.max(-2, { keepDim: true })),
  'min of all, with ties': (x) => x.min(),
  'min along one, with ties': (x) => both(x.min(1)),
  'min along one, kept': (x) => both(x.min(-2, { keepDim: true })),
  argmax: (x) => x.argmax(1),
  'argmax of all, kept': (x) => x.argmax(undefined, { keepDim: true }),
  'argmax with NaN': (x) => x.argmax(),
  argmin: (x) => x.argmin(1),
  'argmin of all, kept': (x) => x.argmin(undefined, { keepDim: true }),
  'argmin with NaN': (x) => x.argmin(),
  cummax: (x) => both(x.cummax(1)),
  'cummax with ties': (x) => both(x.cummax(1)),
  'cummax with NaN': (x) => both(x.cummax(0)),
  cummin: (x) => both(x.cummin(1)),
  'cummin with ties': (x) => both(x.cummin(1)),
  'cummin with NaN': (x) => both(x.cummin(0)),
  'norm fro': (x) => x.norm('fro', 1),
  'norm 2': (x) => x.norm(2, 1),
  'norm 1': (x) => x.norm(1, 1),
  'norm 0': (x) => x.norm(0, 1),
  'norm inf': (x) => x.norm(inf, 1),
  'norm -inf': (x) => x.norm(-inf, 1),
  'norm 3': (x) => x.norm(3, 1),
  'norm 0.5': (x) => x.norm(0.5, 1),
  'norm -1': (x) => x.norm(-1, 1),
  'norm 1.5': (x) => x.norm(1.5, 1),
  'norm of all': (x) => x.norm(),
  'norm along two, kept': (x) => x.norm(3, [0, 2], { keepDim: true }),
  'norm of nothing': (x) => x.norm(2, 1),
  'logsumexp of large numbers': (x) => x.detach().logsumexp(1),
  'logsumexp of infinities': (x) => x.detach().logsumexp(1),
  cumsum: (x) => x.cumsum(1),
  cumprod: (x) => x.cumprod(2),
  'cumprod with zeros': (x) => x.cumprod(1),
  softmax: (x) => x.softmax(1),
  logSoftmax: (x) => x.logSoftmax(-1),
  any: (x) => x.any(1),
  all: (x) => x.all(1, { keepDim: true }),
  countNonzero: (x) => x.countNonzero([0, 1]),
  'sum of nothing': (x) => x.detach().sum(1),
  'prod of nothing': (x) => x.detach().prod(1),
  'mean of nothing': (x) => x.detach().mean(1),
  'std of nothing': (x) => x.detach().std(1),
  'any of nothing': (x) => x.detach().any(1),
  'all of nothing': (x) => x.detach().all(1),
  'logsumexp of nothing': (x) => x.detach().logsumexp(1),
  'sum of a scalar': (x) => x.sum(-1),
  'mean of a scalar': (x) => x.mean(-1),
  'prod of a scalar': (x) => x.prod(-1),
  'amax of a scalar': (x) => x.amax(-1),
  'argmin of a scalar': (x) => x.argmin(-1),
  'softmax of a scalar': (x) => x.softmax(-1),
  'cumsum of a scalar': (x) => x.cumsum(-1),
  'cumprod of a scalar': (x) => x.cumprod(-1),
  'any of a scalar': (x) => x.any(-1),
  'max of a scalar': (x) => both(x.max(0)),
}

const runs: Readonly<Record<string, Run>> = {
  ...Object.fromEntries(plain.map((name) => [name, (x: Tensor) => x[name]()])),
  ...Object.fromEntries(paired.map((name) => [name, (x: Tensor, y: Tensor) => x[name](y)])),
  ...options,
  ...along,
}

test('every recorded case is replayed', () => {
  expect(Object.keys(runs).sort()).toEqual(Object.keys(recorded.cases).sort())
})

test.each(Object.keys(runs))('%s has the numbers and gradients of PyTorch', async (name) => {
  await expectRecorded(recorded, name, runs[name] as (...inputs: Tensor[]) => Tensor)
})
