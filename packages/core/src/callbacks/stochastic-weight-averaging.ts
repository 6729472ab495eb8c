import { MisconfigurationError } from '../errors/errors.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { BatchNorm } from '../nn/batch-norm.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { AveragedWeights, type AveragedWeightsState } from './averaged-weights.ts'
import type { Callback, TrainerView } from './callback.ts'

export interface StochasticWeightAveragingOptions {
  /** The learning rate while averaging, > 0: one, or one for each group of parameters. */
  readonly swaLrs: number | readonly number[]
  /** The epoch with which averaging begins, counted from 1; a number below 1 is a share of `maxEpochs`. Default 0.8. */
  readonly swaEpochStart?: number
  /** Epochs in which the learning rate goes from what it was to `swaLrs`; 0: at once. Default 10. */
  readonly annealingEpochs?: number
  /** Default `'cos'`. */
  readonly annealingStrategy?: 'cos' | 'linear'
}

/** State of a `StochasticWeightAveraging`, as saved. */
export interface StochasticWeightAveragingState {
  readonly count: number
  readonly lastEpoch: number
  readonly startLrs: readonly number[] | null
  readonly averages: AveragedWeightsState
}

/**
 * Averages the weights at the beginning of each of the last epochs (Izmailov et al. 2018), under a learning rate of their own;
 * when the training ends, the average is the module's weights.
 *
 * From then on it alone says the learning rate: what schedulers set is overwritten before each batch.
 */
export class StochasticWeightAveraging implements Callback {
  readonly #options: Required<StochasticWeightAveragingOptions>
  #averages: AveragedWeights | null = null
  #firstEpoch = 0
  /** Weights averaged so far. */
  #count = 0
  #lastEpoch = -1
  /** Learning rates of the groups when averaging began. */
  #startLrs: readonly number[] | null = null
  #loaded: StochasticWeightAveragingState | null = null

  /** @throws MisconfigurationError when an option is out of range */
  constructor({
    swaLrs,
    swaEpochStart = 0.8,
    annealingEpochs = 10,
    annealingStrategy = 'cos',
  }: StochasticWeightAveragingOptions) {
    const rates = [swaLrs].flat()
    const faults = [
      ...faultOf(rates.length > 0 && rates.every((lr) => lr > 0), 'swaLrs are numbers > 0', swaLrs),
      ...faultOf(
        swaEpochStart >= 0 && (swaEpochStart < 1 || Number.isInteger(swaEpochStart)),
        'swaEpochStart is a whole number ≥ 1, or a share in [0, 1)',
        swaEpochStart,
      ),
      ...faultOf(
        Number.isInteger(annealingEpochs) && annealingEpochs >= 0,
        'annealingEpochs is a whole number ≥ 0',
        annealingEpochs,
      ),
      ...faultOf(
        annealingStrategy === 'cos' || annealingStrategy === 'linear',
        "annealingStrategy is 'cos' or 'linear'",
        annealingStrategy,
      ),
    ]
    if (faults.length > 0) throw new MisconfigurationError(`StochasticWeightAveraging: ${faults.join('; ')}`)
    this.#options = { swaLrs, swaEpochStart, annealingEpochs, annealingStrategy }
  }

  /** @throws MisconfigurationError unless there is one optimizer, at most one scheduler, and a number of epochs */
  onFitStart(trainer: TrainerView, module: TrainingModule): void {
    const { optimizers, lrSchedulers, maxEpochs } = trainer
    const { swaEpochStart, swaLrs } = this.#options
    const groups = optimizers[0]?.paramGroups.length ?? 0
    const faults = [
      ...faultOf(optimizers.length === 1, 'averages what one optimizer learns', `${optimizers.length} of them`),
      ...faultOf(lrSchedulers.length <= 1, 'takes the place of one scheduler', `${lrSchedulers.length} of them`),
      ...faultOf(maxEpochs >= 0, 'averages in the last epochs', 'no maxEpochs'),
      ...faultOf(
        typeof swaLrs === 'number' || swaLrs.length === groups,
        `swaLrs are as many as groups, ${groups}`,
        swaLrs,
      ),
    ]
    if (faults.length > 0) throw new MisconfigurationError(`StochasticWeightAveraging: ${faults.join('; ')}`)
    const start = swaEpochStart < 1 ? Math.floor(maxEpochs * swaEpochStart) : swaEpochStart
    this.#firstEpoch = Math.max(start - 1, 0)
    this.#averages = new AveragedWeights(module, { buffers: false })
    this.#count = 0
    this.#lastEpoch = -1
    this.#startLrs = null
    this.#takeUpLoaded()
  }

  onTrainEpochStart({ currentEpoch, optimizers }: TrainerView): void {
    if (currentEpoch < this.#firstEpoch) return
    const [optimizer] = optimizers
    this.#startLrs ??= optimizer!.paramGroups.map(({ lr }) => lr)
    if (currentEpoch > this.#lastEpoch) {
      this.#lastEpoch = currentEpoch
      this.#count++
      this.#averages!.update(1 / this.#count)
    }
    this.#setLr(optimizer!, currentEpoch)
  }

  onTrainBatchStart({ currentEpoch, optimizers }: TrainerView): void {
    if (currentEpoch >= this.#firstEpoch) this.#setLr(optimizers[0]!, currentEpoch)
  }

  /** Running statistics of batch norms are those of other weights: one more pass over the data finds them anew. */
  async onTrainEnd(trainer: TrainerView, module: TrainingModule): Promise<void> {
    if (this.#count === 0) return
    this.#averages!.copyIn()
    const norms = module.modules().filter((inner) => inner instanceof BatchNorm)
    const tracking = norms.filter(({ runningMean }) => runningMean !== null)
    if (tracking.length > 0) await this.#findStatistics(trainer, module, tracking)
  }

  async #findStatistics(trainer: TrainerView, module: TrainingModule, norms: readonly BatchNorm[]): Promise<void> {
    if (!module.automaticOptimization) {
      console.warn(
        'StochasticWeightAveraging: the steps of manual optimization would learn, and so the running statistics of batch norms stay those of the last weights; find them anew with a pass of your own',
      )
      return
    }
    const momenta = norms.map(({ momentum }) => momentum)
    for (const norm of norms) {
      norm.resetRunningStats()
      norm.momentum = null
    }
    try {
      await trainer.passOverTraining()
    } finally {
      for (const [i, norm] of norms.entries()) norm.momentum = momenta[i]!
    }
  }

  stateDict(): StochasticWeightAveragingState {
    const averages = this.#averages?.stateDict() ?? new Map()
    return { count: this.#count, lastEpoch: this.#lastEpoch, startLrs: this.#startLrs, averages }
  }

  /** For the next fit. */
  loadStateDict(state: StochasticWeightAveragingState): void {
    this.#loaded = state
  }

  #takeUpLoaded(): void {
    if (this.#loaded === null) return
    const { count, lastEpoch, startLrs, averages } = this.#loaded
    this.#averages!.loadStateDict('StochasticWeightAveraging', averages)
    this.#count = count
    this.#lastEpoch = lastEpoch
    this.#startLrs = startLrs
    this.#loaded = null
  }

  #setLr({ paramGroups }: Optimizer, epoch: number): void {
    const { swaLrs, annealingEpochs, annealingStrategy } = this.#options
    const done = annealingEpochs === 0 ? 1 : Math.min(1, (epoch - this.#firstEpoch) / annealingEpochs)
    const share = annealingStrategy === 'cos' ? (1 - Math.cos(Math.PI * done)) / 2 : done
    for (const [i, group] of paramGroups.entries()) {
      const target = typeof swaLrs === 'number' ? swaLrs : swaLrs[i]!
      group.lr = target * share + this.#startLrs![i]! * (1 - share)
    }
  }
}

function faultOf(isGood: boolean, rule: string, got: unknown): string[] {
  return isGood ? [] : [`${rule}, got ${String(got)}`]
}
