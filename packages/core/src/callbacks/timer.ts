import { MisconfigurationError } from '../errors/errors.ts'
import type { Callback, TrainerView } from './callback.ts'
import { type Duration, secondsOf } from './duration.ts'

export interface TimerOptions {
  /** Time for training. Default: no limit; the timer only tells the time. */
  readonly duration?: Duration
  /** Whether it looks after each batch or after each epoch. Default `'step'`. */
  readonly interval?: 'step' | 'epoch'
}

/** State of a timer, as saved. */
export interface TimerState {
  readonly trainSeconds: number
}

/** What a timer times. */
export type TimedStage = 'train' | 'validate' | 'test'

/** Tells how long training, validation and test took, and ends a fit when its time is over. */
export class Timer implements Callback {
  readonly #limit: number
  readonly #interval: 'step' | 'epoch'
  readonly #began = new Map<TimedStage, number>()
  readonly #ended = new Map<TimedStage, number>()
  /** Seconds of training before the fit that this one goes on from was saved. */
  #before = 0
  #loaded = 0

  /** @throws MisconfigurationError for a duration that is none, or an interval that there is not */
  constructor({ duration, interval = 'step' }: TimerOptions = {}) {
    if (interval !== 'step' && interval !== 'epoch') {
      throw new MisconfigurationError(`Timer: interval is 'step' or 'epoch', got ${JSON.stringify(interval)}`)
    }
    this.#limit = duration === undefined ? Number.POSITIVE_INFINITY : secondsOf('Timer', duration)
    this.#interval = interval
  }

  /** Seconds that a stage has taken so far, in the last run of it; 0 before it began. */
  timeElapsed(stage: TimedStage = 'train'): number {
    const began = this.#began.get(stage)
    const before = stage === 'train' ? this.#before : 0
    return before + (began === undefined ? 0 : ((this.#ended.get(stage) ?? performance.now()) - began) / 1000)
  }

  /** Seconds that are left for training; `Infinity` without a limit. */
  timeRemaining(): number {
    return this.#limit - this.timeElapsed('train')
  }

  onFitStart(trainer: TrainerView): void {
    this.#began.delete('train')
    this.#before = this.#loaded
    this.#loaded = 0
    this.#stopIfOver(trainer)
  }

  onTrainStart(): void {
    this.#begin('train')
  }

  /** The time of training so far: a fit that goes on has what is left. */
  stateDict(): TimerState {
    return { trainSeconds: this.timeElapsed('train') }
  }

  loadStateDict({ trainSeconds }: TimerState): void {
    this.#loaded = trainSeconds
  }

  onTrainBatchEnd(trainer: TrainerView): void {
    if (this.#interval === 'step') this.#stopIfOver(trainer)
  }

  onTrainEpochEnd(trainer: TrainerView): void {
    if (this.#interval === 'epoch') this.#stopIfOver(trainer)
  }

  onTrainEnd(): void {
    this.#end('train')
  }

  onValidationStart(): void {
    this.#begin('validate')
  }

  onValidationEnd(): void {
    this.#end('validate')
  }

  onTestStart(): void {
    this.#begin('test')
  }

  onTestEnd(): void {
    this.#end('test')
  }

  #begin(stage: TimedStage): void {
    this.#began.set(stage, performance.now())
    this.#ended.delete(stage)
  }

  #end(stage: TimedStage): void {
    this.#ended.set(stage, performance.now())
  }

  #stopIfOver(trainer: TrainerView): void {
    if (this.timeRemaining() <= 0) trainer.stop()
  }
}
