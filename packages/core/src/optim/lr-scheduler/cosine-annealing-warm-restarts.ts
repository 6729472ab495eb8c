import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface CosineAnnealingWarmRestartsOptions {
  /** Steps until the first restart, a whole number ≥ 1. */
  readonly t0: number
  /** How many times as long as the one before each period is, a whole number ≥ 1; default 1. */
  readonly tMult?: number
  /** The smallest rate, ≥ 0; default 0. */
  readonly etaMin?: number
}

/** Cosine annealing that begins anew from the base rate after each period (SGDR, Loshchilov and Hutter 2017). */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly t0: number
  readonly tMult: number
  readonly etaMin: number
  /** Length of the running period. */
  tI: number
  /** Steps since it began. */
  tCur = 0

  constructor(optimizer: Optimizer, { t0, tMult = 1, etaMin = 0 }: CosineAnnealingWarmRestartsOptions) {
    super(optimizer)
    requireWhole('CosineAnnealingWarmRestarts', 't0', t0, 1)
    requireWhole('CosineAnnealingWarmRestarts', 'tMult', tMult, 1)
    requireNotNegative('CosineAnnealingWarmRestarts', { etaMin })
    this.t0 = t0
    this.tMult = tMult
    this.etaMin = etaMin
    this.tI = t0
    this.start()
  }

  override step(): void {
    if (this.lastEpoch < 0) return this.stepTo(0)
    this.tCur++
    if (this.tCur >= this.tI) {
      this.tCur -= this.tI
      this.tI *= this.tMult
    }
    super.step()
  }

  /**
   * Jumps to `epoch`, which may be a fraction: `epoch + batchIdx / numBatches` anneals within epochs.
   *
   * @throws OutOfRangeError when it is negative
   */
  override stepTo(epoch: number): void {
    requireNotNegative('CosineAnnealingWarmRestarts', { 'an epoch': epoch })
    this.tI = this.t0
    this.tCur = this.tMult === 1 ? epoch % this.t0 : epoch
    while (this.tCur >= this.tI) {
      this.tCur -= this.tI
      this.tI *= this.tMult
    }
    super.stepTo(Math.floor(epoch))
  }

  protected override getLr(): number[] {
    const height = (1 + Math.cos((Math.PI * this.tCur) / this.tI)) / 2
    return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * height)
  }

  protected override options(): SchedulerStateDict {
    const { t0, tMult, etaMin, tI, tCur } = this
    return { t0, tMult, etaMin, tI, tCur }
  }
}
