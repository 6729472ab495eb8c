import { describe, expect, test } from 'vitest'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { TrainingModule } from '../../src/module/training-module.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { Linear } from '../../src/nn/linear.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer } from '../support/training.ts'

const double = { dtype: 'float64' } as const
const first = [
  [0.5, -1],
  [2, 0.25],
  [-0.5, 1],
]

/** Reads and writes with one table. */
class Tied extends TrainingModule<Batch> {
  readonly embedding = new Embedding(3, 2, double)
  readonly output = new Linear(2, 3, { bias: false, ...double })

  constructor() {
    super()
    this.embedding.weight.assign(tensor(first, double))
    this.output.weight = this.embedding.weight
  }

  forward(indices: Tensor): Tensor {
    return this.output.forward(this.embedding.forward(indices))
  }

  loss(): Tensor {
    return this.forward(tensor(Int32Array.of(0, 2)))
      .square()
      .sum()
  }

  trainingStep(): Tensor {
    return this.loss()
  }

  override configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 0.01 })
  }
}

/** d/dW Σ ((W·wᵢ)ⱼ)² over i in 0, 2, both uses of W. */
function gradientByHand(w: readonly (readonly number[])[]): number[][] {
  const gradient = w.map((row) => row.map(() => 0))
  for (const i of [0, 2]) {
    for (let j = 0; j < 3; j++) {
      const y = w[j]![0]! * w[i]![0]! + w[j]![1]! * w[i]![1]!
      for (let k = 0; k < 2; k++) {
        gradient[j]![k]! += 2 * y * w[i]![k]!
        gradient[i]![k]! += 2 * y * w[j]![k]!
      }
    }
  }
  return gradient
}

describe('a weight that two layers share', () => {
  test('is one parameter, with both its names in the state', () => {
    const module = new Tied()
    expect(module.namedParameters().map(([name]) => name)).toEqual(['embedding.weight'])
    expect([...module.stateDict().keys()]).toEqual(['embedding.weight', 'output.weight'])
  })

  test('collects the gradients of both uses', async () => {
    const module = new Tied()
    module.loss().backward()
    const gradient = (await module.embedding.weight.grad!.array()) as number[][]
    for (const [i, row] of gradientByHand(first).entries()) {
      for (const [j, expected] of row.entries()) expect(gradient[i]![j]).toBeCloseTo(expected, 12)
    }
  })

  test('trains as one', async () => {
    const module = new Tied()
    await quietTrainer().fit(module, { train: batches(2) })
    let expected = first
    for (let step = 0; step < 2; step++) {
      const gradient = gradientByHand(expected)
      expected = expected.map((row, i) => row.map((x, j) => x - 0.01 * gradient[i]![j]!))
    }
    expect(module.output.weight).toBe(module.embedding.weight)
    const weight = (await module.output.weight.array()) as number[][]
    for (const [i, row] of expected.entries()) {
      for (const [j, x] of row.entries()) expect(weight[i]![j]).toBeCloseTo(x, 12)
    }
  })

  test('travels, and stays shared', async () => {
    const [from, to] = [new Tied(), new Tied()]
    from.embedding.weight.assign(tensor(first, double).mul(2))
    to.loadStateDict(from.stateDict())
    expect(to.output.weight).toBe(to.embedding.weight)
    expect(await to.output.weight.array()).toEqual(await from.output.weight.array())
  })
})
