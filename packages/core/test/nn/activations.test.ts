import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import {
  GELU,
  GLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmax2d,
  Softmin,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
} from '../../src/nn/activations.ts'
import { gelu, logSoftmax, relu, softmax } from '../../src/nn/functional/activations.ts'
import { gumbelSoftmax } from '../../src/nn/functional/gates.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { expectStable } from './expect-stable.ts'
import recorded from './fixtures/torch-activations.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, expectNumbers, numbersOf } from './support.ts'

const x = new SeededTensors(6).distinct('float64', [3, 4])
const tall = new SeededTensors(6).distinct('float64', [4, 3])
const points = tensor(Float64Array.of(-3, -1, -0.5, 0, 0.5, 1, 3))

describe('relu', () => {
  test('is max(x, 0), and NaN for NaN', async () => {
    expect(await new ReLU().forward(tensor([-1, 0, 2, Number.NaN])).array()).toEqual([0, 0, 2, Number.NaN])
  })

  test('has the gradient 0 at 0 and lets that of NaN through, as in PyTorch', async () => {
    const at = tensor([-1, 0, 2, Number.NaN], { requiresGrad: true })
    relu(at).backward(tensor([5, 5, 5, 5]))
    expect(await at.grad!.array()).toEqual([0, 0, 5, 5])
  })

  test('keeps integers', async () => {
    const y = relu(tensor(Int32Array.of(-2, 3)))
    expect([y.dtype, await y.array()]).toEqual(['int32', [0, 3]])
  })
})

test('gelu has PyTorch’s numbers', async () => {
  // torch 1.13.0: F.gelu(x), F.gelu(x, approximate='tanh')
  await expectNumbers(
    gelu(points),
    [-0.004049694095, -0.1586552539, -0.1542687694, 0, 0.3457312306, 0.8413447461, 2.995950306],
  )
  await expectNumbers(
    new GELU({ approximate: 'tanh' }).forward(points),
    [-0.003637392082, -0.1588080094, -0.1542859902, 0, 0.3457140098, 0.8411919906, 2.996362608],
  )
})

test.each([
  ['tanh', new Tanh(), Math.tanh],
  ['sigmoid', new Sigmoid(), (x: number) => 1 / (1 + Math.exp(-x))],
] as const)('%s is its formula', async (_, layer, formula) => {
  await expectForward((x) => layer.forward(x), [x], numbersOf(x).map(formula))
})

describe('softmax', () => {
  test('is e^x over its sum along the dimension', async () => {
    const e = numbersOf(x).map(Math.exp)
    const columnSum = (i: number) => e[i % 4]! + e[4 + (i % 4)]! + e[8 + (i % 4)]!
    const expected = e.map((y, i) => y / columnSum(i))
    await expectForward((x) => new Softmax(0).forward(x), [x], expected)
    await expectForward((x) => logSoftmax(x, -2), [x], expected.map(Math.log))
  })

  test('does not overflow', async () => {
    expect(await softmax(tensor([1e4, 1e4]), 0).array()).toEqual([0.5, 0.5])
    expect(await logSoftmax(tensor([1e4, 0]), 0).array()).toEqual([0, -1e4])
  })

  test('refuses a dimension that is not there', () => {
    expect(() => new Softmax(2).forward(tensor([[1]]))).toThrow(
      new OutOfRangeError('softmax: no such axis in a tensor of 2 dimensions, got 2'),
    )
  })
})

const layers = {
  ReLU: new ReLU(),
  GELU: new GELU(),
  'GELU by tanh': new GELU({ approximate: 'tanh' }),
  SiLU: new SiLU(),
  Mish: new Mish(),
  Softplus: new Softplus(),
  'Softplus, beta': new Softplus(2, 5),
  Softsign: new Softsign(),
  Tanhshrink: new Tanhshrink(),
  Sigmoid: new Sigmoid(),
  LogSigmoid: new LogSigmoid(),
  Tanh: new Tanh(),
  Softmax: new Softmax(1),
  LogSoftmax: new LogSoftmax(0),
  Softmin: new Softmin(1),
  Softmax2d: new Softmax2d(),
  'Softmax2d without batch': new Softmax2d(),
  GLU: new GLU(),
  'GLU along 0': new GLU(0),
}
const elementwise = Object.entries(layers).slice(0, 12)

test.each(Object.entries(layers))('%s has PyTorch’s numbers, at kinks and far out, too', (name, layer) =>
  expectRecorded(recorded, name, (x) => layer.forward(x!)),
)

test.each(elementwise)('%s in float32 is what it is in float64, gradients too, as far as ±1e4', (_, layer) =>
  expectStable((x) => layer.forward(x)),
)

test.each([
  ...Object.entries(layers).filter(([name]) => !name.startsWith('Softmax2d')),
  ['Softmax2d', { forward: (x: Tensor) => new Softmax2d().forward(x.reshape([3, 4, 1])) }],
] as const)('%s has the gradients of central differences, also twice', async (_, layer) => {
  await expectGradients((x) => layer.forward(x), [layer instanceof GLU && layer.dim === 0 ? tall : x], { twice: true })
})

test.each(elementwise)('%s of integers is of float32, but for ReLU, and of nothing nothing', async (name, layer) => {
  const integers = tensor(Int32Array.of(-2, 0, 3))
  if (name !== 'ReLU') {
    const y = layer.forward(integers)
    expect([y.dtype, await y.array()]).toEqual(['float32', await layer.forward(integers.to('float32')).array()])
  }
  expect(layer.forward(zeros([0, 3])).shape).toEqual([0, 3])
})

test.each(elementwise)('%s computes half types in float32', async (_, layer) => {
  const at = tensor([-300, -7, -0.3, 0.4, 6, 300], { dtype: 'float16' })
  const y = layer.forward(at)
  expect([y.dtype, await y.array()]).toEqual(['float16', await layer.forward(at.to('float32')).to('float16').array()])
})

test('activations refuse options that make no sense', () => {
  const softplus = () => new Softplus(0)
  expect(softplus).toThrow(new OutOfRangeError('Softplus: beta is a number > 0, got 0'))
  expect(() => new Softplus(1, Number.NaN)).toThrow(OutOfRangeError)
  expect(() => gelu(points, { approximate: 'erf' as never })).toThrow(
    new MisconfigurationError("gelu: approximate is 'none' or 'tanh', got \"erf\""),
  )
  expect(() => new GLU().forward(zeros([2, 3]))).toThrow(
    new ShapeError('glu: the dimension has two halves, got 3 along -1 of [2, 3]'),
  )
  expect(() => new GLU(2).forward(zeros([2, 3]))).toThrow(OutOfRangeError)
  expect(() => new Softmax2d().forward(zeros([2, 3]))).toThrow(ShapeError)
})

describe('gumbelSoftmax', () => {
  const n = 20_000
  const logits = () => tensor([1, 0, -1]).expand([n, 3])
  const probabilities = [1, 0, -1].map((x) => Math.exp(x) / (Math.E + 1 + 1 / Math.E))

  test('chooses each class with the probability of its softmax', async () => {
    manualSeed(4)
    const samples = (await gumbelSoftmax(logits(), { hard: true }).sum(0).array()) as number[]
    for (const [i, p] of probabilities.entries()) {
      expect(Math.abs(samples[i]! / n - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n))
    }
    const soft = gumbelSoftmax(logits(), { tau: 0.5 })
    const rows = (await soft.sum(1).data()) as Float32Array
    expect(rows.every((total) => Math.abs(total - 1) < 1e-5)).toBe(true)
  })

  test('is one-hot when it is hard, with the gradient of the soft sample', async () => {
    const at = () => tensor([[0.3, 0.1, -0.2]], { dtype: 'float64', requiresGrad: true })
    const [soft, hard] = [at(), at()]
    const weights = tensor([[1, 2, 3]], { dtype: 'float64' })
    gumbelSoftmax(soft, { generator: new Generator(1) })
      .mul(weights)
      .sum()
      .backward()
    const sample = gumbelSoftmax(hard, { hard: true, generator: new Generator(1) })
    sample.mul(weights).sum().backward()
    expect([...(await sample.data())].map((x) => Math.round(Number(x) * 1e9) / 1e9).sort()).toEqual([0, 0, 1])
    expect(await hard.grad!.array()).toEqual(await soft.grad!.array())
  })

  test('takes any dimension and nothing', async () => {
    const total = (await gumbelSoftmax(zeros([4, 2]), { dim: 0 })
      .sum(0)
      .array()) as number[]
    for (const x of total) expect(x).toBeCloseTo(1, 5)
    expect(gumbelSoftmax(zeros([0, 3]), { hard: true }).shape).toEqual([0, 3])
    expect(gumbelSoftmax(zeros([2, 3], { dtype: 'float16' })).dtype).toBe('float16')
  })

  test('refuses integers, a temperature that is not positive and a dimension that is not there', () => {
    expect(() => gumbelSoftmax(zeros([2], { dtype: 'int32' }))).toThrow(DTypeError)
    expect(() => gumbelSoftmax(zeros([2]), { tau: 0 })).toThrow(
      new OutOfRangeError('gumbelSoftmax: tau is a number > 0, got 0'),
    )
    expect(() => gumbelSoftmax(zeros([2]), { dim: 1 })).toThrow(OutOfRangeError)
  })
})
