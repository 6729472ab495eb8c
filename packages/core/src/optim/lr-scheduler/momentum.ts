import { MisconfigurationError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { perGroup, requireRange } from './checks.ts'
import type { ScheduledGroup } from './lr-scheduler.ts'

/** What groups of optimizers with a momentum have: SGD's, or the first decay rate of Adam and its like. */
interface GroupWithMomentum {
  momentum?: number
  betas?: readonly [number, number]
}

/** @throws MisconfigurationError when the optimizer has no momentum to be cycled */
export function requireMomentum(who: string, optimizer: Optimizer): void {
  const defaults = optimizer.defaults as GroupWithMomentum
  if (defaults.momentum !== undefined || defaults.betas !== undefined) return
  throw new MisconfigurationError(
    `${who}: cycles a momentum, got ${optimizer.constructor.name}, which has none; set cycleMomentum: false`,
  )
}

/** A momentum for each group. @throws OutOfRangeError or MisconfigurationError when an option is none */
export function momenta(who: string, option: string, x: number | readonly number[], count: number): number[] {
  const all = perGroup(who, option, x, count)
  for (const momentum of all) requireRange(who, option, momentum, momentum >= 0 && momentum < 1, 'in [0, 1)')
  return all
}

export function setMomentum(group: ScheduledGroup, momentum: number): void {
  const withMomentum = group as GroupWithMomentum
  if (withMomentum.betas !== undefined) withMomentum.betas = [momentum, withMomentum.betas[1]]
  else withMomentum.momentum = momentum
}
