import {
  type Accelerator,
  type FreeStepOutput,
  type HostArray,
  Linear,
  mse,
  type OptimizerConfig,
  type PrecisionPlugin,
  SGD,
  StepLR,
  type Tensor,
  Trainer,
  type TrainerOptions,
  TrainingModule,
  tensor,
} from '@voltaic/core'
import { type Batch, batchesOf } from '../../loop/batches.ts'
import type { CaseOptions } from '../../suite/case.ts'

export interface ObserveOptions {
  readonly accelerator: Accelerator
  readonly precision: PrecisionPlugin
  /** Batches to train. */
  readonly batches: number
  /** What the loss of a batch is multiplied by. Default 1. */
  readonly lossFactor?: (batchIdx: number) => number
  /** Each layer by an optimizer of its own, in manual optimization; the factor is that of the second one's loss. */
  readonly isManual?: boolean
  /** For the Trainer. */
  readonly options?: Pick<TrainerOptions, 'accumulateGradBatches' | 'gradientClipVal'>
  readonly trainer?: CaseOptions['trainer']
}

/** What there was after a batch. */
export interface ObservedBatch {
  /** Of each optimizer. */
  readonly wasSkipped: readonly boolean[]
  readonly stepCounts: readonly number[]
  readonly globalStep: number
  /** The learning rate of the first optimizer, as the schedulers left it. */
  readonly lr: number
  /** Weights and momentum of each optimizer. */
  readonly learned: readonly (readonly HostArray[])[]
}

/** A training in some precision, looked at. */
export interface Observed {
  readonly batches: readonly ObservedBatch[]
  /** Norm of the gradients in each `onBeforeOptimizerStep`. */
  readonly gradientNorms: readonly number[]
  /** Dtypes in the first forward pass, by what they are of. */
  readonly dtypes: Readonly<Record<string, string>>
  /** The loss of each batch, as the loop shows it. */
  readonly losses: readonly number[]
}

/** Two layers, from 3 columns to 2, with fixed weights and momentum; in automatic mode one optimizer has both. */
class Observable extends TrainingModule<Batch> {
  readonly a = layer(3, 2)
  readonly b = layer(3, 2)
  readonly gradientNorms: Tensor[] = []
  readonly dtypes: Record<string, string> = {}
  readonly #lossFactor: (batchIdx: number) => number
  #optimizers: readonly SGD[] = []

  constructor({ lossFactor = () => 1, isManual = false }: ObserveOptions) {
    super()
    this.#lossFactor = lossFactor
    this.automaticOptimization = !isManual
  }

  trainingStep(batch: Batch, batchIdx: number): FreeStepOutput | Promise<FreeStepOutput> {
    const [ofA, ofB] = [this.#loss(this.a, batch), this.#loss(this.b, batch).mul(this.#lossFactor(batchIdx))]
    if (this.automaticOptimization) return ofA.add(ofB)
    return this.#stepBoth(ofA, ofB)
  }

  override onBeforeOptimizerStep(): void {
    const squares = this.parameters().flatMap(({ grad }) => (grad === null ? [] : [grad.to('float32').square().sum()]))
    const [first, ...others] = squares
    if (first !== undefined)
      this.gradientNorms.push(
        others
          .reduce((sum, x) => sum.add(x), first)
          .sqrt()
          .keep(),
      )
  }

  configureOptimizers(): OptimizerConfig {
    const options = { lr: 0.1, momentum: 0.9 }
    if (!this.automaticOptimization) {
      this.#optimizers = [this.a, this.b].map((part) => new SGD(part.parameters(), options))
      return this.#optimizers
    }
    const optimizer = new SGD(this.parameters(), options)
    this.#optimizers = [optimizer]
    const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 })
    return { optimizer, lrScheduler: { scheduler, interval: 'step' } }
  }

  async learned(): Promise<HostArray[][]> {
    return Promise.all(
      this.#optimizers.map((optimizer) => {
        const weights = optimizer.paramGroups.flatMap(({ params }) => [...params])
        const state = Object.values(optimizer.stateDict().state).flatMap((pieces) => Object.values(pieces))
        return Promise.all([...weights, ...state].map((x) => x.data()))
      }),
    )
  }

  #loss(part: Linear, { x, y }: Batch): Tensor {
    const made = part.forward(x)
    const loss = mse(made, y)
    Object.assign(this.dtypes, { parameter: part.weight.dtype, input: x.dtype, product: made.dtype, loss: loss.dtype })
    return loss
  }

  async #stepBoth(ofA: Tensor, ofB: Tensor): Promise<FreeStepOutput> {
    const [first, second] = this.optimizers<2>()
    for (const [optimizer, loss] of [
      [first, ofA],
      [second, ofB],
    ] as const) {
      optimizer.zeroGrad()
      await this.manualBackward(loss)
      await optimizer.step()
    }
    return { loss: ofA }
  }
}

function layer(inFeatures: number, outFeatures: number): Linear {
  const made = new Linear(inFeatures, outFeatures)
  made.weight.assign(tensor(Float32Array.of(0.5, -0.25, 0.125, 0.25, 0.5, -0.5), { shape: [outFeatures, inFeatures] }))
  made.bias!.assign(tensor(Float32Array.of(0.0625, -0.125)))
  return made
}

/** Trains in float32 data, and looks at everything after each batch. */
export async function observe(given: ObserveOptions): Promise<Observed> {
  const { accelerator, precision, batches: count, options, trainer = (same) => same } = given
  const module = new Observable(given)
  const batches: ObservedBatch[] = []
  const losses: number[] = []
  const made = new Trainer(
    trainer({
      ...options,
      accelerator,
      precision,
      maxEpochs: 1,
      enableProgressBar: false,
      callbacks: [
        {
          async onTrainBatchEnd({ globalStep }, _module, outputs) {
            const optimizers = module.optimizers()
            losses.push(await (outputs as { readonly loss: Tensor }).loss.item())
            batches.push({
              globalStep,
              wasSkipped: optimizers.map(({ stepWasSkipped }) => stepWasSkipped),
              stepCounts: optimizers.map(({ stepCount }) => stepCount),
              lr: optimizers[0]!.paramGroups[0]!.lr,
              learned: await module.learned(),
            })
          },
        },
      ],
    }),
  )
  await made.fit(module, { train: batchesOf({ batches: count }, 'float32') as never })
  const gradientNorms = await Promise.all(module.gradientNorms.map((norm) => norm.item()))
  return { batches, losses, gradientNorms, dtypes: module.dtypes }
}
