import { describe, expect, test } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { lowestFinite } from '../../src/graph/dtype.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import {
  scaledDotProductAttention as attention,
  type ScaledDotProductAttentionOptions,
} from '../../src/nn/functional/attention.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { Generator } from '../../src/tensor/generator.ts'
import { randn } from '../../src/tensor/random.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { leafOf, SeededTensors, tensorOf } from '../support/host-tensors.ts'
import { broadcastReader, fromFormula, total } from '../support/naive.ts'
import fixture from './fixtures/torch-attention.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { apply, expectForward, expectGradients, expectNumbers } from './support.ts'

const random = new SeededTensors(11)
const f64 = (...shape: number[]): HostTensor => random.tensor('float64', shape)
const bools = (bits: readonly number[], ...shape: number[]): HostTensor => tensorOf(bits, shape, 'bool')
/** `[batch, heads, length, features]` of queries, keys and values. */
const qkv = (): HostTensor[] => [f64(2, 2, 3, 2), f64(2, 2, 4, 2), f64(2, 2, 4, 3)]

/** With `attnMask` as the fourth input where there is one. */
function attend(options: ScaledDotProductAttentionOptions = {}): (...inputs: Tensor[]) => Tensor {
  return (q, k, v, attnMask) => attention(q!, k!, v!, attnMask === undefined ? options : { ...options, attnMask })
}

describe('scaledDotProductAttention', () => {
  test('is the mean of the values, weighted by the softmax of the scores', async () => {
    const [q, k, v] = [f64(2, 1, 3, 2), f64(3, 4, 2), f64(2, 1, 4, 3)]
    const [atQ, atK, atV] = [broadcastReader(q), broadcastReader(k), broadcastReader(v)]
    const weight = ([n, h, i, j]: readonly number[]) =>
      Math.exp(total([2], ([d]) => atQ([n!, h!, i!, d!]) * atK([n!, h!, j!, d!])) / Math.SQRT2)
    const expected = fromFormula([2, 3, 3, 3], ([n, h, i, d]) => {
      const sum = total([4], ([j]) => weight([n!, h!, i!, j!]))
      return total([4], ([j]) => weight([n!, h!, i!, j!]) * atV([n!, h!, j!, d!])) / sum
    })
    await expectForward(attend(), [q, k, v], expected)
  })

  test.each<[string, ScaledDotProductAttentionOptions]>([
    ['attention', {}],
    ['attention, causal', { isCausal: true }],
    ['attention, bool mask', {}],
    ['attention, float mask', { scale: 0.5 }],
    ['attention, scale', { scale: 0.3 }],
  ])('has PyTorch’s numbers: %s', async (name, options) => {
    await expectRecorded(fixture, name, attend(options))
  })

  test.each<[string, ScaledDotProductAttentionOptions, readonly HostTensor[]]>([
    ['plain', {}, qkv()],
    ['causal', { isCausal: true }, qkv()],
    ['fewer keys than queries, causal', { isCausal: true }, [f64(4, 2), f64(2, 2), f64(2, 1)]],
    ['a bool mask', { scale: 0.7 }, [...qkv(), bools([1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0], 3, 4)]],
    ['a bool mask a head', {}, [...qkv(), random.tensor('bool', [2, 1, 4])]],
    ['a bool mask that hides all from some', {}, [...qkv(), bools([1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1], 3, 4)]],
    ['a float mask of −∞', { attnMask: new Tensor(leafOf(tensorOf([0, -Infinity, 1], [3, 1], 'float64'))) }, qkv()],
    ['a float mask', {}, [...qkv(), f64(2, 1, 1, 4)]],
    ['a float mask, causal', { isCausal: true }, [...qkv(), f64(3, 1)]],
    ['dropout', { dropoutP: 0.4, generator: new Generator(1) }, qkv()],
    ['batches that broadcast', {}, [f64(1, 2, 3, 2), f64(2, 1, 4, 2), f64(4, 2)]],
  ])('has the gradients of central differences, also twice: %s', async (_, options, inputs) => {
    const { generator } = options
    const state = generator?.state
    const f = attend(options)
    const repeatable = (...tensors: Tensor[]) => {
      // Each evaluation drops the same weights.
      if (generator && state) generator.state = state
      return f(...tensors)
    }
    await expectGradients(repeatable, inputs, { twice: true })
  })

  test('a causal mask begins at the top left', async () => {
    const v = tensorOf([1, 2, 4], [3, 1], 'float64')
    const zero = (rows: number) => tensorOf(new Array(rows).fill(0), [rows, 1], 'float64')
    await expectForward(attend({ isCausal: true }), [zero(2), zero(3), v], [1, 1.5])
    await expectForward(attend({ isCausal: true }), [zero(4), zero(3), v], [1, 1.5, 7 / 3, 7 / 3])
  })

  test('true means: take part; a float mask is added; both may narrow a causal one', async () => {
    const q = tensorOf([0, 0], [2, 1], 'float64')
    const v = tensorOf([1, 2], [2, 1], 'float64')
    await expectForward(attend(), [q, q, v, bools([1, 0, 0, 1], 2, 2)], [1, 2])
    await expectForward(attend(), [q, q, v, tensorOf([0, Math.log(3), 0, 0], [2, 2], 'float64')], [7 / 4, 1.5])
    await expectForward(attend({ isCausal: true }), [q, q, v, bools([1, 1, 0, 1], 2, 2)], [1, 2])
  })

  test.each([
    ['false', bools([1, 0, 0, 0], 2, 2)],
    ['−∞', tensorOf([0, -Infinity, -Infinity, -Infinity], [2, 2], 'float64')],
    ['the lowest finite number', tensorOf([0, ...new Array(3).fill(lowestFinite('float64'))], [2, 2], 'float64')],
  ])('a query whose every key is hidden by %s gets zeros, and no gradient', async (_, mask) => {
    const q = leafOf(tensorOf([1, 2], [2, 1], 'float64'), { requiresGrad: true })
    const v = leafOf(tensorOf([3, 4], [2, 1], 'float64'), { requiresGrad: true })
    const y = attention(new Tensor(q), new Tensor(q), new Tensor(v), { attnMask: new Tensor(leafOf(mask)) })
    const gradients = gradientsOf([y.sum().value], [q, v])
    expect(await apply(() => y, [])).toEqual([3, 0])
    for (const [i, expected] of [
      [0, 0],
      [1, 0],
    ].entries()) {
      expect(await apply(() => new Tensor(gradients[i]!), [])).toEqual(expected)
    }
  })

  test('large scores do not overflow, of any dtype', async () => {
    for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
      const x = tensor([[240], [-240]], { dtype, requiresGrad: true })
      const y = attention(x, x, tensor([[1], [2]], { dtype }), { scale: 1, isCausal: true })
      expect(y.dtype).toBe(dtype)
      expect(await y.array()).toEqual([[1], [2]])
      y.sum().backward()
      expect(await x.grad!.array()).toEqual([[0], [0]])
    }
  })

  test('the weights of half types are summed in float32', async () => {
    // Each is 1 before the division: their sum is beyond float16.
    const keys = 2 ** 17
    const [q, k, v] = [zeros([1, 1]), zeros([keys, 1]), ones([keys, 1])].map((x) => x.to('float16'))
    expect(await attention(q!, k!, v!).array()).toEqual([[1]])
  })

  test('NaN stays', async () => {
    const nan = tensorOf([Number.NaN, 1], [2, 1], 'float64')
    expect(await apply(attend({ isCausal: true }), [nan, nan, nan])).toEqual([Number.NaN, Number.NaN])
  })

  test('without queries, keys or features there is nothing, or zeros', async () => {
    expect((await attention(zeros([2, 0, 3]), zeros([2, 4, 3]), zeros([2, 4, 5])).data()).length).toBe(0)
    await expectNumbers(attention(ones([2, 3]), ones([0, 3]), ones([0, 1])), [0, 0])
    await expectNumbers(attention(ones([1, 0]), ones([2, 0]), tensor([[1], [3]])), [2])
    expect(attention(zeros([0, 2, 3]), zeros([0, 4, 3]), zeros([0, 4, 5])).shape).toEqual([0, 2, 5])
    const q = randn([2, 3])
    const x = tensor(Float32Array.of(), { shape: [0, 3], requiresGrad: true })
    attention(q, x, x).sum().backward()
    expect(x.grad!.shape).toEqual([0, 3])
  })

  test('dropout drops weights with its probability and scales the others', async () => {
    const keys = 2000
    const eye = tensor(
      Float32Array.from({ length: keys }, (_, i) => i % 2),
      { shape: [keys, 1] },
    )
    // Every second key has the value 1, and each a weight of 1 / keys.
    const y = attention(zeros([50, 1]), zeros([keys, 1]), eye, { dropoutP: 0.25, generator: new Generator(3) })
    const mean = await y.mean().item()
    // 50·1000 draws: a standard deviation of 0.5·√(0.25 / 0.75 / 50 000).
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * 0.5 * Math.sqrt(1 / 3 / 50_000))
    const one = attention(zeros([50, 1]), zeros([1, 1]), ones([1, 1]), { dropoutP: 0.25, generator: new Generator(3) })
    expect(new Set(await one.data())).toEqual(new Set([0, Math.fround(4 / 3)]))
    await expectNumbers(attention(zeros([2, 1]), zeros([2, 1]), ones([2, 1]), { dropoutP: 1 }), [0, 0])
  })

  test('is one node, and its gradient needs no softmax', () => {
    const [q, k, v] = qkv().map((x) => leafOf(x, { requiresGrad: true }))
    const y = attention(new Tensor(q!), new Tensor(k!), new Tensor(v!))
    expect(buildGraph(capture([y.value])).graph.nodes.map(({ op }) => op.name)).toEqual(['scaledDotProductAttention'])
    const gradients = gradientsOf([y.sum().value], [q!, k!, v!])
    const names = buildGraph(capture(gradients.map((g) => g!))).graph.nodes.map(({ op }) => op.name)
    expect(names.filter((name) => name === 'scaledDotProductAttention')).toHaveLength(1)
    expect(names).not.toContain('max')
    expect(names.filter((name) => name === 'exp')).toHaveLength(1)
  })

  test('refuses what does not fit', () => {
    const [q, k, v] = [zeros([2, 3, 4]), zeros([2, 5, 4]), zeros([2, 5, 6])]
    const shapes = 'scaledDotProductAttention: takes query […, L, E], key […, S, E] and value […, S, Ev], got'
    expect(() => attention(q, zeros([2, 5, 3]), v)).toThrow(new ShapeError(`${shapes} [2, 3, 4], [2, 5, 3], [2, 5, 6]`))
    expect(() => attention(q, k, zeros([2, 4, 6]))).toThrow(ShapeError)
    expect(() => attention(zeros([4]), k, v)).toThrow(ShapeError)
    expect(() => attention(q, zeros([3, 5, 4]), v)).toThrow(
      new ShapeError(
        'scaledDotProductAttention: the batch dimensions do not broadcast, got [2, 3, 4], [3, 5, 4], [2, 5, 6]',
      ),
    )
    expect(() => attention(q, k, zeros([2, 5, 6], { dtype: 'float64' }))).toThrow(DTypeError)
    const integers = zeros([2, 2], { dtype: 'int32' })
    expect(() => attention(integers, integers, integers)).toThrow(DTypeError)
  })

  test('refuses masks of another shape or dtype', () => {
    const x = zeros([2, 3, 4])
    const withMask = (attnMask: Tensor) => () => attention(x, x, x, { attnMask })
    expect(withMask(zeros([2, 3]))).toThrow(
      new ShapeError('scaledDotProductAttention: a mask broadcasts to […, L, S], got [2, 3] for [2, 3, 3]'),
    )
    // A mask that would make the result larger.
    expect(withMask(zeros([5, 2, 3, 3]))).toThrow(ShapeError)
    expect(withMask(zeros([3, 3], { dtype: 'int32' }))).toThrow(
      new DTypeError(
        "scaledDotProductAttention: a mask is bool or of the dtype of the query, float32, got int32[3, 3]; cast it, to('bool') for ones where a key counts",
      ),
    )
    expect(withMask(zeros([3, 3], { dtype: 'float64' }))).toThrow(DTypeError)
  })

  test('refuses numbers out of range', () => {
    const x = zeros([2, 3])
    expect(() => attention(x, x, x, { dropoutP: 1.5 })).toThrow(OutOfRangeError)
    expect(() => attention(x, x, x, { dropoutP: Number.NaN })).toThrow(OutOfRangeError)
    expect(() => attention(x, x, x, { scale: Number.NaN })).toThrow(
      new OutOfRangeError('scaledDotProductAttention: the scale is a finite number, got NaN'),
    )
  })
})
