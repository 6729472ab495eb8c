import { reference } from '../../src/accelerator/reference/reference.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { type FreeStepOutput, TrainingModule } from '../../src/module/training-module.ts'
import { Linear } from '../../src/nn/linear.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { Trainer } from '../../src/trainer/trainer.ts'

/** A batch of the recorded runs: float64, `[rows, 3]` and `[rows, 2]`. */
export interface Batch {
  readonly x: Tensor
  readonly y: Tensor
}

export interface HostBatch {
  readonly x: HostTensor
  readonly y: HostTensor
}

/** Rows `from` to `from + rows` of the recorded runs' data. */
function batchOf(from: number, rows: number): HostBatch {
  const element = (columns: number, f: (k: number, j: number) => number) =>
    Float64Array.from({ length: rows * columns }, (_, i) => f(from + Math.floor(i / columns), i % columns))
  return {
    x: hostTensor(
      element(3, (k, j) => Math.sin(1 + 0.7 * k + 0.3 * j)),
      [rows, 3],
    ),
    y: hostTensor(
      element(2, (k, j) => 0.8 * Math.cos(0.5 * k + j)),
      [rows, 2],
    ),
  }
}

/** `count` batches of two rows, and then one of `extra` rows if there are any. */
export function batches(count: number, { extra = 0 } = {}): HostBatch[] {
  const full = Array.from({ length: count }, (_, b) => batchOf(2 * b, 2))
  return extra === 0 ? full : [...full, batchOf(2 * count, extra)]
}

/** The layer that the recorded runs begin with. */
export function recordedLinear(): Linear {
  return withWeights(
    new Linear(3, 2, { dtype: 'float64' }),
    [
      [0.5, -0.3, 0.2],
      [0.1, 0.4, -0.6],
    ],
    [0.05, -0.1],
  )
}

/** Assigns weights of float64. */
export function withWeights(layer: Linear, weight: number[][], bias: number[]): Linear {
  layer.weight.assign(tensor(weight, { dtype: 'float64' }))
  layer.bias!.assign(tensor(bias, { dtype: 'float64' }))
  return layer
}

/** The module of the recorded runs: mean((tanh(x·Wᵀ + b) − y)²), SGD of rate 0.1. */
export class Regression extends TrainingModule<Batch> {
  readonly net = recordedLinear()

  loss({ x, y }: Batch): Tensor {
    return this.net.forward(x).tanh().sub(y).square().mean()
  }

  trainingStep(batch: Batch, _batchIdx: number, _optimizerIdx: number): FreeStepOutput | Promise<FreeStepOutput> {
    return this.loss(batch)
  }

  configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 0.1 })
  }

  /** All weights, flat. */
  async numbers(): Promise<number[]> {
    const data = await Promise.all(this.parameters().map((parameter) => parameter.data()))
    return data.flatMap((array) => Array.from(array))
  }
}

/** The same in manual optimization. */
export class ManualRegression extends Regression {
  override automaticOptimization = false

  override async trainingStep(batch: Batch, batchIdx: number, _optimizerIdx: number): Promise<FreeStepOutput> {
    void batchIdx
    const optimizer = this.optimizer()
    const loss = this.loss(batch)
    optimizer.zeroGrad()
    await this.manualBackward(loss)
    await optimizer.step()
    return loss
  }
}

/** A trainer of one epoch on a reference of its own, without a progress bar and a sanity check. */
export function quietTrainer(options: TrainerOptions = {}): Trainer {
  const accelerator = options.strategy === undefined ? { accelerator: reference() } : {}
  return new Trainer({ ...accelerator, maxEpochs: 1, numSanityValSteps: 0, enableProgressBar: false, ...options })
}
