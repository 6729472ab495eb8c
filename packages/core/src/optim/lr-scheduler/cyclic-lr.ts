import type { Optimizer } from '../optimizer.ts'
import { perGroup, requireChoice, requireNotNegative, requireRange } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'
import { momenta, requireMomentum, setMomentum } from './momentum.ts'

/** How the height of the triangles goes on: as it is, halved each cycle, or times `gamma` each step. */
export type CyclicMode = 'triangular' | 'triangular2' | 'exp_range'

export interface CyclicLROptions {
  /** The lowest rate, ≥ 0: one for all groups, or one for each. */
  readonly baseLr: number | readonly number[]
  /** The highest. */
  readonly maxLr: number | readonly number[]
  /** Steps from the lowest to the highest, above 0; default 2000. */
  readonly stepSizeUp?: number
  /** Steps back, ≥ 0; default as many. */
  readonly stepSizeDown?: number
  /** Default `'triangular'`. */
  readonly mode?: CyclicMode
  /** Of `'exp_range'`, ≥ 0; default 1. */
  readonly gamma?: number
  /** A height of one's own in place of the mode's, of the cycle (from 1) or the step. */
  readonly scaleFn?: (x: number) => number
  /** What `scaleFn` is a function of; default `'cycle'`. */
  readonly scaleMode?: 'cycle' | 'iterations'
  /** Whether the momentum goes the other way; default true. */
  readonly cycleMomentum?: boolean
  /** The lowest momentum, in [0, 1); default 0.8. */
  readonly baseMomentum?: number | readonly number[]
  /** The highest, where a cycle begins; default 0.9. */
  readonly maxMomentum?: number | readonly number[]
}

/**
 * Goes up and down between two rates (Smith 2017). Counts batches: use it with `interval: 'step'`. A function `scaleFn` is not
 * part of the saved state.
 */
export class CyclicLR extends LRScheduler {
  readonly countsBatches: boolean = true
  readonly maxLrs: readonly number[]
  readonly stepSizeUp: number
  readonly stepSizeDown: number
  readonly mode: CyclicMode
  readonly gamma: number
  readonly scaleMode: 'cycle' | 'iterations'
  readonly cycleMomentum: boolean
  readonly baseMomenta: readonly number[]
  readonly maxMomenta: readonly number[]
  readonly #scaleFn: ((x: number) => number) | undefined

  /** @throws OutOfRangeError, or MisconfigurationError for an unknown mode, or a momentum that the optimizer has not */
  constructor(optimizer: Optimizer, options: CyclicLROptions) {
    super(optimizer)
    const {
      stepSizeUp = 2000,
      stepSizeDown = stepSizeUp,
      mode = 'triangular',
      gamma = 1,
      cycleMomentum = true,
    } = options
    requireRange('CyclicLR', 'stepSizeUp', stepSizeUp, stepSizeUp > 0, 'a number above 0')
    requireNotNegative('CyclicLR', { stepSizeDown, gamma })
    if (options.scaleFn === undefined) requireChoice('CyclicLR', 'mode', mode, Object.keys(scaleModes))
    if (cycleMomentum) requireMomentum('CyclicLR', optimizer)
    const { length } = this.groups
    const baseLrs = perGroup('CyclicLR', 'baseLr', options.baseLr, length)
    this.maxLrs = perGroup('CyclicLR', 'maxLr', options.maxLr, length)
    for (const [i, baseLr] of baseLrs.entries()) requireNotNegative('CyclicLR', { baseLr, maxLr: this.maxLrs[i]! })
    this.baseMomenta = momenta('CyclicLR', 'baseMomentum', options.baseMomentum ?? 0.8, length)
    this.maxMomenta = momenta('CyclicLR', 'maxMomentum', options.maxMomentum ?? 0.9, length)
    this.stepSizeUp = stepSizeUp
    this.stepSizeDown = stepSizeDown
    this.mode = mode
    this.gamma = gamma
    this.cycleMomentum = cycleMomentum
    this.#scaleFn = options.scaleFn
    this.scaleMode = options.scaleFn === undefined ? scaleModes[mode] : (options.scaleMode ?? 'cycle')
    this.start(baseLrs)
  }

  protected override getLr(): number[] {
    const period = this.stepSizeUp + this.stepSizeDown
    const cycle = Math.floor(1 + this.lastEpoch / period)
    const x = 1 + this.lastEpoch / period - cycle
    const top = this.stepSizeUp / period
    const height = (x <= top ? x / top : (x - 1) / (top - 1)) * this.#scale(cycle)
    if (this.cycleMomentum) {
      for (const [i, high] of this.maxMomenta.entries()) {
        setMomentum(this.groups[i]!, high - (high - this.baseMomenta[i]!) * height)
      }
    }
    return this.baseLrs.map((base, i) => base + (this.maxLrs[i]! - base) * height)
  }

  #scale(cycle: number): number {
    const x = this.scaleMode === 'cycle' ? cycle : this.lastEpoch
    if (this.#scaleFn !== undefined) return this.#scaleFn(x)
    if (this.mode === 'triangular2') return 1 / 2 ** (x - 1)
    return this.mode === 'exp_range' ? this.gamma ** x : 1
  }

  protected override options(): SchedulerStateDict {
    const { maxLrs, stepSizeUp, stepSizeDown, mode, gamma, scaleMode, cycleMomentum, baseMomenta, maxMomenta } = this
    return { maxLrs, stepSizeUp, stepSizeDown, mode, gamma, scaleMode, cycleMomentum, baseMomenta, maxMomenta }
  }
}

const scaleModes = { triangular: 'cycle', triangular2: 'cycle', exp_range: 'iterations' } as const
