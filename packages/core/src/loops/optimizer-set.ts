import type { ConfiguredOptimizers, LRSchedulerConfig } from '../module/optimizer-config.ts'
import { WrappedOptimizer, type WrappedOptimizerHost } from '../strategy/wrapped-optimizer.ts'

/** The optimizers of a run, wrapped, and their schedulers. */
export class OptimizerSet {
  readonly wrapped: readonly WrappedOptimizer[]
  readonly schedulers: readonly Required<LRSchedulerConfig>[]

  constructor({ optimizers, schedulers }: ConfiguredOptimizers, host: WrappedOptimizerHost) {
    this.wrapped = optimizers.map(
      (optimizer) =>
        new WrappedOptimizer(
          optimizer,
          optimizers.filter((other) => other !== optimizer),
          host,
        ),
    )
    this.schedulers = schedulers
  }

  /** Empties every gradient: its memory goes back at once. */
  releaseGradients(): void {
    for (const { paramGroups } of this.wrapped) {
      for (const { params } of paramGroups) for (const { gradient } of params) gradient.slot.drop()
    }
  }
}
