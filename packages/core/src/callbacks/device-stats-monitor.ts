import { MisconfigurationError } from '../errors/errors.ts'
import { currentAccelerator } from '../tensor/accelerator-in-use.ts'
import type { Callback, TrainerView } from './callback.ts'

/**
 * Logs the counters of the device at the beginning and at the end of training batches, those of `logEveryNSteps`: live buffers
 * and their bytes, compilations, executions. Named `DeviceStatsMonitor.onTrainBatchEnd/liveBytes`.
 */
export class DeviceStatsMonitor implements Callback {
  /** @throws MisconfigurationError without a logger: nobody would see the numbers */
  onFitStart(trainer: TrainerView): void {
    if (trainer.hasLogger || trainer.fastDevRun) return
    throw new MisconfigurationError(
      'DeviceStatsMonitor: numbers go to a logger, got a Trainer without one; pass { logger }',
    )
  }

  onTrainBatchStart(trainer: TrainerView): Promise<void> | void {
    return this.#log(trainer, 'onTrainBatchStart')
  }

  onTrainBatchEnd(trainer: TrainerView): Promise<void> | void {
    return this.#log(trainer, 'onTrainBatchEnd')
  }

  #log(trainer: TrainerView, hook: string): Promise<void> | void {
    if (!trainer.isLogStep || !trainer.hasLogger) return
    const stats = Object.entries(currentAccelerator().accelerator.stats())
    return trainer.logMetrics(
      Object.fromEntries(stats.map(([name, value]) => [`DeviceStatsMonitor.${hook}/${name}`, value])),
    )
  }
}
