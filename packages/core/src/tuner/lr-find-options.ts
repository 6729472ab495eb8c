import { MisconfigurationError } from '../errors/errors.ts'

/** How the learning rate grows: by a factor each step, or by a difference. */
export type LrFindMode = 'exponential' | 'linear'

export interface LrFindOptions {
  /** The learning rate of the first step, > 0. Default 1e-8. */
  readonly minLr?: number
  /** That of the last one, > `minLr`. Default 1. */
  readonly maxLr?: number
  /** Optimizer steps, ≥ 1. Default 100. */
  readonly numTraining?: number
  /** Default `'exponential'`. */
  readonly mode?: LrFindMode
  /** The search ends when the smoothed loss is more than so many times its best, if that is positive, > 1; null: it never does. Default 4. */
  readonly earlyStopThreshold?: number | null
}

/** @throws MisconfigurationError naming everything that is wrong at once */
export function checkRange({ minLr, maxLr, numTraining, mode, earlyStopThreshold }: Required<LrFindOptions>): void {
  const faults = [
    ...faultOf(minLr > 0 && Number.isFinite(minLr), 'minLr is a number > 0', minLr),
    ...faultOf(!(maxLr <= minLr) && Number.isFinite(maxLr), `maxLr is a number > minLr, ${minLr}`, maxLr),
    ...faultOf(Number.isInteger(numTraining) && numTraining >= 1, 'numTraining is a whole number ≥ 1', numTraining),
    ...faultOf(mode === 'exponential' || mode === 'linear', "mode is 'exponential' or 'linear'", mode),
    ...faultOf(
      earlyStopThreshold === null || earlyStopThreshold > 1,
      'earlyStopThreshold is a number > 1, or null',
      earlyStopThreshold,
    ),
  ]
  if (faults.length > 0) throw new MisconfigurationError(`lrFind: ${faults.join('; ')}`)
}

function faultOf(isGood: boolean, rule: string, got: unknown): string[] {
  return isGood ? [] : [`${rule}, got ${String(got)}`]
}
