import { expect, test } from 'vitest'
import { LayerNorm } from '../../../src/nn/layer-norm.ts'
import { TransformerDecoder } from '../../../src/nn/transformer/decoder.ts'
import { TransformerDecoderLayer } from '../../../src/nn/transformer/decoder-layer.ts'
import { TransformerEncoder } from '../../../src/nn/transformer/encoder.ts'
import { TransformerEncoderLayer } from '../../../src/nn/transformer/encoder-layer.ts'
import { generateSquareSubsequentMask } from '../../../src/nn/transformer/square-subsequent-mask.ts'
import { Transformer } from '../../../src/nn/transformer/transformer.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import fixture from '../fixtures/torch-transformer.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { wave } from '../support.ts'

const dtype = 'float64'
const options = { dimFeedforward: 3, dropout: 0, dtype } as const
const normFirst = { ...options, layerNormEps: 1e-3, batchFirst: true, normFirst: true }
const causal = generateSquareSubsequentMask(3, { dtype })

test('TransformerEncoderLayer has PyTorch’s numbers', async () => {
  const module = new TransformerEncoderLayer(4, 2, options)
  await expectRecorded(fixture, 'TransformerEncoderLayer', (x) => module.forward(x!), { module })
})

test('TransformerEncoderLayer with the norm first and masks has PyTorch’s numbers', async () => {
  const module = new TransformerEncoderLayer(4, 2, { ...normFirst, activation: 'gelu' })
  const run = (x: Tensor, srcKeyPaddingMask: Tensor) => module.forward(x, { srcMask: causal, srcKeyPaddingMask })
  await expectRecorded(fixture, 'TransformerEncoderLayer, norm first', (x, p) => run(x!, p!), { module })
  const withoutMask = (x: Tensor, srcKeyPaddingMask: Tensor) => module.forward(x, { isCausal: true, srcKeyPaddingMask })
  await expectRecorded(fixture, 'TransformerEncoderLayer, norm first', (x, p) => withoutMask(x!, p!), { module })
})

test('TransformerDecoderLayer has PyTorch’s numbers', async () => {
  const module = new TransformerDecoderLayer(4, 2, options)
  await expectRecorded(fixture, 'TransformerDecoderLayer', (x, y) => module.forward(x!, y!), { module })
})

test('TransformerDecoderLayer with the norm first and masks has PyTorch’s numbers', async () => {
  const module = new TransformerDecoderLayer(4, 2, { ...normFirst, activation: (x) => x.tanh() })
  const run = (x: Tensor, memory: Tensor, memoryKeyPaddingMask: Tensor) =>
    module.forward(x, memory, { tgtMask: causal, memoryMask: wave([3, 4]), memoryKeyPaddingMask })
  await expectRecorded(fixture, 'TransformerDecoderLayer, norm first', (x, y, p) => run(x!, y!, p!), { module })
})

test('TransformerEncoder has PyTorch’s numbers', async () => {
  const norm = new LayerNorm(4, { dtype })
  const module = new TransformerEncoder(new TransformerEncoderLayer(4, 2, options), 2, { norm })
  await expectRecorded(fixture, 'TransformerEncoder', (x) => module.forward(x!, { mask: causal }), { module })
  await expectRecorded(fixture, 'TransformerEncoder', (x) => module.forward(x!, { isCausal: true }), { module })
})

test('TransformerDecoder has PyTorch’s numbers', async () => {
  const module = new TransformerDecoder(new TransformerDecoderLayer(4, 2, options), 2)
  const run = (x: Tensor, memory: Tensor, memoryKeyPaddingMask: Tensor) =>
    module.forward(x, memory, { tgtIsCausal: true, memoryKeyPaddingMask })
  await expectRecorded(fixture, 'TransformerDecoder', (x, y, p) => run(x!, y!, p!), { module })
})

test('Transformer has PyTorch’s numbers and names', async () => {
  const module = new Transformer(4, 2, { ...options, numEncoderLayers: 1, numDecoderLayers: 1 })
  const run = (src: Tensor, tgt: Tensor, padding: Tensor) =>
    module.forward(src, tgt, { tgtMask: causal, srcKeyPaddingMask: padding, memoryKeyPaddingMask: padding })
  await expectRecorded(fixture, 'Transformer', (x, y, p) => run(x!, y!, p!), { module })
  expect(module.namedParameters().map(([name]) => name)).toEqual(
    Object.keys(fixture.cases.Transformer.parameterGradients),
  )
})
