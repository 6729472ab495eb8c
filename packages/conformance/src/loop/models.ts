import { bceWithLogits, Linear, mse, onesLike, type Tensor, tensor, zerosLike } from '@voltaic/core'
import type { Batch } from './batches.ts'
import type { ModelName } from './scenario.ts'

/** Layers by name, in the order of the state, and losses by name. */
export interface Model {
  readonly layers: Readonly<Record<string, Linear>>
  readonly losses: Readonly<Record<string, Loss>>
}

type Loss = (batch: Batch, optimizerIdx: number) => Tensor

export interface ModelOptions {
  readonly dtype: 'float32' | 'float64'
  /** Added to every weight. */
  readonly shift: number
}

/** What is trained under a name, with its fixed weights. */
export function modelOf(name: ModelName, options: ModelOptions): Model {
  return models[name]((weight, bias) => layerOf(weight, bias, options))
}

type MakeLayer = (weight: readonly (readonly number[])[], bias: readonly number[]) => Linear

/** The layer that every model begins with, from 3 columns to 2. */
const first = [
  [
    [0.5, -0.3, 0.2],
    [0.1, 0.4, -0.6],
  ],
  [0.05, -0.1],
] as const

const models: Readonly<Record<ModelName, (layer: MakeLayer) => Model>> = {
  regression(layer) {
    const net = layer(...first)
    return { layers: { net }, losses: { loss: ({ x, y }) => mse(net.forward(x).tanh(), y) } }
  },

  two(layer) {
    const A = layer(...first)
    const B = layer(
      [
        [0.3, 0.3],
        [0.3, 0.3],
      ],
      [-0.2, -0.2],
    )
    const lossA: Loss = ({ x, y }) => mse(A.forward(x).tanh(), y)
    const lossB: Loss = ({ x, y }) => mse(B.forward(A.forward(x).tanh()), y)
    const loss: Loss = (batch, optimizerIdx) => (optimizerIdx === 0 ? lossA : lossB)(batch, optimizerIdx)
    return { layers: { A, B }, losses: { loss, lossA, lossB } }
  },

  gan(layer) {
    const G = layer(...first)
    const D = layer([[0.7, -0.4]], [0.1])
    const realness = (x: Tensor, isReal: boolean) => {
      const logits = D.forward(x)
      return bceWithLogits(logits, isReal ? onesLike(logits) : zerosLike(logits))
    }
    const errD: Loss = ({ x, y }) => realness(y, true).add(realness(G.forward(x).detach(), false))
    const errG: Loss = ({ x }) => realness(G.forward(x), true)
    return { layers: { G, D }, losses: { errD, errG } }
  },

  shared(layer) {
    const a = layer(...first)
    const s = layer(
      [
        [0.6, -0.2],
        [0.3, 0.5],
      ],
      [0.1, -0.3],
    )
    const b = layer(
      [
        [-0.4, 0.2],
        [0.7, 0.1],
      ],
      [0.2, 0.4],
    )
    const lossA: Loss = ({ x, y }) => mse(s.forward(a.forward(x)), y)
    const lossB: Loss = ({ y }) => mse(s.forward(b.forward(y)), y)
    return { layers: { a, s, b }, losses: { lossA, lossB } }
  },
}

function layerOf(
  weight: readonly (readonly number[])[],
  bias: readonly number[],
  { dtype, shift }: ModelOptions,
): Linear {
  const layer = new Linear(weight[0]!.length, weight.length, { dtype })
  layer.weight.assign(
    tensor(
      weight.map((row) => row.map((w) => w + shift)),
      { dtype },
    ),
  )
  layer.bias!.assign(
    tensor(
      bias.map((b) => b + shift),
      { dtype },
    ),
  )
  return layer
}
