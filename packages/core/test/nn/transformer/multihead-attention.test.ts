import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { scaledDotProductAttention } from '../../../src/nn/functional/attention.ts'
import {
  MultiheadAttention,
  type MultiheadAttentionInputs,
  type MultiheadAttentionOptions,
} from '../../../src/nn/transformer/multihead-attention.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import { manualSeed } from '../../../src/tensor/generator.ts'
import { rand, randn } from '../../../src/tensor/random.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { expectWithin } from '../../support/close.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import fixture from '../fixtures/torch-attention.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, wave } from '../support.ts'

const random = new SeededTensors(12)
const float64 = { dtype: 'float64' } as const

type Run = (module: MultiheadAttention, ...inputs: Tensor[]) => ReturnType<MultiheadAttention['forward']>

/** Queries, keys and values apart. */
const apart: Run = (module, q, k, v) => module.forward(q!, k!, v!)

describe('MultiheadAttention', () => {
  test.each<[string, MultiheadAttentionOptions, Run]>([
    ['', {}, apart],
    [', self', {}, (module, x) => module.forward(x!, x!, x!)],
    [', memory', {}, (module, x, y) => module.forward(x!, y!, y!, { averageAttnWeights: false })],
    [
      ', without bias',
      { bias: false, batchFirst: true },
      (module, ...inputs) => apart(module, ...inputs.map((x) => x.transpose(0, 1))),
    ],
    [
      ', extra keys',
      { addBiasKv: true, addZeroAttn: true },
      (module, q, k, v, keyPaddingMask, attnMask) =>
        module.forward(q!, k!, v!, { keyPaddingMask: keyPaddingMask!, attnMask: attnMask! }),
    ],
    [', kdim and vdim', { kdim: 3, vdim: 2 }, apart],
    [
      ', one sequence',
      {},
      (module, q, k, v, keyPaddingMask) => module.forward(q!, k!, v!, { keyPaddingMask: keyPaddingMask! }),
    ],
    [
      ', mask a head',
      {},
      (module, x, y, attnMask) => module.forward(x!, y!, y!, { attnMask: attnMask!, needWeights: false }),
    ],
    [
      ', padding and mask',
      {},
      (module, x, y, keyPaddingMask, attnMask) =>
        module.forward(x!, y!, y!, { keyPaddingMask: keyPaddingMask!, attnMask: attnMask!, needWeights: false }),
    ],
  ])('has PyTorch’s numbers%s', async (name, options, run) => {
    const module = new MultiheadAttention(4, 2, { ...options, ...float64 })
    const tensors = (...inputs: Tensor[]) => run(module, ...inputs).filter((x) => x !== null)
    await expectRecorded(fixture, `MultiheadAttention${name}`, tensors, { module })
  })

  test('begins as PyTorch does, and has its names', async () => {
    manualSeed(1)
    const layer = new MultiheadAttention(8, 2, { addBiasKv: true })
    expect(layer.namedParameters().map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['in_proj_weight', 24, 8],
      ['in_proj_bias', 24],
      ['bias_k', 1, 1, 8],
      ['bias_v', 1, 1, 8],
      ['out_proj.weight', 8, 8],
      ['out_proj.bias', 8],
    ])
    // xavierUniform of [24, 8], and U(±1/√8).
    const largest = async (x: Tensor) => await x.abs().amax().item()
    expect(await largest(layer.inProjWeight!)).toBeLessThan(Math.sqrt(6 / 32))
    expect(await largest(layer.inProjWeight!)).toBeGreaterThan(0.9 * Math.sqrt(6 / 32))
    expect(await largest(layer.outProj.weight)).toBeLessThan(1 / Math.sqrt(8))
    expect(await largest(layer.inProjBias!)).toBe(0)
    expect(await largest(layer.outProj.bias!)).toBe(0)
    expect(await largest(layer.biasK!)).toBeGreaterThan(0)
    const apart = new MultiheadAttention(8, 2, { kdim: 3, vdim: 5, bias: false })
    expect(apart.namedParameters().map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['q_proj_weight', 8, 8],
      ['k_proj_weight', 8, 3],
      ['v_proj_weight', 8, 5],
      ['out_proj.weight', 8, 8],
    ])
  })

  test.each<[string, MultiheadAttentionInputs]>([
    ['without masks', {}],
    ['causal', { isCausal: true }],
  ])('has the gradients of central differences, also twice: %s', async (_, inputs) => {
    const layer = new MultiheadAttention(4, 2, { kdim: 3, vdim: 2, addZeroAttn: true, ...float64 })
    const shapes = [
      [3, 2, 4],
      [3, 2, 3],
      [3, 2, 2],
    ]
    await expectGradients(
      (q, k, v) => layer.forward(q!, k!, v!, inputs)[0],
      shapes.map((shape) => random.tensor('float64', shape)),
      { twice: true },
    )
  })

  test('a key that is padding does not count, whatever it holds', async () => {
    const layer = new MultiheadAttention(4, 2, { batchFirst: true })
    const [query, key] = [randn([1, 2, 4]), randn([1, 3, 4])]
    const keyPaddingMask = tensor([[false, true, false]])
    const [y, weights] = layer.forward(query, key, key, { keyPaddingMask })
    const other = key.mul(tensor([[[1], [1000], [1]]]))
    const [same] = layer.forward(query, other, other, { keyPaddingMask })
    expect(await same.array()).toEqual(await y.array())
    expect(Array.from(await weights!.slice(2, 1, 2).data())).toEqual([0, 0])
    expectWithin(await weights!.sum(2).data(), [1, 1], 1e-6)
  })

  test('a sequence of nothing but padding gives the bias of the output, not NaN', async () => {
    const layer = new MultiheadAttention(4, 2, { batchFirst: true })
    layer.outProj.bias!.assign(tensor([1, 2, 3, 4]))
    const x = randn([2, 2, 4])
    const keyPaddingMask = tensor([
      [true, true],
      [false, false],
    ])
    const [y, weights] = layer.forward(x, x, x, { keyPaddingMask })
    expect(await y.slice(0, 0, 1).flatten(0, 1).array()).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ])
    expect(Array.from(await weights!.slice(0, 0, 1).data())).toEqual([0, 0, 0, 0])
    y.sum().backward()
    expect(await layer.inProjWeight!.grad!.isFinite().all().item()).toBe(1)
  })

  test('true hides, where it shows in scaledDotProductAttention', async () => {
    const layer = new MultiheadAttention(2, 1)
    const x = randn([3, 2])
    const hidden = tensor([
      [false, true, true],
      [false, false, true],
      [false, false, false],
    ])
    const [, weights] = layer.forward(x, x, x, { attnMask: hidden })
    expect(await weights!.ne(0).array()).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ])
    const uniform = scaledDotProductAttention(zeros([3, 1]), zeros([3, 1]), tensor([[1], [2], [4]]), {
      attnMask: hidden.logicalNot(),
    })
    expectWithin(await uniform.data(), [1, 1.5, 7 / 3], 1e-6)
  })

  test('float masks are added, to each other as well', async () => {
    const layer = new MultiheadAttention(4, 2, float64)
    const x = wave([3, 2, 4])
    const isHidden = tensor([
      [false, false, true],
      [false, false, false],
    ])
    const attnMask = wave([3, 3], 1)
    const lowest = isHidden.to('float64').mul(-Number.MAX_VALUE)
    const [expected] = layer.forward(x, x, x, { keyPaddingMask: isHidden, attnMask })
    const [got] = layer.forward(x, x, x, { keyPaddingMask: lowest, attnMask })
    expectWithin(await got.data(), await expected.data(), 1e-12)
    const twice = tensor(Float64Array.of(0, 0, -1e308, 0, 0, -1e308, 0, 0, -1e308), { shape: [3, 3] }).mul(1.7)
    const [hiddenTwice] = layer.forward(x, x, x, { keyPaddingMask: lowest, attnMask: twice })
    expect(await hiddenTwice.isFinite().all().item()).toBe(1)
  })

  test('isCausal is the mask of all later keys, but for those that are added', async () => {
    const later = tensor([
      [false, true, true],
      [false, false, true],
      [false, false, false],
    ])
    for (const options of [{}, { addBiasKv: true, addZeroAttn: true }]) {
      const layer = new MultiheadAttention(4, 2, { ...options, ...float64 })
      const x = wave([3, 2, 4])
      const [expected, weights] = layer.forward(x, x, x, { attnMask: later })
      const [got, causal] = layer.forward(x, x, x, { isCausal: true })
      expectWithin(await got.data(), await expected.data(), 1e-12)
      expectWithin(await causal!.data(), await weights!.data(), 1e-12)
    }
  })

  test('drops weights while training, and scales the others', async () => {
    manualSeed(3)
    const layer = new MultiheadAttention(2, 1, { dropout: 0.5 })
    const [query, key] = [zeros([400, 2]), rand([3, 2])]
    layer.inProjWeight!.assign(zeros([6, 2]))
    const [, dropped] = layer.forward(query, key, key)
    const kept = Array.from(await dropped!.data()).filter((weight) => weight !== 0)
    // 1200 draws: a standard deviation of 17.
    expect(Math.abs(kept.length - 600)).toBeLessThan(4 * 17)
    expectWithin(kept, new Array(kept.length).fill(2 / 3), 1e-6)
    layer.eval()
    const [, all] = layer.forward(query, key, key)
    expectWithin(await all!.data(), new Array(1200).fill(1 / 3), 1e-6)
  })

  test('takes no batch, no queries and no keys', async () => {
    const layer = new MultiheadAttention(4, 2, { batchFirst: true })
    const of = (batch: number, queries: number, keys: number) => {
      const key = zeros([batch, keys, 4])
      return layer.forward(zeros([batch, queries, 4]), key, key)
    }
    expect(of(0, 2, 3).map((x) => x!.shape)).toEqual([
      [0, 2, 4],
      [0, 2, 3],
    ])
    expect((await of(1, 0, 3)[0].data()).length).toBe(0)
    expect(Array.from(await of(1, 1, 0)[0].data())).toEqual([0, 0, 0, 0])
  })

  test('refuses options that do not fit', () => {
    expect(() => new MultiheadAttention(6, 4)).toThrow(
      new MisconfigurationError('MultiheadAttention: the number of heads divides embedDim, got 4 head(s) for 6'),
    )
    expect(() => new MultiheadAttention(4, 0)).toThrow(MisconfigurationError)
    expect(() => new MultiheadAttention(0, 1)).toThrow(MisconfigurationError)
    expect(() => new MultiheadAttention(4, 2, { dropout: 2 })).toThrow(OutOfRangeError)
  })

  test('refuses inputs that do not fit', () => {
    const layer = new MultiheadAttention(4, 2, { kdim: 3, vdim: 2 })
    const attend = (query: number[], key: number[], value: number[]) => () =>
      layer.forward(zeros(query), zeros(key), zeros(value))
    expect(attend([5, 2, 4], [6, 2, 3], [6, 2, 3])).toThrow(
      new ShapeError(
        'MultiheadAttention: takes a query [L, N, embedDim] or [L, embedDim] and, with S for L, as many keys and values; features are 4, 3 and 2, got [5, 2, 4], [6, 2, 3], [6, 2, 3]',
      ),
    )
    expect(attend([5, 2, 4], [6, 1, 3], [6, 1, 2])).toThrow(ShapeError)
    expect(attend([5, 2, 4], [6, 2, 3], [5, 2, 2])).toThrow(ShapeError)
    expect(attend([5, 4], [6, 2, 3], [6, 2, 2])).toThrow(ShapeError)
    expect(attend([4], [3], [2])).toThrow(ShapeError)
    const batchFirst = new MultiheadAttention(4, 2, { batchFirst: true })
    const key = zeros([3, 6, 4])
    expect(() => batchFirst.forward(zeros([2, 5, 4]), key, key)).toThrow(ShapeError)
    const double = zeros([5, 4], float64)
    expect(() => batchFirst.forward(double, double, double)).toThrow(
      new DTypeError(
        "MultiheadAttention: inputs have the dtype of the layer, float32, got float64[5, 4], float64[5, 4], float64[5, 4]; cast them, to('float32')",
      ),
    )
  })

  test('refuses masks that do not fit', () => {
    const layer = new MultiheadAttention(4, 2)
    const x = zeros([3, 2, 4])
    const withMasks = (inputs: MultiheadAttentionInputs) => () => layer.forward(x, x, x, inputs)
    expect(withMasks({ attnMask: zeros([3, 2]) })).toThrow(
      new ShapeError('MultiheadAttention: attnMask has the shape [3, 3] or [4, 3, 3], got [3, 2]'),
    )
    expect(withMasks({ attnMask: zeros([2, 3, 3]) })).toThrow(ShapeError)
    expect(withMasks({ keyPaddingMask: zeros([3, 2]) })).toThrow(
      new ShapeError('MultiheadAttention: keyPaddingMask has the shape [2, 3], got [3, 2]'),
    )
    expect(withMasks({ keyPaddingMask: zeros([2, 3], { dtype: 'uint8' }) })).toThrow(
      new DTypeError(
        "MultiheadAttention: keyPaddingMask is bool or float32, got uint8[2, 3]; cast it, to('bool') for ones where a key is hidden",
      ),
    )
    expect(withMasks({ attnMask: zeros([3, 3], float64) })).toThrow(DTypeError)
  })
})
