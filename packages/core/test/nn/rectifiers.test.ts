import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { prelu, rrelu } from '../../src/nn/functional/rectifiers.ts'
import {
  CELU,
  ELU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  PReLU,
  ReLU6,
  RReLU,
  SELU,
  Softshrink,
  Threshold,
} from '../../src/nn/rectifiers.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { expectStable } from './expect-stable.ts'
import recorded from './fixtures/torch-activations.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients } from './support.ts'

const random = new SeededTensors(41)
// Multiples of 1/4 less 1/8: none is a kink.
const kinkless = random.distinct('float64', [4, 4])

const layers = {
  ReLU6: new ReLU6(),
  LeakyReLU: new LeakyReLU(),
  'LeakyReLU, slope': new LeakyReLU(0.3),
  'RReLU in evaluation': new RReLU().eval(),
  ELU: new ELU(),
  'ELU, alpha': new ELU(0.7),
  CELU: new CELU(),
  'CELU, alpha': new CELU(0.7),
  SELU: new SELU(),
  Softshrink: new Softshrink(),
  'Softshrink, lambd': new Softshrink(0.25),
  Hardshrink: new Hardshrink(),
  'Hardshrink, lambd': new Hardshrink(1),
  Threshold: new Threshold(0.25, -7),
  Hardtanh: new Hardtanh(),
  'Hardtanh, bounds': new Hardtanh(-3, 0.5),
  Hardsigmoid: new Hardsigmoid(),
  Hardswish: new Hardswish(),
}

/** PyTorch has the constants of these gradients in float32, whatever the dtype. */
const bounds: Readonly<Record<string, number>> = { 'CELU, alpha': 1e-7, Hardsigmoid: 1e-7 }

describe.each(Object.entries(layers))('%s', (name, layer) => {
  test('has PyTorch’s numbers, at kinks and far out, too', () =>
    expectRecorded(recorded, name, (x) => layer.forward(x!), { bound: bounds[name] ?? 1e-10 }))

  test('in float32 is what it is in float64, gradients too, as far as ±1e4', () =>
    expectStable((x) => layer.forward(x)))

  test('has the gradients of central differences, also twice', () =>
    expectGradients((x) => layer.forward(x), [kinkless], { twice: true }))

  test('keeps half types, and NaN', async () => {
    const at = tensor([-300, -7, -0.3, 0.4, 6, 300, Number.NaN], { dtype: 'float16' })
    const y = layer.forward(at)
    const wide = layer.forward(at.to('float32')).to('float16')
    expect([y.dtype, await y.array()]).toEqual(['float16', await wide.array()])
    expect(((await y.to('float32').array()) as number[])[6]).toBeNaN()
  })

  test('of integers is of float32, and of nothing nothing', async () => {
    const integers = tensor(Int32Array.of(-2, 0, 3))
    const y = layer.forward(integers)
    expect([y.dtype, await y.array()]).toEqual(['float32', await layer.forward(integers.to('float32')).array()])
    expect(layer.forward(zeros([0, 3])).shape).toEqual([0, 3])
  })
})

test('Hardswish has the gradient 0 at −3 and 1 at 3, as PyTorch after 2.6', async () => {
  const x = tensor([-3, 3], { requiresGrad: true })
  new Hardswish().forward(x).sum().backward()
  expect(await x.grad!.array()).toEqual([0, 1])
})

describe('PReLU', () => {
  test.each([
    ['PReLU', new PReLU(1, { dtype: 'float64' })],
    ['PReLU of channels', new PReLU(3, { dtype: 'float64' })],
  ] as const)('has PyTorch’s numbers: %s', (name, module) =>
    expectRecorded(recorded, name, (x) => module.forward(x!), { module }),
  )

  test('begins with 0.25, or what it is told', async () => {
    expect(await new PReLU().weight.array()).toEqual([0.25])
    expect(await new PReLU(2, { init: 0.5 }).weight.array()).toEqual([0.5, 0.5])
  })

  test.each([[1], [3]])('has the gradients of central differences, also twice: %d slopes', async (slopes) => {
    const inputs = [random.distinct('float64', [2, 3, 2]), random.tensor('float64', [slopes])]
    await expectGradients((x, weight) => prelu(x, weight!), inputs, { twice: true })
  })

  test('takes vectors and scalars with one slope', async () => {
    expect(await new PReLU().forward(tensor([-4, 4])).array()).toEqual([-1, 4])
    expect(await new PReLU().forward(tensor(-4)).array()).toBe(-1)
    expect(new PReLU(3).forward(zeros([0, 3])).shape).toEqual([0, 3])
  })

  test('refuses other channels, other dtypes and no slopes', () => {
    expect(() => new PReLU(3).forward(zeros([2, 4]))).toThrow(
      new ShapeError('prelu: the weight is [1] or has one element for each of 4 channels, got [3]'),
    )
    expect(() => new PReLU(3).forward(zeros([3]))).toThrow(ShapeError)
    expect(() => new PReLU().forward(zeros([3], { dtype: 'float64' }))).toThrow(DTypeError)
    expect(() => new PReLU(0)).toThrow(OutOfRangeError)
    expect(() => new PReLU(1, { init: Number.NaN })).toThrow(OutOfRangeError)
  })
})

describe('RReLU', () => {
  test('draws a slope for each negative element from U(lower, upper)', async () => {
    manualSeed(6)
    const n = 20_000
    const slopes = Array.from(await new RReLU(0.1, 0.5).forward(tensor(new Float32Array(n).fill(-1))).data(), (x) => -x)
    const mean = slopes.reduce((sum, x) => sum + x, 0) / n
    // Five standard errors of a uniform variable.
    expect(Math.abs(mean - 0.3)).toBeLessThan((5 * 0.4) / Math.sqrt(12 * n))
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.1 - 1e-7)
    expect(Math.max(...slopes)).toBeLessThanOrEqual(0.5 + 1e-7)
    expect(new Set(slopes).size).toBeGreaterThan(n / 2)
  })

  test('leaves positive elements, and gives the gradient its slopes', async () => {
    const x = tensor([-2, -2, 3], { dtype: 'float64', requiresGrad: true })
    const y = rrelu(x, { training: true, generator: new Generator(2) })
    y.sum().backward()
    const [values, gradient] = [await y.data(), await x.grad!.data()]
    expect([values[2], gradient[2]]).toEqual([3, 1])
    expect(gradient[0]).toBeCloseTo(values[0]! / -2, 12)
    expect(gradient[1]).not.toBe(gradient[0])
  })

  test('refuses bounds in the wrong order', () => {
    expect(() => new RReLU(0.5, 0.1)).toThrow(new OutOfRangeError('RReLU: upper is a number ≥ lower, 0.5, got 0.1'))
    expect(() => rrelu(zeros([1]), { lower: Number.NaN })).toThrow(OutOfRangeError)
  })
})

test('refuse options that make no sense', () => {
  expect(() => new Hardtanh(1, 1)).toThrow(new OutOfRangeError('Hardtanh: max is a number above min, 1, got 1'))
  expect(() => new CELU(0)).toThrow(new OutOfRangeError('CELU: alpha is a number other than 0, got 0'))
  expect(() => new Softshrink(-1)).toThrow(new OutOfRangeError('Softshrink: lambd is a number ≥ 0, got -1'))
  expect(() => new Hardshrink(Number.NaN)).toThrow(OutOfRangeError)
  expect(() => new LeakyReLU(Number.NaN)).toThrow(OutOfRangeError)
  expect(() => new ELU(Number.NaN)).toThrow(OutOfRangeError)
  expect(() => new Threshold(Number.NaN, 1)).toThrow(OutOfRangeError)
})
