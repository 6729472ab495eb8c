import type { CallHook } from '../module/hooks.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { GradientClipAlgorithm } from '../precision/precision-plugin.ts'
import type { AwaitedPromises } from '../strategy/awaited.ts'
import type { Strategy } from '../strategy/strategy.ts'
import type { Accumulation } from './accumulation.ts'
import type { MetricStore } from './metrics.ts'
import type { OptimizerSet } from './optimizer-set.ts'
import type { Progress } from './progress.ts'

/** The options that loops need. */
export interface LoopOptions {
  /** −1: no end. */
  readonly maxEpochs: number
  /** −1: no end. */
  readonly maxSteps: number
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
  readonly metrics: MetricStore
  readonly optimizers: OptimizerSet
  readonly promises: AwaitedPromises
  /** Someone overrides a hook in which the gradients of the step before are seen. */
  readonly looksAtGradients: boolean
  /** Counters of the running evaluation. */
  readonly evaluation: { numBatches: number | undefined }
  readonly call: CallHook
}
