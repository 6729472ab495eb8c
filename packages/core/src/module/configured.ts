import type { LRSchedulerLike } from '../optim/lr-scheduler/lr-scheduler.ts'
import { Optimizer } from '../optim/optimizer.ts'

/** A wrapped optimizer of an earlier run. */
export interface WrapsOptimizer {
  readonly optimizer: Optimizer
  /** Steps it has taken. Only what wraps an optimizer counts them. */
  readonly stepCount: number
}

/** Whether `entry` is an optimizer, wrapped or not. */
export function isOptimizer(entry: unknown): entry is Optimizer | WrapsOptimizer {
  if (entry instanceof Optimizer) return true
  if (typeof entry !== 'object' || entry === null) return false
  const { optimizer, stepCount } = entry as Partial<WrapsOptimizer>
  return optimizer instanceof Optimizer && typeof stepCount === 'number'
}

/** The optimizer itself. */
export function unwrapped(optimizer: Optimizer | WrapsOptimizer): Optimizer {
  return optimizer instanceof Optimizer ? optimizer : optimizer.optimizer
}

/** Whether `entry` can be stepped as a scheduler is. */
export function isScheduler(entry: unknown): entry is LRSchedulerLike {
  if (typeof entry !== 'object' || entry === null || isOptimizer(entry)) return false
  return typeof (entry as Partial<LRSchedulerLike>).step === 'function'
}

/** A value as an error names it. */
export function describeReturned(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describeReturned).join(', ')}]`
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
