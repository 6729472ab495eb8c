import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError } from '../../src/errors/errors.ts'
import { GRU, LSTM, LSTMCell } from '../../src/index.ts'
import * as F from '../../src/nn/functional/activations.ts'
import { scaledDotProductAttention } from '../../src/nn/functional/attention.ts'
import { batchNorm } from '../../src/nn/functional/batch-norm.ts'
import { bilinear } from '../../src/nn/functional/bilinear.ts'
import { conv2d } from '../../src/nn/functional/conv.ts'
import { convTranspose2d } from '../../src/nn/functional/conv-transpose.ts'
import { embedding } from '../../src/nn/functional/embedding.ts'
import { groupNorm } from '../../src/nn/functional/group-norm.ts'
import { layerNorm } from '../../src/nn/functional/layer-norm.ts'
import { linear } from '../../src/nn/functional/linear.ts'
import { bceWithLogits } from '../../src/nn/functional/losses/binary.ts'
import { crossEntropy, nll } from '../../src/nn/functional/losses/cross-entropy.ts'
import { cosineEmbedding } from '../../src/nn/functional/losses/distance.ts'
import { klDiv } from '../../src/nn/functional/losses/distribution.ts'
import { l1, mse, smoothL1 } from '../../src/nn/functional/losses/regression.ts'
import { maxPool2d } from '../../src/nn/functional/max-pool.ts'
import { normalize } from '../../src/nn/functional/normalize.ts'
import { prelu } from '../../src/nn/functional/rectifiers.ts'
import { cosineSimilarity } from '../../src/nn/functional/similarity.ts'
import { MultiheadAttention } from '../../src/nn/transformer/multihead-attention.ts'
import { autocast, isAutocastEnabled } from '../../src/tensor/autocast.ts'
import { concat, where } from '../../src/tensor/combine.ts'
import { ones, tensor } from '../../src/tensor/creation.ts'
import { einsum, tensordot } from '../../src/tensor/einsum.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { rand } from '../../src/tensor/random.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const matrix = rand([4, 4]).add(0.1)
const vector = rand([4]).add(0.1)
const image = rand([1, 4, 4, 4])
const half = (x: Tensor) => x.to('float16')

/** PyTorch's lists: torch/amp, "Autocast op reference". */
const lowered: Readonly<Record<string, (m: Tensor, v: Tensor) => Tensor>> = {
  matmul: (m) => m.matmul(matrix),
  mm: (m) => m.mm(matrix),
  mv: (m) => m.mv(vector),
  bmm: (m) => m.reshape([1, 4, 4]).bmm(matrix.reshape([1, 4, 4])),
  einsum: (m) => einsum('ij,jk->ik', m, matrix),
  linear: (m, v) => linear(m, matrix, v),
  conv2d: () => conv2d(image, rand([2, 4, 3, 3]), ones([2])),
  convTranspose2d: () => convTranspose2d(image, rand([4, 2, 3, 3])),
  prelu: (m) => prelu(m, tensor([0.1])),
  attention: (m) => scaledDotProductAttention(m, half(m), matrix),
  lstmCell: (m) => new LSTMCell(4, 3).forward(m)[0],
  lstm: (m) => new LSTM(4, 3).forward(m)[0],
  gru: (m) => new GRU(4, 3).forward(m, rand([1, 3]))[0],
  multiheadAttention: (m) => new MultiheadAttention(4, 2).forward(m, m, matrix)[0],
}

const precise: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  pow: (x) => x.pow(2),
  exp: (x) => x.exp(),
  expm1: (x) => x.expm1(),
  log: (x) => x.log(),
  log2: (x) => x.log2(),
  log10: (x) => x.log10(),
  log1p: (x) => x.log1p(),
  reciprocal: (x) => x.reciprocal(),
  rsqrt: (x) => x.rsqrt(),
  tan: (x) => x.tan(),
  acos: (x) => x.acos(),
  asin: (x) => x.asin(),
  sinh: (x) => x.sinh(),
  cosh: (x) => x.cosh(),
  erfinv: (x) => x.erfinv(),
  sum: (x) => x.sum(),
  prod: (x) => x.prod(),
  norm: (x) => x.norm(),
  cumsum: (x) => x.cumsum(0),
  cumprod: (x) => x.cumprod(0),
  softmax: (x) => x.softmax(1),
  logSoftmax: (x) => F.logSoftmax(x, 1),
  softmin: (x) => F.softmin(x, 1),
  softplus: (x) => F.softplus(x),
  layerNorm: (x) => layerNorm(x, [4], { weight: vector }),
  groupNorm: (x) => groupNorm(x, 2, { weight: vector, bias: vector }),
  normalize: (x) => normalize(x),
  cosineSimilarity: (x) => cosineSimilarity(x, x),
  crossEntropy: (x) => crossEntropy(x, tensor([0, 1, 2, 3], { dtype: 'int32' })),
  nll: (x) => nll(x, tensor([0, 1, 2, 3], { dtype: 'int32' })),
  mse: (x) => mse(x, x),
  l1: (x) => l1(x, x),
  smoothL1: (x) => smoothL1(x, x),
  klDiv: (x) => klDiv(x, x),
  bceWithLogits: (x) => bceWithLogits(x, x),
  cosineEmbedding: (x) => cosineEmbedding(x, x, ones([4])),
}

const unlisted: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  add: (x) => x.add(x),
  mulByNumber: (x) => x.mul(0.1),
  relu: (x) => x.relu(),
  gelu: (x) => F.gelu(x),
  tanh: (x) => x.tanh(),
  sqrt: (x) => x.sqrt(),
  mean: (x) => x.mean(),
  amax: (x) => x.amax(),
  maxPool: (x) => maxPool2d(x.reshape([1, 4, 4]), 2),
  batchNorm: (x) => batchNorm(x, { training: true, weight: vector, bias: vector }),
}

describe.for(['float16', 'bfloat16'] as const)('in %s', (dtype) => {
  test.for(Object.entries(lowered))('%s runs in the half type', ([, op]) => {
    expect(autocast({ dtype }, () => op(matrix, vector)).dtype).toBe(dtype)
  })

  test.for(Object.entries(precise))('%s runs in float32', ([, op]) => {
    const x = matrix.mul(0.2).to(dtype)
    expect(autocast({ dtype }, () => op(x)).dtype).toBe('float32')
  })

  test.for(Object.entries(unlisted))('%s takes what comes', ([, op]) => {
    expect(autocast({ dtype }, () => op(matrix.to(dtype))).dtype).toBe(dtype)
    expect(autocast({ dtype }, () => op(matrix)).dtype).toBe('float32')
  })
})

test.for([
  ['add', (a: Tensor, b: Tensor) => a.add(b)],
  ['atan2', (a: Tensor, b: Tensor) => a.atan2(b)],
  ['addcmul', (a: Tensor, b: Tensor) => a.addcmul(b, b)],
  ['addcdiv', (a: Tensor, b: Tensor) => a.addcdiv(b, b)],
  ['concat', (a: Tensor, b: Tensor) => concat([a, b])],
  ['where', (a: Tensor, b: Tensor) => where(a.gt(0.5), a, b)],
  ['tensordot', (a: Tensor, b: Tensor) => tensordot(a, b, 1)],
  ['bilinear', (a: Tensor, b: Tensor) => bilinear(a, b, rand([2, 4, 4]))],
] as const)('%s meets in the widest dtype', ([, op]) => {
  expect(autocast(() => op(half(matrix), matrix)).dtype).toBe('float32')
})

test('float64 and whole numbers stay as they are', () => {
  const wide = matrix.to('float64')
  const whole = tensor([1, 2, 3], { dtype: 'int32' })
  autocast(() => {
    expect(wide.matmul(wide).dtype).toBe('float64')
    expect(wide.exp().dtype).toBe('float64')
    expect(whole.sum().dtype).toBe('int32')
    expect(embedding(whole, matrix).dtype).toBe('float32')
  })
})

test('inside, it can be switched off, and on again in another type', () => {
  autocast({ dtype: 'bfloat16' }, () => {
    expect(isAutocastEnabled()).toBe(true)
    autocast({ enabled: false }, () => {
      expect(isAutocastEnabled()).toBe(false)
      expect(matrix.matmul(matrix).dtype).toBe('float32')
      expect(autocast({ dtype: 'float16' }, () => matrix.matmul(matrix)).dtype).toBe('float16')
    })
    expect(autocast({}, () => matrix.matmul(matrix)).dtype).toBe('bfloat16')
  })
  expect(isAutocastEnabled()).toBe(false)
})

test('results and gradients are those of operands rounded to the half type', async () => {
  const w = new Parameter(tensor([[1.0001, 2.0003]]))
  const x = tensor([[3.0007], [4]])
  const y = autocast(() => w.matmul(x))
  y.to('float32').sum().backward()
  const rounded = (t: Tensor) => half(t).to('float32')
  expect(await y.array()).toEqual(await half(rounded(w).matmul(rounded(x))).array())
  expect(w.grad!.dtype).toBe('float32')
  expect(await w.grad!.array()).toEqual(await rounded(x).t().array())
})

test('a weight is cast once, however often it is used', () => {
  const w = new Parameter(rand([4, 4]))
  autocast(() => {
    const casts = [matrix, matrix.add(1)].map((x) => x.matmul(w).value.node.inputs[1])
    expect(casts[0]).toBe(casts[1])
    expect(casts[0]!.node.op.name).toBe('cast')
  })
})

test('it ends with a throw', () => {
  expect(() =>
    autocast(() => {
      throw new Error('mine')
    }),
  ).toThrow('mine')
  expect(isAutocastEnabled()).toBe(false)
})

test('an asynchronous function is refused', () => {
  expect(() => autocast(async () => {})).toThrow(MisconfigurationError)
  expect(isAutocastEnabled()).toBe(false)
})

test('another dtype is refused', () => {
  expect(() => autocast({ dtype: 'float32' as never }, () => 1)).toThrow(DTypeError)
  expect(() => autocast({ dtype: 'float32' as never }, () => 1)).toThrow(
    `autocast: dtype is 'float16' or 'bfloat16', got "float32"`,
  )
})
