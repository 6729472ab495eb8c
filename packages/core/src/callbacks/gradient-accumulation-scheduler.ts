import { MisconfigurationError } from '../errors/errors.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { warnOfOverrides } from '../module/warn-of-overrides.ts'
import type { Callback, TrainerView } from './callback.ts'

/** How many batches make one step, by the epoch from which on they do. */
export type AccumulationSchedule = Readonly<Record<number, number>>

/**
 * Changes how many batches make one step from epoch to epoch: `{ 0: 8, 4: 4, 8: 1 }` takes eight in epochs 0 to 3. Before
 * the first epoch named, one.
 */
export class GradientAccumulationScheduler implements Callback {
  /** Epochs and their batches, latest first. */
  readonly #schedule: readonly (readonly [epoch: number, batches: number])[]

  /**
   * @throws TypeError when there is no epoch in it
   * @throws MisconfigurationError when an epoch is no whole number ≥ 0, or batches are no whole number ≥ 1
   */
  constructor(schedule: AccumulationSchedule) {
    const entries = Object.entries(Object(schedule) as AccumulationSchedule).map(
      ([epoch, batches]) => [Number(epoch), batches] as const,
    )
    if (entries.length === 0) {
      throw new TypeError(
        `GradientAccumulationScheduler: takes batches by epoch, got ${JSON.stringify(schedule)}; write { 0: 4, 8: 1 }, say`,
      )
    }
    for (const [epoch, batches] of entries) {
      if (Number.isInteger(epoch) && epoch >= 0 && Number.isInteger(batches) && batches >= 1) continue
      throw new MisconfigurationError(
        `GradientAccumulationScheduler: epochs are whole numbers ≥ 0 and batches ≥ 1, got ${epoch}: ${batches}`,
      )
    }
    this.#schedule = entries.sort(([a], [b]) => b - a)
  }

  setup(trainer: TrainerView): void {
    trainer.announceAccumulation((epoch) => this.#at(epoch))
  }

  /** @throws MisconfigurationError in manual optimization, or when the Trainer accumulates, too */
  onFitStart(trainer: TrainerView, module: TrainingModule): void {
    if (!module.automaticOptimization) {
      throw new MisconfigurationError(
        'GradientAccumulationScheduler: is for automatic optimization, got a module with automaticOptimization = false; step every n batches in trainingStep',
      )
    }
    if (trainer.accumulateGradBatches !== 1) {
      throw new MisconfigurationError(
        `GradientAccumulationScheduler: says alone how many batches make a step, got accumulateGradBatches ${trainer.accumulateGradBatches} as well; leave one of them out`,
      )
    }
    if (this.#schedule.some(([, batches]) => batches > 1)) warnOfOverrides('GradientAccumulationScheduler', module)
  }

  onTrainEpochStart(trainer: TrainerView): void {
    trainer.accumulateGradBatches = this.#at(trainer.currentEpoch)
  }

  #at(epoch: number): number {
    return this.#schedule.find(([from]) => from <= epoch)?.[1] ?? 1
  }
}
