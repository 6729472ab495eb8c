import { expect } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { type Checkpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'
import { MeanMetric } from '../../src/metrics/mean-metric.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { type FreeStepOutput, TrainingModule } from '../../src/module/training-module.ts'
import { ReLU } from '../../src/nn/activations.ts'
import { BatchNorm1d } from '../../src/nn/batch-norm.ts'
import { Dropout } from '../../src/nn/dropout.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { AdamW } from '../../src/optim/adam.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import type { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { quietTrainer } from '../support/training.ts'

export interface Sample {
  readonly x: Tensor
  readonly y: Tensor
}

export const samples = Array.from({ length: 14 }, (_, i): { x: HostTensor; y: HostTensor } => ({
  x: hostTensor(Float32Array.from({ length: 4 }, (_, j) => Math.sin(1 + 3 * i + j))),
  y: hostTensor(Float32Array.of(Math.cos(i))),
}))

/** Everything that a run carries from batch to batch: dropout, running statistics, metrics, schedulers. */
export class Model extends TrainingModule<Sample> {
  readonly net = new Sequential(new Linear(4, 6), new BatchNorm1d(6), new ReLU(), new Dropout(0.3), new Linear(6, 1))
  readonly error = new MeanMetric()
  readonly #optimizer: (parameters: Parameter[]) => OptimizerConfig

  constructor(optimizer: (parameters: Parameter[]) => OptimizerConfig) {
    super()
    this.#optimizer = optimizer
  }

  trainingStep({ x, y }: Sample): FreeStepOutput {
    const loss = this.net.forward(x).sub(y).square().mean()
    this.log('loss', loss, { onStep: true, onEpoch: true })
    this.error.update(loss.detach())
    this.log('error', this.error)
    return loss
  }

  override validationStep({ x, y }: Sample): void {
    this.log('val_loss', this.net.forward(x).sub(y).abs().mean())
  }

  configureOptimizers(): OptimizerConfig {
    return this.#optimizer(this.parameters())
  }
}

export interface Outcome {
  readonly state: Readonly<Record<string, number[]>>
  readonly metrics: Readonly<Record<string, number>>
  readonly logged: readonly unknown[]
  readonly globalStep: number
  readonly currentEpoch: number
}

export interface Scene {
  readonly optimizer: (parameters: Parameter[]) => OptimizerConfig
  readonly options?: TrainerOptions
  /** Callbacks of each run, made anew. */
  readonly callbacks?: () => Callback[]
}

/** Runs a fit, from a checkpoint if there is one. */
export async function fit(
  { optimizer, options = {}, callbacks = () => [] }: Scene,
  maxEpochs: number,
  checkpoint?: Checkpoint,
  extra: Callback[] = [],
): Promise<Outcome> {
  manualSeed(3)
  const module = new Model(optimizer)
  const logged: unknown[] = []
  const logger = { logMetrics: (metrics: object, step: number) => void logged.push([step, metrics]) }
  const trainer = quietTrainer({
    maxEpochs,
    logger,
    logEveryNSteps: 1,
    ...options,
    callbacks: [...callbacks(), ...extra],
  })
  const train = new DataLoader(samples, { batchSize: 3, shuffle: true, seed: 5 })
  const val = new DataLoader(samples.slice(0, 4), { batchSize: 2, shuffle: true })
  await trainer.fit(module, { train, val } as never, checkpoint === undefined ? {} : { checkpoint })
  const state = await Promise.all(
    Array.from(module.stateDict(), async ([name, tensor]) => [name, Array.from(await tensor.data())] as const),
  )
  const { globalStep, currentEpoch, callbackMetrics } = trainer
  return { state: Object.fromEntries(state), metrics: { ...callbackMetrics }, logged, globalStep, currentEpoch }
}

/** Files of a fit after every batch, by how many were done. */
export async function checkpointsOf(
  scene: Scene,
  maxEpochs: number,
): Promise<{ outcome: Outcome; files: Uint8Array[] }> {
  const files: Uint8Array[] = []
  const saving: Callback = {
    onTrainBatchEnd: (trainer) =>
      trainer.whenSaveable(async () => void files.push(await encodeCheckpoint(await trainer.dumpCheckpoint()))),
  }
  const outcome = await fit(scene, maxEpochs, undefined, [saving])
  return { outcome, files }
}

/** The end of a run has to be the same; of what was logged the part that the resumed run did. */
export function expectSame(resumed: Outcome, straight: Outcome): void {
  const { logged, ...rest } = resumed
  expect(rest).toEqual({ ...straight, logged: undefined })
  expect(logged).toEqual(straight.logged.slice(straight.logged.length - logged.length))
}

export const adam: Scene = { optimizer: (parameters) => new AdamW(parameters, { lr: 0.05 }) }
