import type { ConfiguredOptimizers } from '../module/optimizer-config.ts'
import type { SchedulerSetup } from '../module/scheduler-config.ts'
import { WrappedOptimizer, type WrappedOptimizerHost } from '../strategy/wrapped-optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'

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

  /** Indices of the active optimizers whose step in this batch was not skipped. */
  learnedIn(batchIdx: number): readonly number[] {
    return this.activeIn(batchIdx).filter((i) => !this.wrapped[i]!.stepWasSkipped)
  }

  beginBatch(): void {
    for (const optimizer of this.wrapped) optimizer.beginBatch()
  }

  /** What says of each step of the batch whether it was skipped, for the commit. */
  get undecided(): readonly Tensor[] {
    return this.wrapped.flatMap(({ undecided }) => undecided)
  }

  /** Counts the steps of a batch whose commit has run. @returns whether one was skipped */
  async settle(): Promise<boolean> {
    const skipped = await Promise.all(this.wrapped.map((optimizer) => optimizer.settle()))
    return skipped.includes(true)
  }

  /** Empties every gradient: its memory goes back at once. */
  releaseGradients(): void {
    for (const { paramGroups } of this.wrapped) {
      for (const { params } of paramGroups) for (const { gradient } of params) gradient.slot.drop()
    }
  }
}
