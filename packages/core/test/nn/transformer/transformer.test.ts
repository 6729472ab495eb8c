import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { TransformerDecoder } from '../../../src/nn/transformer/decoder.ts'
import { TransformerDecoderLayer } from '../../../src/nn/transformer/decoder-layer.ts'
import { TransformerEncoder } from '../../../src/nn/transformer/encoder.ts'
import { TransformerEncoderLayer } from '../../../src/nn/transformer/encoder-layer.ts'
import type { TransformerActivation } from '../../../src/nn/transformer/layer-options.ts'
import { generateSquareSubsequentMask } from '../../../src/nn/transformer/square-subsequent-mask.ts'
import { Transformer } from '../../../src/nn/transformer/transformer.ts'
import { SGD } from '../../../src/optim/sgd.ts'
import { ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import { manualSeed } from '../../../src/tensor/generator.ts'
import { randn } from '../../../src/tensor/random.ts'
import { expectWithin } from '../../support/close.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import { expectGradients } from '../support.ts'

const random = new SeededTensors(13)
const small = { dimFeedforward: 8, dropout: 0 } as const
const double = { ...small, dtype: 'float64' } as const
const inputs = (...shapes: number[][]) => shapes.map((shape) => random.tensor('float64', shape))

describe('the gradients of central differences', () => {
  test.each([false, true])('come of a TransformerEncoderLayer, normFirst %s', async (normFirst) => {
    // GELU: the kink of ReLU may be near.
    const layer = new TransformerEncoderLayer(4, 2, { ...double, activation: 'gelu', normFirst })
    await expectGradients((x) => layer.forward(x, { isCausal: true }), inputs([3, 2, 4]))
  })

  test.each([false, true])('come of a TransformerDecoderLayer, normFirst %s', async (normFirst) => {
    const layer = new TransformerDecoderLayer(4, 2, { ...double, activation: 'gelu', normFirst })
    await expectGradients((x, y) => layer.forward(x, y!, { tgtIsCausal: true }), inputs([2, 2, 4], [3, 2, 4]))
  })
})

describe('layers', () => {
  test('have PyTorch’s sizes', () => {
    const shapes = new Map(new TransformerEncoderLayer(4, 2).namedParameters())
    expect(shapes.get('linear1.weight')!.shape).toEqual([2048, 4])
    expect([...shapes.keys()]).toEqual([
      'self_attn.in_proj_weight',
      'self_attn.in_proj_bias',
      'self_attn.out_proj.weight',
      'self_attn.out_proj.bias',
      'linear1.weight',
      'linear1.bias',
      'linear2.weight',
      'linear2.bias',
      'norm1.weight',
      'norm1.bias',
      'norm2.weight',
      'norm2.bias',
    ])
    const names = new TransformerDecoderLayer(4, 2, small).namedChildren().map(([name]) => name)
    expect(names).toEqual([
      'self_attn',
      'multihead_attn',
      'linear1',
      'dropout',
      'linear2',
      'norm1',
      'norm2',
      'norm3',
      'dropout1',
      'dropout2',
      'dropout3',
    ])
  })

  test('drop while training and not in evaluation', async () => {
    manualSeed(2)
    const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 8 })
    const x = randn([5, 2, 4])
    const twice = async () => [await layer.forward(x).data(), await layer.forward(x).data()]
    const [a, b] = await twice()
    expect(a).not.toEqual(b)
    layer.eval()
    const [c, d] = await twice()
    expect(c).toEqual(d)
  })

  test('take one sequence alone, and no batch', () => {
    const layer = new TransformerDecoderLayer(4, 2, { ...small, batchFirst: true })
    expect(layer.forward(zeros([3, 4]), zeros([5, 4])).shape).toEqual([3, 4])
    expect(layer.forward(zeros([0, 3, 4]), zeros([0, 5, 4])).shape).toEqual([0, 3, 4])
  })

  test('refuse other activations, probabilities, heads and inputs', () => {
    expect(
      () => new TransformerEncoderLayer(4, 2, { activation: 'swish' as unknown as TransformerActivation }),
    ).toThrow(
      new MisconfigurationError(
        "TransformerEncoderLayer: the activation is 'relu', 'gelu' or a function, got \"swish\"",
      ),
    )
    expect(() => new TransformerDecoderLayer(4, 2, { dropout: -1 })).toThrow(OutOfRangeError)
    expect(() => new TransformerEncoderLayer(4, 3)).toThrow(MisconfigurationError)
    expect(() => new TransformerEncoderLayer(4, 2, small).forward(zeros([3, 2, 5]))).toThrow(ShapeError)
    expect(() => new TransformerDecoderLayer(4, 2, small).forward(zeros([3, 2, 4]), zeros([3, 1, 4]))).toThrow(
      ShapeError,
    )
  })
})

describe('a stack', () => {
  test('begins with equal layers, which learn apart', async () => {
    const encoder = new TransformerEncoder(new TransformerEncoderLayer(4, 2, small), 2)
    const weights = encoder.layers.map((layer) => layer.parameters()[0]!)
    expect(await weights[0]!.array()).toEqual(await weights[1]!.array())
    const optimizer = new SGD(encoder.parameters(), { lr: 0.1 })
    encoder
      .forward(randn([3, 2, 4]))
      .square()
      .sum()
      .backward()
    await optimizer.step()
    expect(await weights[0]!.array()).not.toEqual(await weights[1]!.array())
    expect(encoder.namedParameters()).toHaveLength(2 * 12)
    expect(encoder.namedParameters()[12]![0]).toBe('layers.1.self_attn.in_proj_weight')
  })

  test('is apart from the layer it was made of', async () => {
    const layer = new TransformerDecoderLayer(4, 2, small)
    const decoder = new TransformerDecoder(layer, 1)
    layer.norm1.weight!.assign(zeros([4]))
    expect(await decoder.parameters().at(-6)!.array()).toEqual([1, 1, 1, 1])
  })

  test('copies modes and what is frozen', () => {
    const layer = new TransformerEncoderLayer(4, 2, { ...small, dropout: 0.5 }).eval()
    layer.linear1.freeze()
    const copy = layer.clone()
    expect(copy.modules().every(({ training }) => !training)).toBe(true)
    expect(copy.linear1.weight.requiresGrad).toBe(false)
    expect(copy.linear2.weight.requiresGrad).toBe(true)
    expect(copy.dropout.p).toBe(0.5)
  })

  test('has at least one layer', () => {
    const layer = new TransformerEncoderLayer(4, 2, small)
    for (const count of [0, 1.5, Number.NaN]) {
      expect(() => new TransformerEncoder(layer, count)).toThrow(
        new OutOfRangeError(`TransformerEncoder: the number of layers is a whole number ≥ 1, got ${count}`),
      )
    }
    expect(() => new TransformerDecoder(new TransformerDecoderLayer(4, 2, small), 0)).toThrow(OutOfRangeError)
  })
})

describe('Transformer', () => {
  test('begins with matrices of xavierUniform, unlike each other', async () => {
    manualSeed(5)
    const model = new Transformer(8, 2, { ...small, numEncoderLayers: 2, numDecoderLayers: 1 })
    const [first, second] = model.encoder.layers.map((layer) => layer.parameters()[0]!)
    expect(await first!.array()).not.toEqual(await second!.array())
    const { weight } = (model.decoder.layers[0] as TransformerDecoderLayer).linear1
    const largest = await weight.abs().amax().item()
    expect(largest).toBeLessThan(Math.sqrt(6 / 16))
    expect(largest).toBeGreaterThan(0.9 * Math.sqrt(6 / 16))
  })

  test('gives the target’s shape', () => {
    const model = new Transformer(8, 2, { ...small, numEncoderLayers: 1, numDecoderLayers: 1, batchFirst: true })
    expect(model.forward(zeros([2, 5, 8]), zeros([2, 3, 8])).shape).toEqual([2, 3, 8])
    expect(model.forward(zeros([5, 8]), zeros([3, 8]), { tgtIsCausal: true, srcIsCausal: true }).shape).toEqual([3, 8])
  })

  test('refuses a batch and one sequence, and batches of two sizes', () => {
    const model = new Transformer(8, 2, { ...small, numEncoderLayers: 1, numDecoderLayers: 1 })
    expect(() => model.forward(zeros([5, 8]), zeros([3, 1, 8]))).toThrow(
      new ShapeError('Transformer: source and target are both batches or both one sequence, got [5, 8] and [3, 1, 8]'),
    )
    expect(() => model.forward(zeros([5, 2, 8]), zeros([3, 1, 8]))).toThrow(ShapeError)
  })
})

describe('generateSquareSubsequentMask', () => {
  test('is 0 where a position sees and the lowest finite number elsewhere', async () => {
    const lowest = Math.fround(-3.4028234663852886e38)
    expect(await generateSquareSubsequentMask(3).array()).toEqual([
      [0, lowest, lowest],
      [0, 0, lowest],
      [0, 0, 0],
    ])
    const half = await generateSquareSubsequentMask(2, { dtype: 'float16' }).array()
    expect(half).toEqual([
      [0, -65504],
      [0, 0],
    ])
    expect(generateSquareSubsequentMask(0).shape).toEqual([0, 0])
  })

  test('hides all that comes later', async () => {
    const layer = new TransformerEncoderLayer(4, 2, { ...small, batchFirst: true })
    const x = randn([1, 3, 4])
    const changed = x.add(tensor([[[0], [0], [5]]]).mul(ones([1, 1, 4])))
    const firstTwo = (x: typeof changed) =>
      layer
        .forward(x, { srcMask: generateSquareSubsequentMask(3) })
        .slice(1, 0, 2)
        .data()
    expectWithin(await firstTwo(changed), await firstTwo(x), 1e-6)
  })

  test('refuses what is no size, and dtypes without a lowest number', () => {
    expect(() => generateSquareSubsequentMask(1.5)).toThrow(
      new OutOfRangeError('generateSquareSubsequentMask: a size is a whole number ≥ 0, got 1.5'),
    )
    expect(() => generateSquareSubsequentMask(2, { dtype: 'int32' })).toThrow(DTypeError)
  })
})
