import type { LoopContext } from './loop-context.ts'

/**
 * Moves on the schedulers that are due: those of `interval` whose frequency divides `count` (batches done in the epoch, or
 * epochs done).
 */
export function stepSchedulers({ module, optimizers }: LoopContext, interval: 'step' | 'epoch', count: number): void {
  for (const config of optimizers.schedulers) {
    if (config.interval === interval && count % config.frequency === 0) module.lrSchedulerStep(config.scheduler, null)
  }
}
