import { MisconfigurationError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { perGroup, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'
import { requireMomentum, setMomentum } from './momentum.ts'

/** How the height of the triangles goes on: as it is, halved each cycle, or times `gamma` each step. */
export type CyclicMode = 'triangular' | 'triangular2' | 'exp_range'

export interface CyclicLROptions {
  /** The lowest rate: one for all groups, or one for each. */
  readonly baseLr: number | readonly number[]
  /** The highest. */
  readonly maxLr: number | readonly number[]
  /** Steps from the lowest to the highest; default 2000. */
  readonly stepSizeUp?: number
  /** Steps back; default as many. */
  readonly stepSizeDown?: number
  /** Default `'triangular'`. */
  readonly mode?: CyclicMode
  /** Of `'exp_range'`; default 1. */
  readonly gamma?: number
  /** A height of one's own in place of the mode's, of the cycle (from 1) or the step. */
  readonly scaleFn?: (x: number) => number
  /** What `scaleFn` is a function of; default `'cycle'`. */
  readonly scaleMode?: 'cycle' | 'iterations'
  /** Whether the momentum goes the other way; default true. */
  readonly cycleMomentum?: boolean
  /** The lowest momentum; default 0.8. */
  readonly baseMomentum?: number | readonly number[]
  /** The highest, where a cycle begins; default 0.9. */
  readonly maxMomentum?: number | readonly number[]
}

/** Goes up and down between two rates (Smith 2017). Counts batches: use it with `interval: 'step'`. */
export class CyclicLR extends LRScheduler {
  readonly countsBatches: boolean = true
  baseRates: readonly number[]
  maxRates: readonly number[]
  stepSizeUp: number
  stepSizeDown: number
  mode: CyclicMode
  gamma: number
  scaleMode: 'cycle' | 'iterations'
  cycleMomentum: boolean
  baseMomenta: readonly number[]
  maxMomenta: readonly number[]
  readonly #scaleFn: ((x: number) => number) | undefined

  /** @throws MisconfigurationError for an unknown mode, or a momentum to be cycled that the optimizer has not */
  constructor(optimizer: Optimizer, options: CyclicLROptions) {
    super(optimizer)
    const {
      stepSizeUp = 2000,
      stepSizeDown = stepSizeUp,
      mode = 'triangular',
      gamma = 1,
      cycleMomentum = true,
    } = options
    requireWhole('CyclicLR', 'stepSizeUp', stepSizeUp, 1)
    requireWhole('CyclicLR', 'stepSizeDown', stepSizeDown, 1)
    if (options.scaleFn === undefined && !modes.includes(mode)) {
      throw new MisconfigurationError(`CyclicLR: mode is one of ${modes.join(', ')}, got ${JSON.stringify(mode)}`)
    }
    if (cycleMomentum) requireMomentum('CyclicLR', optimizer)
    const forGroups = (option: string, x: number | readonly number[]) =>
      perGroup('CyclicLR', option, x, this.groups.length)
    this.baseRates = forGroups('baseLr', options.baseLr)
    this.maxRates = forGroups('maxLr', options.maxLr)
    this.baseMomenta = forGroups('baseMomentum', options.baseMomentum ?? 0.8)
    this.maxMomenta = forGroups('maxMomentum', options.maxMomentum ?? 0.9)
    this.stepSizeUp = stepSizeUp
    this.stepSizeDown = stepSizeDown
    this.mode = mode
    this.gamma = gamma
    this.cycleMomentum = cycleMomentum
    this.#scaleFn = options.scaleFn
    this.scaleMode = options.scaleFn === undefined ? scaleModes[mode] : (options.scaleMode ?? 'cycle')
    for (const [i, group] of this.groups.entries()) group.lr = this.baseRates[i]!
    this.step()
  }

  protected override getLr(): number[] {
    const period = this.stepSizeUp + this.stepSizeDown
    const cycle = Math.floor(1 + this.lastEpoch / period)
    const x = 1 + this.lastEpoch / period - cycle
    const top = this.stepSizeUp / period
    const height = (x <= top ? x / top : (x - 1) / (top - 1)) * this.#scale(cycle)
    if (this.cycleMomentum) {
      for (const [i, group] of this.groups.entries()) {
        setMomentum(group, this.maxMomenta[i]! - (this.maxMomenta[i]! - this.baseMomenta[i]!) * height)
      }
    }
    return this.baseRates.map((base, i) => base + (this.maxRates[i]! - base) * height)
  }

  #scale(cycle: number): number {
    const x = this.scaleMode === 'cycle' ? cycle : this.lastEpoch
    if (this.#scaleFn !== undefined) return this.#scaleFn(x)
    if (this.mode === 'triangular2') return 1 / 2 ** (x - 1)
    return this.mode === 'exp_range' ? this.gamma ** x : 1
  }

  protected override options(): SchedulerStateDict {
    const { baseRates, maxRates, stepSizeUp, stepSizeDown, mode, gamma, scaleMode } = this
    const { cycleMomentum, baseMomenta, maxMomenta } = this
    return {
      ...{ baseRates, maxRates, stepSizeUp, stepSizeDown, mode, gamma, scaleMode },
      ...{ cycleMomentum, baseMomenta, maxMomenta },
    }
  }
}

const scaleModes = { triangular: 'cycle', triangular2: 'cycle', exp_range: 'iterations' } as const

const modes: readonly string[] = Object.keys(scaleModes)
