import { noGrad } from '../autograd/no-grad.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { Module } from '../nn/module.ts'
import { commit } from '../tensor/flush.ts'
import type { Buffer } from '../tensor/parameter.ts'
import { realm } from '../tensor/realm.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Accumulator } from './accumulators.ts'

/** After so many updates outside of steps, none of which a commit has made real, a hint is printed. */
const patience = 100

/** What a metric has accumulated, as saved. */
export interface MetricState {
  readonly updates: number
  /** By accumulator. */
  readonly remembered: readonly (readonly Tensor[])[]
}

/** A metric of batches, whatever its updates take. */
export interface EpochMetric {
  compute(): Tensor
  reset(): void
}

/**
 * The base of metrics over an epoch: each `update` adds a batch to what is on the device, `compute` makes a number of it.
 * Nothing is read back until someone reads the result.
 *
 * A subclass says which accumulators it has, what a batch adds to each, and what the metric of their totals is:
 *
 * ```ts
 * class Coverage extends Metric<[mask: Tensor]> {
 *   constructor() {
 *     super([new Counts(), new Counts()])
 *   }
 *
 *   protected measure(mask: Tensor): readonly Tensor[] {
 *     return [mask.sum(), onesLike(mask).sum()]
 *   }
 *
 *   protected finish([covered, all]: readonly Tensor[]): Tensor {
 *     return covered!.div(all!)
 *   }
 * }
 * ```
 *
 * What is accumulated belongs to no state dict, and `module.to(dtype)` leaves it alone.
 */
export abstract class Metric<Inputs extends readonly unknown[] = readonly [preds: Tensor, target: Tensor]>
  extends Module
  implements EpochMetric
{
  /** What is on the device from batch to batch. */
  readonly state: readonly Buffer[]
  readonly #accumulators: readonly Accumulator[]
  #updates = 0
  /** Updates since a commit was last seen. */
  #uncommitted = 0

  constructor(accumulators: readonly Accumulator[]) {
    super()
    this.state = accumulators.flatMap(({ buffers }) => buffers)
    this.#accumulators = accumulators
  }

  /** What a batch adds to each accumulator. Runs without gradients. */
  protected abstract measure(...inputs: Inputs): readonly Tensor[]

  /** The metric of what has been added up. Runs without gradients. */
  protected abstract finish(totals: readonly Tensor[]): Tensor

  /**
   * Adds a batch. In a step, its commit makes that real; outside of steps, `commit` does, or whatever commits next. An update
   * in a step that throws is forgotten.
   */
  update(...inputs: Inputs): void {
    this.#add(noGrad(() => this.measure(...inputs)))
  }

  /** Adds a batch, and gives the metric of this batch alone. */
  forward(...inputs: Inputs): Tensor {
    const measured = noGrad(() => this.measure(...inputs))
    this.#add(measured)
    return noGrad(() => this.finish(measured))
  }

  /**
   * The metric of all batches since the last reset.
   *
   * @throws MisconfigurationError when there is none
   */
  compute(): Tensor {
    if (this.#updates === 0) {
      throw new MisconfigurationError(
        `${this.constructor.name}: nothing to compute, got no batch since the beginning or the last reset; call update() first`,
      )
    }
    return noGrad(() => this.finish(this.#accumulators.map(({ total }) => total)))
  }

  /** What was accumulated, untouched by later batches; null before the first. */
  accumulated(): MetricState | null {
    if (this.#updates === 0) return null
    return { updates: this.#updates, remembered: this.#accumulators.map((accumulator) => accumulator.snapshot()) }
  }

  /** Goes on with what was accumulated when it was saved. */
  loadAccumulated({ updates, remembered }: MetricState): void {
    this.#updates = updates
    for (const [i, accumulator] of this.#accumulators.entries()) accumulator.restore(remembered[i]!)
  }

  /** Forgets all batches. What `compute` gave before can still be read. */
  reset(): void {
    this.#updates = 0
    for (const accumulator of this.#accumulators) accumulator.reset()
  }

  /**
   * Outside of steps: runs what was recorded, so that the next update begins with numbers. Without it, all updates wait for
   * the result, and run as one graph. In a step it does nothing.
   */
  async commit(): Promise<void> {
    if (realm.step === null) await commit()
  }

  #add(measured: readonly Tensor[]): void {
    this.#hintAtCommit()
    noGrad(() => {
      for (const [i, accumulator] of this.#accumulators.entries()) accumulator.add(measured[i]!)
    })
    this.#updates++
  }

  #hintAtCommit(): void {
    const waits = realm.step === null && this.#accumulators.some(({ isPending }) => isPending)
    this.#uncommitted = waits ? this.#uncommitted + 1 : 0
    if (this.#uncommitted !== patience) return
    console.warn(
      `${this.constructor.name}: ${patience} updates outside of steps wait to be run as one graph; await metric.commit() after each`,
    )
  }
}
