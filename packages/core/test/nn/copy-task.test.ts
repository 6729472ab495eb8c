import { expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { crossEntropy } from '../../src/nn/functional/losses/cross-entropy.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Module } from '../../src/nn/module.ts'
import { SinusoidalPositionalEncoding } from '../../src/nn/positions/sinusoidal-positional-encoding.ts'
import { LSTM } from '../../src/nn/recurrent/lstm.ts'
import { TransformerEncoder } from '../../src/nn/transformer/encoder.ts'
import { TransformerEncoderLayer } from '../../src/nn/transformer/encoder-layer.ts'
import { Adam } from '../../src/optim/adam.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { concat } from '../../src/tensor/combine.ts'
import { zeros } from '../../src/tensor/creation.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import { randint } from '../../src/tensor/random.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const symbols = 4
const length = 3
const rows = 16

/** Reads symbols, then repeats them while it reads blanks. */
class Recurrent extends Module {
  readonly embedding = new Embedding(symbols + 1, 8)
  readonly lstm = new LSTM(8, 16, { batchFirst: true })
  readonly out = new Linear(16, symbols)

  forward(tokens: Tensor): Tensor {
    const [y] = this.lstm.forward(this.embedding.forward(tokens))
    return this.out.forward(y)
  }
}

/** Looks back at the symbols. */
class Attentive extends Module {
  readonly embedding = new Embedding(symbols + 1, 16)
  readonly positions = new SinusoidalPositionalEncoding(16, { maxLen: 2 * length, batchFirst: true })
  readonly encoder = new TransformerEncoder(
    new TransformerEncoderLayer(16, 2, { dimFeedforward: 32, dropout: 0, batchFirst: true }),
    1,
  )
  readonly out = new Linear(16, symbols)

  forward(tokens: Tensor): Tensor {
    const x = this.positions.forward(this.embedding.forward(tokens))
    return this.out.forward(this.encoder.forward(x, { isCausal: true }))
  }
}

test.each([
  ['LSTM', () => new Recurrent(), 0.04],
  ['transformer', () => new Attentive(), 0.015],
] as const)('a tiny %s learns to copy, and compiles no step twice', { timeout: 60_000 }, async (_, make, lr) => {
  manualSeed(0)
  const accelerator = reference()
  await useAccelerator(accelerator)
  const model = make()
  const optimizer = new Adam(model.parameters(), { lr })
  const compiles: number[] = []
  const losses: number[] = []
  let correct = 0
  for (let step = 0; step < 120; step++) {
    const told = randint([rows, length], 1, symbols + 1)
    const logits = model.forward(concat([told, zeros([rows, length], { dtype: 'int32' })], 1)).slice(1, length)
    const target = told.sub(1)
    const loss = crossEntropy(logits.flatten(0, 1), target.flatten())
    const right = logits.argmax(2).eq(target).to('float32').mean().keep()
    optimizer.zeroGrad()
    loss.backward()
    await optimizer.step()
    losses.push(await loss.item())
    correct = await right.item()
    compiles.push(accelerator.stats().compiles)
  }
  expect(losses[0]).toBeGreaterThan(1)
  expect(losses.at(-1)).toBeLessThan(0.2)
  expect(correct).toBeGreaterThan(0.95)
  expect(new Set(compiles.slice(3)).size).toBe(1)
})
