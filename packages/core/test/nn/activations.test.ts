import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { GELU, ReLU, Sigmoid, Softmax, Tanh } from '../../src/nn/activations.ts'
import { gelu, logSoftmax, relu, sigmoid, softmax, tanh } from '../../src/nn/functional/activations.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { apply, expectForward, expectGradients, expectNumbers, numbersOf } from './support.ts'

const x = new SeededTensors(6).distinct('float64', [3, 4])
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

test.each([
  ['relu', relu],
  ['gelu', (x) => gelu(x)],
  ['gelu by tanh', (x) => gelu(x, { approximate: 'tanh' })],
  ['tanh', tanh],
  ['sigmoid', sigmoid],
  ['softmax', (x) => softmax(x, 1)],
  ['logSoftmax', (x) => logSoftmax(x, 0)],
] as const satisfies [string, (x: Parameters<typeof relu>[0]) => ReturnType<typeof relu>][])(
  '%s has the gradients of central differences, also twice',
  async (_, f) => {
    await expectGradients((x) => f(x), [x], { twice: true })
  },
)

test('activations of nothing are nothing', async () => {
  const empty = new SeededTensors().tensor('float64', [0, 3])
  for (const f of [relu, gelu, tanh, sigmoid]) expect(await apply((x) => f(x), [empty])).toEqual([])
  expect(await apply((x) => softmax(x, 1), [empty])).toEqual([])
})
