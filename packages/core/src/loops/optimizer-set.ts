import type { ConfiguredOptimizers } from '../module/optimizer-config.ts'
import type { SchedulerSetup } from '../module/scheduler-config.ts'
import { WrappedOptimizer, type WrappedOptimizerHost } from '../strategy/wrapped-optimizer.ts'

/** The optimizers of a run, wrapped, and their schedulers. */
export class OptimizerSet {
  readonly wrapped: readonly WrappedOptimizer[]
  readonly schedulers: readonly SchedulerSetup[]
  /** Batches in a row of each optimizer; null when all are active in every batch. */
  readonly #frequencies: readonly number[] | null

  constructor({ optimizers, frequencies, schedulers }: ConfiguredOptimizers, host: WrappedOptimizerHost) {
    this.wrapped = optimizers.map(
      (optimizer) =>
        new WrappedOptimizer(
          optimizer,
          optimizers.filter((other) => other !== optimizer),
          host,
        ),
    )
    this.schedulers = schedulers
    this.#frequencies = frequencies
  }

  /** Indices of the optimizers that are active in a batch of automatic optimization, in order. */
  activeIn(batchIdx: number): readonly number[] {
    if (this.#frequencies === null) return this.wrapped.map((_, i) => i)
    const round = this.#frequencies.reduce((sum, frequency) => sum + frequency, 0)
    let place = batchIdx % round
    const active = this.#frequencies.findIndex((frequency) => (place -= frequency) < 0)
    return [active]
  }

  /** Steps taken by all of them together. */
  get stepsTaken(): number {
    return this.wrapped.reduce((steps, { stepCount }) => steps + stepCount, 0)
  }

  /** Empties every gradient: its memory goes back at once. */
  releaseGradients(): void {
    for (const { paramGroups } of this.wrapped) {
      for (const { params } of paramGroups) for (const { gradient } of params) gradient.slot.drop()
    }
  }
}
