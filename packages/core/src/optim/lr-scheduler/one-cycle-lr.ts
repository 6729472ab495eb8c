import { MisconfigurationError, OutOfRangeError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { perGroup, requireChoice, requireNotNegative, requireRange, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'
import { momenta, requireMomentum, setMomentum } from './momentum.ts'

export interface OneCycleLROptions {
  /** The highest rate, ≥ 0: one for all groups, or one for each. */
  readonly maxLr: number | readonly number[]
  /** Steps of the cycle; or `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number
  readonly epochs?: number
  readonly stepsPerEpoch?: number
  /** Share of the steps in which the rate rises, in [0, 1], with three phases in [0, 0.5]; default 0.3. */
  readonly pctStart?: number
  /** Default `'cos'`. */
  readonly annealStrategy?: 'cos' | 'linear'
  /** Whether the momentum goes the other way; default true. */
  readonly cycleMomentum?: boolean
  /** The lowest momentum, in [0, 1); default 0.85. */
  readonly baseMomentum?: number | readonly number[]
  /** The highest, where the cycle begins and ends; default 0.95. */
  readonly maxMomentum?: number | readonly number[]
  /** First rate: maxLr / divFactor, which is above 0; default 25. */
  readonly divFactor?: number
  /** Last rate: the first / finalDivFactor, which is above 0; default 1e4. */
  readonly finalDivFactor?: number
  /** Whether the fall is as the rise was, and a third phase goes down to the last rate; default false. */
  readonly threePhase?: boolean
}

/** A phase ends at `end`, and goes from one of three rates, and momenta, to another. */
interface Phase {
  readonly end: number
  readonly from: keyof Levels
  readonly to: keyof Levels
  /** Whether the momentum is high at its beginning, and at its end. */
  readonly high: readonly [boolean, boolean]
}

interface Levels {
  readonly first: number
  readonly max: number
  readonly last: number
}

/**
 * One rise of the rate to its highest and one fall, for the whole of a training (Smith and Topin 2019). Counts batches: use
 * it with `interval: 'step'`.
 */
export class OneCycleLR extends LRScheduler {
  readonly countsBatches: boolean = true
  readonly totalSteps: number
  readonly pctStart: number
  readonly annealStrategy: 'cos' | 'linear'
  readonly threePhase: boolean
  readonly cycleMomentum: boolean
  /** Of each group. */
  readonly levels: readonly Levels[]
  readonly baseMomenta: readonly number[]
  readonly maxMomenta: readonly number[]

  /** @throws OutOfRangeError, or MisconfigurationError when the length is not given, or momentum is cycled that is not there */
  constructor(optimizer: Optimizer, options: OneCycleLROptions) {
    super(optimizer)
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, threePhase = false } = options
    const { divFactor = 25, finalDivFactor = 1e4 } = options
    const most = threePhase ? 0.5 : 1
    requireRange('OneCycleLR', 'pctStart', pctStart, pctStart >= 0 && pctStart <= most, `in [0, ${most}]`)
    requireRange('OneCycleLR', 'divFactor', divFactor, divFactor > 0, 'a number above 0')
    requireRange('OneCycleLR', 'finalDivFactor', finalDivFactor, finalDivFactor > 0, 'a number above 0')
    requireChoice('OneCycleLR', 'annealStrategy', annealStrategy, ['cos', 'linear'])
    if (cycleMomentum) requireMomentum('OneCycleLR', optimizer)
    const { length } = this.groups
    const maxLrs = perGroup('OneCycleLR', 'maxLr', options.maxLr, length)
    for (const maxLr of maxLrs) requireNotNegative('OneCycleLR', { maxLr })
    this.totalSteps = totalStepsOf(options)
    this.pctStart = pctStart
    this.annealStrategy = annealStrategy
    this.threePhase = threePhase
    this.cycleMomentum = cycleMomentum
    this.levels = maxLrs.map((max) => ({
      first: max / divFactor,
      max,
      last: max / divFactor / finalDivFactor,
    }))
    this.baseMomenta = momenta('OneCycleLR', 'baseMomentum', options.baseMomentum ?? 0.85, length)
    this.maxMomenta = momenta('OneCycleLR', 'maxMomentum', options.maxMomentum ?? 0.95, length)
    for (const [i, group] of this.groups.entries()) group.initialLr = this.levels[i]!.first
    this.start()
  }

  /** @throws OutOfRangeError after the last step: the cycle is over */
  override step(): void {
    this.#requireWithin(this.lastEpoch + 1)
    super.step()
  }

  /** @throws OutOfRangeError after the last step */
  override stepTo(epoch: number): void {
    this.#requireWithin(epoch)
    super.stepTo(epoch)
  }

  // PyTorch allows one step more than it counts: that at the end of the last batch.
  #requireWithin(epoch: number): void {
    if (epoch <= this.totalSteps) return
    throw new OutOfRangeError(
      `OneCycleLR: the cycle has ${this.totalSteps} steps, got step ${epoch}; make totalSteps the number of batches to come`,
    )
  }

  protected override getLr(): number[] {
    if (this.groups.length !== this.levels.length) {
      throw new MisconfigurationError(
        `OneCycleLR: made for ${this.levels.length} groups, got ${this.groups.length}; make a new one after addParamGroup`,
      )
    }
    const { phase, share } = this.#place()
    const between = (from: number, to: number) =>
      this.annealStrategy === 'linear'
        ? from + (to - from) * share
        : to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1)
    if (this.cycleMomentum) {
      const momentum = (i: number, isHigh: boolean) => (isHigh ? this.maxMomenta : this.baseMomenta)[i]!
      for (const [i, group] of this.groups.entries()) {
        setMomentum(group, between(momentum(i, phase.high[0]), momentum(i, phase.high[1])))
      }
    }
    return this.levels.map((levels) => between(levels[phase.from], levels[phase.to]))
  }

  /** The phase of step `lastEpoch`, and how much of it is over. */
  #place(): { readonly phase: Phase; readonly share: number } {
    const phases = this.#phases()
    const found = phases.findIndex(({ end }) => this.lastEpoch <= end)
    const i = found < 0 ? phases.length - 1 : found
    const start = i === 0 ? 0 : phases[i - 1]!.end
    const phase = phases[i]!
    // A rise of a single step is over at once.
    return { phase, share: phase.end === start ? 1 : (this.lastEpoch - start) / (phase.end - start) }
  }

  #phases(): readonly Phase[] {
    const rise: Phase = { end: this.pctStart * this.totalSteps - 1, from: 'first', to: 'max', high: [true, false] }
    const last = this.totalSteps - 1
    if (!this.threePhase) return [rise, { end: last, from: 'max', to: 'last', high: [false, true] }]
    return [
      rise,
      { end: 2 * this.pctStart * this.totalSteps - 2, from: 'max', to: 'first', high: [false, true] },
      { end: last, from: 'first', to: 'last', high: [true, true] },
    ]
  }

  protected override options(): SchedulerStateDict {
    const { totalSteps, pctStart, annealStrategy, threePhase, cycleMomentum, levels, baseMomenta, maxMomenta } = this
    return { totalSteps, pctStart, annealStrategy, threePhase, cycleMomentum, levels, baseMomenta, maxMomenta }
  }
}

function totalStepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) {
    requireWhole('OneCycleLR', 'totalSteps', totalSteps, 1)
    return totalSteps
  }
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new MisconfigurationError(
      `OneCycleLR: its length is totalSteps, or epochs and stepsPerEpoch, got epochs ${epochs} and stepsPerEpoch ${stepsPerEpoch}`,
    )
  }
  requireWhole('OneCycleLR', 'epochs', epochs, 1)
  requireWhole('OneCycleLR', 'stepsPerEpoch', stepsPerEpoch, 1)
  return epochs * stepsPerEpoch
}
