import { MisconfigurationError } from '../errors/errors.ts'
import type { Callback, TrainerView } from './callback.ts'

export interface EarlyStoppingOptions {
  /** Checks without an improvement after which the fit ends, ≥ 0. Default 3. */
  readonly patience?: number
  /** What is better: less or more. Default `'min'`. */
  readonly mode?: 'min' | 'max'
  /** Least change that counts as an improvement: more than this. Default 0. */
  readonly minDelta?: number
  /** Whether a metric that was not logged is an error, or a check that is left out. Default true. */
  readonly strict?: boolean
  /** Whether a metric that is not finite ends the fit. Default true. */
  readonly checkFinite?: boolean
  /** A value from which on the metric is good enough, and the fit ends. */
  readonly stoppingThreshold?: number
  /** A value from which on the metric is lost, and the fit ends. */
  readonly divergenceThreshold?: number
  /**
   * Whether it looks at the end of training epochs, or of validations. Default: of epochs if each ends with its only
   * validation.
   */
  readonly checkOnTrainEpochEnd?: boolean
}

/** Why a fit was ended. */
export type StoppingReason = 'patience' | 'not finite' | 'stopping threshold' | 'divergence threshold'

/** What an `EarlyStopping` has seen so far. */
export type EarlyStoppingState = Pick<EarlyStopping, 'waitCount' | 'stoppedEpoch' | 'stoppingReason' | 'bestScore'>

/** Ends a fit when a metric does not get better any more. */
export class EarlyStopping implements Callback {
  /** It looks at what the module logs in its `onTrainEpochEnd`, too. */
  readonly watchesMetrics: boolean = true
  readonly monitor: string
  /** Checks without an improvement, in a row. */
  waitCount = 0
  /** Epoch in which the fit was ended; null while it was not. */
  stoppedEpoch: number | null = null
  /** Why it was. */
  stoppingReason: StoppingReason | null = null
  /** The best value so far; ±Infinity before the first. */
  bestScore: number
  readonly #options: EarlyStoppingOptions
  readonly #sign: 1 | -1

  /** @param monitor - the name under which the metric is logged. @throws MisconfigurationError for options out of range */
  constructor(monitor: string, options: EarlyStoppingOptions = {}) {
    const { mode = 'min', patience = 3, minDelta = 0 } = options
    if (mode !== 'min' && mode !== 'max') {
      throw new MisconfigurationError(`EarlyStopping: mode is 'min' or 'max', got ${JSON.stringify(mode)}`)
    }
    if (!(Number.isInteger(patience) && patience >= 0)) {
      throw new MisconfigurationError(`EarlyStopping: patience is a whole number ≥ 0, got ${patience}`)
    }
    if (!(minDelta >= 0)) throw new MisconfigurationError(`EarlyStopping: minDelta is a number ≥ 0, got ${minDelta}`)
    this.monitor = monitor
    this.#options = options
    // More is better in what is compared.
    this.#sign = mode === 'max' ? 1 : -1
    this.bestScore = -this.#sign * Number.POSITIVE_INFINITY
  }

  onTrainEpochEnd(trainer: TrainerView): void {
    const { checkOnTrainEpochEnd = trainer.validatesEachEpoch } = this.#options
    if (checkOnTrainEpochEnd) this.#check(trainer)
  }

  onValidationEnd(trainer: TrainerView): void {
    const { checkOnTrainEpochEnd = trainer.validatesEachEpoch } = this.#options
    if (!checkOnTrainEpochEnd) this.#check(trainer)
  }

  stateDict(): EarlyStoppingState {
    const { waitCount, stoppedEpoch, stoppingReason, bestScore } = this
    return { waitCount, stoppedEpoch, stoppingReason, bestScore }
  }

  loadStateDict({ waitCount, stoppedEpoch, stoppingReason, bestScore }: EarlyStoppingState): void {
    Object.assign(this, { waitCount, stoppedEpoch, stoppingReason, bestScore })
  }

  #check(trainer: TrainerView): void {
    if (trainer.stage !== 'fit' || trainer.sanityChecking || trainer.fastDevRun) return
    const current = trainer.callbackMetrics[this.monitor]
    if (current === undefined) {
      if (this.#options.strict ?? true) throw new MisconfigurationError(this.#notLogged(trainer))
      return
    }
    const reason = this.#reasonToStop(current)
    if (reason === null) return
    this.stoppedEpoch = trainer.currentEpoch
    this.stoppingReason = reason
    trainer.stop()
  }

  #reasonToStop(current: number): StoppingReason | null {
    const { patience = 3, minDelta = 0, checkFinite = true, stoppingThreshold, divergenceThreshold } = this.#options
    if (checkFinite && !Number.isFinite(current)) return 'not finite'
    if (stoppingThreshold !== undefined && this.#isBetter(current, stoppingThreshold)) return 'stopping threshold'
    if (divergenceThreshold !== undefined && this.#isBetter(divergenceThreshold, current)) return 'divergence threshold'
    if (this.#isBetter(current - this.#sign * minDelta, this.bestScore)) {
      this.bestScore = current
      this.waitCount = 0
      return null
    }
    this.waitCount++
    return this.waitCount >= patience ? 'patience' : null
  }

  #isBetter(a: number, b: number): boolean {
    return this.#sign * a > this.#sign * b
  }

  #notLogged({ callbackMetrics }: TrainerView): string {
    const names = Object.keys(callbackMetrics)
    const there = names.length === 0 ? 'nothing was logged' : `there are ${names.join(', ')}`
    return `EarlyStopping: its metric was not logged, got monitor ${JSON.stringify(this.monitor)}; ${there}. Log it, or set strict: false`
  }
}
