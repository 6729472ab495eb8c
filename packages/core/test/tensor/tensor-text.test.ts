import { format, inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { type DType, dtypes } from '../../src/graph/dtype.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { arange, batchTensor, ones, tensor, zeros } from '../../src/tensor/creation.ts'
import type { TextOptions } from '../../src/tensor/element-text.ts'
import { Buffer, Parameter } from '../../src/tensor/parameter.ts'
import { openStep } from '../../src/tensor/step-scope.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { freshAccelerator } from './accelerators.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

beforeEach(async () => {
  await freshAccelerator()
})

/** What stands below, or after, the line that says what the tensor is. */
async function elementsOf(x: Tensor, options?: TextOptions): Promise<string> {
  const text = await x.toText(options)
  return text.slice(text.indexOf('[', text.indexOf(' on ')))
}

describe('String()', () => {
  test.each<[string, () => Tensor, string]>([
    [
      'host data',
      () =>
        tensor([
          [1, 2],
          [3, 4],
        ]),
      'Tensor float32[2, 2] on host\n[[1., 2.],\n [3., 4.]]',
    ],
    ['a vector in one line', () => tensor([true, false]), 'Tensor bool[2] on host: [ true, false]'],
    ['a scalar', () => tensor(0.5, { dtype: 'float64' }), 'Tensor float64[] on host: 0.5000'],
    ['nothing', () => tensor([[], []]), 'Tensor float32[2, 0] on host: []'],
    [
      'a leaf with a gradient',
      () => tensor([1], { requiresGrad: true }),
      'Tensor float32[1] on host, requiresGrad: [1.]',
    ],
    ['another name of host data', () => tensor([1]).detach(), 'Tensor float32[1] on host: [1.]'],
    ['what is only recorded', () => ones([2, 3]), 'Tensor float32[2, 3] on reference (not computed yet)'],
    ['a parameter', () => new Parameter(tensor([1, 2])), 'Parameter float32[2] on host, requiresGrad: [1., 2.]'],
    [
      'a parameter of recorded values',
      () => new Parameter(zeros([2])),
      'Parameter float32[2] on reference, requiresGrad (not computed yet)',
    ],
    [
      'a frozen parameter',
      () => new Parameter(tensor([1]), { requiresGrad: false }),
      'Parameter float32[1] on host: [1.]',
    ],
    ['a buffer', () => new Buffer(tensor([1], { dtype: 'int32' })), 'Buffer int32[1] on host: [1]'],
  ])('of %s', (_, make, text) => {
    expect(String(make())).toBe(text)
  })

  test('says where a tensor is, and shows what is on the host, too', async () => {
    const x = tensor([1, 2])
    const y = x.add(1)
    await y.data()
    expect(`${x}`).toBe('Tensor float32[2] on reference: [1., 2.]')
    expect(`${y}`).toBe('Tensor float32[2] on reference (not downloaded)')
  })

  test('shows the ends of more than a hundred elements', () => {
    const x = tensor(Int32Array.from({ length: 101 }, (_, i) => i))
    expect(String(x)).toBe('Tensor int32[101] on host: [  0,   1,   2,  ...,  98,  99, 100]')
  })

  test('of what is gone says so and does not throw', async () => {
    const x = tensor([1])
    x.dispose()
    expect([String(x), format(x)]).toEqual(['Tensor (disposed)', 'Tensor (disposed)'])
    const parameter = new Parameter(tensor([1]))
    parameter.dispose()
    expect(String(parameter)).toBe('Parameter (disposed)')
    const step = await openStep()
    const y = batchTensor(hostTensor(Float32Array.of(1))).add(1)
    step.close()
    expect(String(y)).toBe('Tensor float32[1] (expired)')
  })

  test('runs nothing and computes nothing', async () => {
    const accelerator = await freshAccelerator()
    void `${ones([2]).add(1)}`
    expect(accelerator.stats()).toMatchObject({ compiles: 0, executions: 0 })
  })
})

describe('console.log in Node', () => {
  test('shows what String() shows', () => {
    expect(format('%s is', 1, tensor([[1], [2]]))).toBe('1 is Tensor float32[2, 1] on host\n[[1.],\n [2.]]')
    expect(inspect(tensor(2), { depth: null })).toBe('Tensor float32[] on host: 2.')
  })

  test('shows no elements within an object or an array', () => {
    expect(format({ x: tensor([[1], [2]]) })).toBe('{ x: Tensor float32[2, 1] on host }')
    expect(format([ones([2])])).toBe('[ Tensor float32[2] on reference ]')
  })
})

describe('toText()', () => {
  test('computes and shows the elements', async () => {
    expect(await arange(6).reshape([2, 3]).toText()).toBe('Tensor int32[2, 3] on reference\n[[0, 1, 2],\n [3, 4, 5]]')
    expect(await new Parameter(zeros([2])).toText()).toBe('Parameter float32[2] on reference, requiresGrad: [0., 0.]')
    expect(await arange(20).toText({ lineWidth: 30 })).toBe(
      'Tensor int32[20] on reference\n[ 0,  1,  2,  3,  4,  5,  6,\n  7,  8,  9, 10, 11, 12, 13,\n 14, 15, 16, 17, 18, 19]',
    )
  })

  // As torch.set_printoptions of PyTorch 1.13 with the same options prints these numbers.
  test.each<[string, readonly number[], DType, string]>([
    ['whole floats', [1, -20, 300], 'float32', '[  1., -20., 300.]'],
    ['fractions', [1.5, -20.25, 3], 'float32', '[  1.5000, -20.2500,   3.0000]'],
    ['rounded fractions', [0.1, 2 / 3], 'float64', '[0.1000, 0.6667]'],
    ['halves', [0.1, 65504], 'float16', '[9.9976e-02, 6.5504e+04]'],
    ['a wide range', [1e-5, 1, 12345.678], 'float64', '[1.0000e-05, 1.0000e+00, 1.2346e+04]'],
    ['large numbers', [1e9, 2e9], 'float32', '[1.0000e+09, 2.0000e+09]'],
    ['small fractions', [2.5e-5, 5e-5], 'float64', '[2.5000e-05, 5.0000e-05]'],
    ['exponents of three digits', [1e-300, 2], 'float64', '[1.0000e-300,  2.0000e+00]'],
    ['NaN and infinities', [nan, inf, -inf, 0.5], 'float32', '[   nan,    inf,   -inf, 0.5000]'],
    ['NaN alone', [nan], 'float32', '[nan]'],
    ['zeros', [0, -0], 'float32', '[ 0., -0.]'],
    ['integers', [-1, 1000], 'int32', '[  -1, 1000]'],
    ['unsigned integers', [4e9, 1], 'uint32', '[4000000000,          1]'],
    ['booleans', [1, 0], 'bool', '[ true, false]'],
  ])('lays out %s', async (_, data, dtype, text) => {
    expect(await elementsOf(tensor([...data], { dtype }))).toBe(text)
  })

  test('lays out more dimensions in blocks', async () => {
    expect(await elementsOf(arange(8).reshape([2, 2, 2]))).toBe('[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]')
    expect(await elementsOf(arange(4).reshape([2, 1, 2, 1]))).toBe('[[[[0],\n   [1]]],\n\n\n [[[2],\n   [3]]]]')
  })

  test('breaks long rows', async () => {
    expect(await elementsOf(arange(20).reshape([1, 20]), { lineWidth: 40 })).toBe(
      '[[ 0,  1,  2,  3,  4,  5,  6,  7,  8,\n   9, 10, 11, 12, 13, 14, 15, 16, 17,\n  18, 19]]',
    )
  })

  test('shows the ends of each long dimension of more than a thousand elements', async () => {
    expect(await elementsOf(arange(1001))).toBe('[   0,    1,    2,  ...,  998,  999, 1000]')
    expect(await elementsOf(arange(10).mul(1000).unsqueeze(1).add(arange(200)))).toBe(
      `[[   0,    1,    2,  ...,  197,  198,  199],
 [1000, 1001, 1002,  ..., 1197, 1198, 1199],
 [2000, 2001, 2002,  ..., 2197, 2198, 2199],
 ...,
 [7000, 7001, 7002,  ..., 7197, 7198, 7199],
 [8000, 8001, 8002,  ..., 8197, 8198, 8199],
 [9000, 9001, 9002,  ..., 9197, 9198, 9199]]`,
    )
  })

  test('takes precision, threshold and edge items', async () => {
    const x = tensor([0.123456, 2, 3, 4, 5])
    expect(await elementsOf(x, { precision: 2 })).toBe('[0.12, 2.00, 3.00, 4.00, 5.00]')
    expect(await elementsOf(x, { threshold: 4, edgeItems: 1, precision: 1 })).toBe('[0.1,  ..., 5.0]')
    expect(await elementsOf(arange(200_000), { threshold: 1e6 })).toContain(' 100000, ')
    expect(await elementsOf(x, { threshold: 4, edgeItems: 0 })).toBe('[ ...]')
  })

  test.each<[TextOptions, string]>([
    [{ precision: 0.5 }, 'toText: precision is a whole number ≥ 0 and ≤ 20, got 0.5'],
    [{ precision: 21 }, 'toText: precision is a whole number ≥ 0 and ≤ 20, got 21'],
    [{ edgeItems: -1 }, 'toText: edgeItems is a whole number ≥ 0, got -1'],
    [{ lineWidth: nan }, 'toText: lineWidth is a whole number ≥ 0, got NaN'],
  ])('refuses %o', async (options, message) => {
    await expect(tensor([1]).toText(options)).rejects.toThrow(new OutOfRangeError(message))
  })

  test.each(dtypes)('takes %s', async (dtype) => {
    const text = await tensor([1, 0], { dtype }).toText()
    expect(text).toMatch(new RegExp(`^Tensor ${dtype}\\[2\\] on host: \\[ ?(1|1\\.|true), `))
  })
})
