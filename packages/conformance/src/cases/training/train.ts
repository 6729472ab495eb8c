import {
  type Accelerator,
  type Callback,
  type DeviceStats,
  type HostArray,
  HostRandom,
  manualSeed,
  type Optimizer,
  type OptimizerStateDict,
  type PrecisionName,
  type StateDict,
  type Tensor,
  Trainer,
  type TrainingModule,
  tensor,
} from '@voltaic/core'
import type { CaseOptions } from '../../suite/case.ts'
import type { Batch, TrainedModel } from './models.ts'

export interface TrainOptions {
  readonly accelerator: Accelerator
  readonly precision: PrecisionName
  /** Steps to take. */
  readonly steps: number
  readonly seed: number
  /** From where to go on; default: from the seed's own weights. */
  readonly from?: TrainingState
  /** Beside those that gather the result. */
  readonly callbacks?: readonly Callback[]
  /** Changes the options of the Trainer. */
  readonly trainer?: CaseOptions['trainer']
}

/** A training between two steps. */
export interface TrainingState {
  /** Steps taken. */
  readonly steps: number
  readonly weights: StateDict
  readonly optimizers: readonly OptimizerStateDict[]
}

/** What came of a training. */
export interface Trained {
  readonly losses: readonly number[]
  /** Counters of the device after each step. */
  readonly stats: readonly DeviceStats[]
  readonly state: TrainingState
  /** Every parameter, buffer and piece of optimizer state, by name. */
  readonly numbers: ReadonlyMap<string, HostArray>
}

/**
 * Trains `model`. Weights, batches and random draws of a step depend on the seed and the number of the step alone, so that
 * a training may be cut in two.
 */
export async function train(model: TrainedModel, options: TrainOptions): Promise<Trained> {
  const { error, trained } = await trainUntilError(model, options)
  if (error !== null) throw error
  return trained
}

/** What ended a training before its time, null if nothing did, and what was learned before that. */
export async function trainUntilError(
  model: TrainedModel,
  options: TrainOptions,
): Promise<{ readonly error: unknown; readonly trained: Trained }> {
  const { steps, seed, from } = options
  const begin = from?.steps ?? 0
  const module = model.make()
  seedWeights(module, seed)
  const optimizers = goOn(module, from)
  const losses: number[] = []
  const stats: DeviceStats[] = []
  const gathering: Callback = {
    onTrainBatchStart: (_trainer, _module, _batch, batchIdx) => manualSeed(seed + begin + batchIdx),
    async onTrainBatchEnd(_trainer, _module, outputs) {
      losses.push(await (outputs as { readonly loss: Tensor }).loss.item())
      stats.push(options.accelerator.stats())
    },
  }
  const trainer = trainerOf(model, options, gathering)
  const batches = Array.from({ length: steps }, (_, i) => batchOf(model, seed, begin + i))
  const error = await trainer.fit(module, { train: batches }).then(
    () => null,
    (reason: unknown) => reason,
  )
  const state = { steps: begin + losses.length, weights: module.stateDict(), optimizers: optimizers() }
  return { error, trained: { losses, stats, state, numbers: await numbersOf(state) } }
}

function trainerOf(model: TrainedModel, options: TrainOptions, gathering: Callback): Trainer {
  const { accelerator, precision, callbacks = [], trainer = (given) => given } = options
  const { gradientClipVal } = model
  return new Trainer(
    trainer({
      accelerator,
      precision,
      maxEpochs: 1,
      enableProgressBar: false,
      ...(gradientClipVal !== undefined && { gradientClipVal }),
      callbacks: [gathering, ...callbacks],
    }),
  )
}

async function numbersOf({ weights, optimizers }: TrainingState): Promise<Map<string, HostArray>> {
  const numbers = new Map<string, HostArray>()
  for (const [name, x] of weights) numbers.set(name, await x.data())
  for (const [i, { state }] of optimizers.entries()) {
    for (const [parameter, pieces] of Object.entries(state)) {
      for (const [name, x] of Object.entries(pieces))
        numbers.set(`optimizer ${i}: ${parameter}.${name}`, await x.data())
    }
  }
  return numbers
}

function batchOf(model: TrainedModel, seed: number, step: number) {
  return model.batch(new HostRandom(seed, `batch of ${model.name}`, step))
}

/** Weights that are the same on every device: none of them is drawn on one. */
function seedWeights(module: TrainingModule<Batch>, seed: number): void {
  const random = new HostRandom(seed, 'weights')
  for (const [name, parameter] of module.namedParameters()) {
    const { shape, numel } = parameter
    const scale = 1 / Math.sqrt(shape.at(-1)!)
    const make = shape.length > 1 ? () => scale * (2 * random.uniform() - 1) : () => (name.endsWith('bias') ? 0 : 1)
    parameter.assign(tensor(Float32Array.from({ length: numel }, make), { shape }))
  }
}

/** Loads a state, that of the optimizers when they are configured. @returns a way to their state after the training */
function goOn(module: TrainingModule<Batch>, from: TrainingState | undefined): () => readonly OptimizerStateDict[] {
  const configure = module.configureOptimizers.bind(module)
  let optimizers: readonly Optimizer[] = []
  module.configureOptimizers = () => {
    const configured = configure()
    optimizers = [configured].flat() as Optimizer[]
    for (const [i, state] of (from?.optimizers ?? []).entries()) optimizers[i]!.loadStateDict(state)
    return configured
  }
  if (from !== undefined) module.loadStateDict(from.weights)
  return () => optimizers.map((optimizer) => optimizer.stateDict())
}
