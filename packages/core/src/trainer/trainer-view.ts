import type { TrainerView } from '../callbacks/callback.ts'
import type { LoopContext } from '../loops/loop-context.ts'
import type { MetricSink } from '../loops/metric-writer.ts'
import { passOverTraining } from '../loops/statistics-pass.ts'
import type { Stage } from '../module/data-hooks.ts'

/** What a view shows beside the loop. */
export interface ViewOptions {
  readonly stage: Stage
  readonly fastDevRun: boolean
  readonly loggers: readonly MetricSink[]
  readonly dumpCheckpoint: TrainerView['dumpCheckpoint']
}

/** The read-only view that callbacks get of a run. */
export function trainerView(
  context: LoopContext,
  { stage, fastDevRun, loggers, dumpCheckpoint }: ViewOptions,
): TrainerView {
  const { progress, metrics, options, accumulation, evaluation, writer } = context
  return {
    stage,
    fastDevRun,
    maxEpochs: options.maxEpochs,
    hasLogger: loggers.length > 0,
    validatesEachEpoch: options.valCheckInterval === null && options.checkValEveryNEpoch === 1,
    get currentEpoch() {
      return progress.epoch
    },
    get globalStep() {
      return progress.globalStep
    },
    get numBatches() {
      return stage !== 'fit' || metrics.scope === 'evaluation' ? evaluation.numBatches : progress.numBatches
    },
    get sanityChecking() {
      return progress.sanityChecking
    },
    get accumulateGradBatches() {
      return accumulation.batches
    },
    set accumulateGradBatches(batches) {
      accumulation.batches = batches
    },
    announceAccumulation(schedule) {
      accumulation.schedule = schedule
    },
    get callbackMetrics() {
      return metrics.callbackMetrics
    },
    readProgressMetrics: () => metrics.readProgress(),
    get optimizers() {
      return context.optimizers.wrapped.map(({ optimizer }) => optimizer)
    },
    get lrSchedulers() {
      return context.optimizers.schedulers
    },
    get isLogStep() {
      return writer.isDue
    },
    async logMetrics(numbers) {
      metrics.callbackMetrics = { ...metrics.callbackMetrics, ...numbers }
      for (const logger of loggers) await logger.logMetrics(numbers, progress.steppedBatches)
    },
    readMetrics: () => metrics.readAll(),
    get isInterrupted() {
      return context.isInterrupted()
    },
    passOverTraining: () => passOverTraining(context),
    whenSaveable: (save) => context.saves.add(save),
    dumpCheckpoint,
    stop() {
      progress.shouldStop = true
    },
  }
}
