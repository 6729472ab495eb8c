import type { Callback, TrainerView } from '../callbacks/callback.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { LrFindOptions } from './lr-find-options.ts'

/** How much of the running mean of losses a step keeps. */
const beta = 0.98

/** Sets the learning rate of each step, and notes the smoothed loss. */
export class LrRangeTest implements Callback {
  /** The learning rate of each step. */
  readonly lrs: number[] = []
  /** The smoothed loss of each step; NaN where a batch had no loss. */
  readonly losses: number[] = []
  readonly #range: Required<LrFindOptions>
  readonly #broadcast: <T>(value: T) => Promise<T>
  /** The running mean of so many losses. */
  #mean = 0
  #count = 0
  #best = Infinity
  #stepsBefore = 0

  /** @param broadcast - gives every process what the first one says; default: there is one */
  constructor(range: Required<LrFindOptions>, broadcast: <T>(value: T) => Promise<T> = async (value) => value) {
    this.#range = range
    this.#broadcast = broadcast
  }

  onTrainBatchStart({ optimizers, globalStep }: TrainerView): void {
    this.#stepsBefore = globalStep
    for (const group of optimizers[0]!.paramGroups) group.lr = lrOf(this.lrs.length, this.#range)
  }

  /** @throws MisconfigurationError when manual optimization says no loss */
  async onTrainBatchEnd(
    trainer: TrainerView,
    module: TrainingModule,
    outputs: unknown,
    _batch: unknown,
    batchIdx: number,
  ): Promise<void> {
    const closesWindow = (batchIdx + 1) % trainer.accumulateGradBatches === 0 || trainer.globalStep > this.#stepsBefore
    if (!closesWindow) return
    const { loss } = Object(outputs) as { readonly loss?: unknown }
    if (!(loss instanceof Tensor) && !module.automaticOptimization) {
      throw new MisconfigurationError(
        'lrFind: looks at the loss of each step, got none of trainingStep; return it in manual optimization, too',
      )
    }
    this.lrs.push(lrOf(this.lrs.length, this.#range))
    this.#note(await this.#broadcast(loss instanceof Tensor ? await loss.item() : null))
    if (this.lrs.length === this.#range.numTraining || this.#isDiverging()) trainer.stop()
  }

  /** A batch without a loss leaves the mean as it is. */
  #note(loss: number | null): void {
    if (loss === null) {
      this.losses.push(Number.NaN)
      return
    }
    this.#count++
    this.#mean = beta * this.#mean + (1 - beta) * loss
    // The mean began at 0.
    this.losses.push(this.#mean / (1 - beta ** this.#count))
  }

  #isDiverging(): boolean {
    const { earlyStopThreshold } = this.#range
    if (earlyStopThreshold === null) return false
    const latest = this.losses.at(-1)!
    // Of what is below 0 there is no multiple that is worse. What is no number once is none ever after.
    const isWorse = this.#best > 0 && latest > earlyStopThreshold * this.#best
    if (latest < this.#best) this.#best = latest
    return isWorse || Number.isNaN(this.#mean)
  }
}

/** The learning rate of step `index`. Lightning's schedules leave out the first step after the initial rate. */
function lrOf(index: number, { minLr, maxLr, numTraining, mode }: Required<LrFindOptions>): number {
  const share = index === 0 ? 0 : (index + 1) / numTraining
  return mode === 'linear' ? minLr + share * (maxLr - minLr) : minLr * (maxLr / minLr) ** share
}
