import type { TransferHooks } from '../module/data-hooks.ts'
import type { CallHook } from '../module/hooks.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { GradientClipAlgorithm } from '../precision/precision-plugin.ts'
import type { AwaitedPromises } from '../strategy/awaited.ts'
import type { Strategy } from '../strategy/strategy.ts'
import type { Accumulation } from './accumulation.ts'
import type { LoaderSource } from './loaders.ts'
import type { MetricWriter } from './metric-writer.ts'
import type { MetricStore } from './metrics.ts'
import type { OptimizerSet } from './optimizer-set.ts'
import type { Progress } from './progress.ts'
import type { Saves } from './saves.ts'
import type { ValidationTimes } from './validation-schedule.ts'

/** The options that loops need. A limit is a number of batches, a share of them, or null for all. */
export interface LoopOptions extends ValidationTimes {
  /** −1: no end. */
  readonly maxEpochs: number
  readonly minEpochs: number
  /** −1: no end. */
  readonly maxSteps: number
  readonly minSteps: number
  readonly limitTrainBatches: number | null
  readonly limitValBatches: number | null
  readonly limitTestBatches: number | null
  readonly limitPredictBatches: number | null
  /** Batches of each validation loader before the training; −1: all. */
  readonly numSanityValSteps: number
  /** Steps between two looks at what is logged in steps. */
  readonly logEveryNSteps: number
  readonly accumulateGradBatches: number
  readonly gradientClipVal: number | null
  readonly gradientClipAlgorithm: GradientClipAlgorithm | null
}

/** What loops share in one run. They see no Trainer. */
export interface LoopContext {
  readonly module: TrainingModule
  readonly strategy: Strategy
  readonly options: LoopOptions
  readonly progress: Progress
  readonly accumulation: Accumulation
  readonly loaders: LoaderSource
  /** Of a data module, before the module's own. */
  readonly transferHooks: TransferHooks<unknown>
  readonly metrics: MetricStore
  readonly writer: MetricWriter
  readonly optimizers: OptimizerSet
  readonly promises: AwaitedPromises
  readonly saves: Saves
  /** Someone overrides a hook in which the gradients of the step before are seen. */
  readonly looksAtGradients: boolean
  /** Counters of the running evaluation. */
  readonly evaluation: { numBatches: number | undefined }
  /** Whether the run is to end after the running step. */
  readonly isInterrupted: () => boolean
  readonly call: CallHook
}
