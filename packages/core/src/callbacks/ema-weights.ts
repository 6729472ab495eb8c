import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { AveragedWeights, type AveragedWeightsState } from './averaged-weights.ts'
import type { Callback, TrainerView } from './callback.ts'

export interface EMAWeightsOptions {
  /** How much of the average stays in an update, in [0, 1). Default 0.999. */
  readonly decay?: number
  /** Optimizer steps from one update to the next, ≥ 1. Default 1. */
  readonly everyNSteps?: number
  /** Steps before the first update, which takes the weights as they are. Default 0: after the first step. */
  readonly startStep?: number
  /** Whether buffers of floats, as running statistics, are averaged, too. Default true. */
  readonly buffers?: boolean
  /** Whether validation runs on the averages. Default true. */
  readonly validate?: boolean
}

/** State of an `EMAWeights`, as saved. */
export interface EMAWeightsState {
  readonly lastStep: number
  readonly averages: AveragedWeightsState
}

/**
 * Keeps an exponential moving average of the weights: after each step average ← decay·average + (1 − decay)·weight. Validation
 * runs on the averages, and when the training ends they are the module's weights.
 */
export class EMAWeights implements Callback {
  readonly #options: Required<EMAWeightsOptions>
  #averages: AveragedWeights | null = null
  /** The step of the last update, so that a batch without a step makes none. */
  #lastStep = 0
  /** Loaded before the fit began. */
  #loaded: EMAWeightsState | null = null

  /** @throws OutOfRangeError when an option is out of range */
  constructor({
    decay = 0.999,
    everyNSteps = 1,
    startStep = 0,
    buffers = true,
    validate = true,
  }: EMAWeightsOptions = {}) {
    if (!(decay >= 0 && decay < 1)) throw new OutOfRangeError(`EMAWeights: decay is in [0, 1), got ${decay}`)
    for (const [name, count, least] of [
      ['everyNSteps', everyNSteps, 1],
      ['startStep', startStep, 0],
    ] as const) {
      if (Number.isInteger(count) && count >= least) continue
      throw new OutOfRangeError(`EMAWeights: ${name} is a whole number ≥ ${least}, got ${count}`)
    }
    this.#options = { decay, everyNSteps, startStep, buffers, validate }
  }

  onFitStart(trainer: TrainerView, module: TrainingModule): void {
    this.#averages = new AveragedWeights(module, { buffers: this.#options.buffers })
    this.#lastStep = trainer.globalStep
    if (this.#loaded === null) return
    this.#averages.loadStateDict('EMAWeights', this.#loaded.averages)
    this.#lastStep = this.#loaded.lastStep
    this.#loaded = null
  }

  onTrainBatchEnd({ globalStep }: TrainerView): void {
    const { decay, everyNSteps, startStep } = this.#options
    if (globalStep === this.#lastStep || globalStep <= startStep || (globalStep - startStep - 1) % everyNSteps !== 0)
      return
    this.#lastStep = globalStep
    this.#averages!.update(1 - decay)
  }

  onValidationStart(trainer: TrainerView): void {
    if (this.#options.validate && trainer.stage === 'fit' && !trainer.sanityChecking) this.#averages?.swapIn()
  }

  onValidationEnd(): void {
    this.#averages?.restore()
  }

  onTrainEnd(): void {
    this.#averages?.copyIn()
  }

  onException(): void {
    this.#averages?.restore()
  }

  /** @throws MisconfigurationError before a fit */
  stateDict(): EMAWeightsState {
    if (this.#averages === null) {
      throw new MisconfigurationError('EMAWeights: there are averages once a fit has begun, got none; save it later')
    }
    return { lastStep: this.#lastStep, averages: this.#averages.stateDict() }
  }

  /** For the next fit. */
  loadStateDict(state: EMAWeightsState): void {
    this.#loaded = state
  }
}
