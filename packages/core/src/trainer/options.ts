import type { Accelerator } from '../accelerator/accelerator.ts'
import type { Callback } from '../callbacks/callback.ts'
import type { Duration } from '../callbacks/duration.ts'
import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts'
import type { Logger } from '../loggers/logger.ts'
import type { LoopOptions } from '../loops/loop-context.ts'
import type { PrecisionName } from '../precision/precision.ts'
import type { GradientClipAlgorithm, PrecisionPlugin } from '../precision/precision-plugin.ts'
import type { Profiler } from '../profiler/profiler.ts'
import type { Strategy } from '../strategy/strategy.ts'
import { checkOptions } from './check-options.ts'

/**
 * Options of a Trainer. Where batches are limited, a whole number counts them, 1 among them, and a fraction between 0 and 1 is
 * a share of them.
 */
export interface TrainerOptions {
  /** Where steps run: `cpu()`. Default: the one in use, the reference unless `useAccelerator` changed it. */
  readonly accelerator?: Accelerator
  /** Default '32-true'. */
  readonly precision?: PrecisionName | PrecisionPlugin
  /** In place of accelerator and precision. */
  readonly strategy?: Strategy
  /** −1: no end. Default 1000, or no end when `maxSteps` or `maxTime` is given. */
  readonly maxEpochs?: number
  /** Epochs that are trained even if someone asks for an end. Default 0, or 1 when `minSteps` is given. */
  readonly minEpochs?: number
  /** Optimizer steps, as `globalStep` counts them; −1, the default: no end. */
  readonly maxSteps?: number
  /** Steps that are taken even if someone asks for an end. Default 0. */
  readonly minSteps?: number
  /** The fit ends after the batch with which this much time is over. */
  readonly maxTime?: Duration
  /** Training batches of an epoch. Default: all; 0 trains nothing. */
  readonly limitTrainBatches?: number
  /** Batches of each validation loader. Default: all; 0 validates nothing. */
  readonly limitValBatches?: number
  readonly limitTestBatches?: number
  readonly limitPredictBatches?: number
  /** Trains, validates and tests on the same few batches, unshuffled, in every epoch. Default 0: off. */
  readonly overfitBatches?: number
  /** A trial: one epoch of so many batches (true: 1) of everything, without loggers and sanity check. Default false. */
  readonly fastDevRun?: boolean | number
  /** Training batches between two validations, or a share of an epoch. Default: at the end of an epoch. */
  readonly valCheckInterval?: number
  /** Epochs between two with validations; null counts the batches of `valCheckInterval` across epochs. Default 1. */
  readonly checkValEveryNEpoch?: number | null
  /** Batches of each validation loader that are validated before the training; −1: all. Default 2. */
  readonly numSanityValSteps?: number
  /** Batches whose gradients make one step; their mean counts. Default 1. */
  readonly accumulateGradBatches?: number
  /** Largest norm, or largest element, of the gradients. Default: they are not clipped. */
  readonly gradientClipVal?: number
  /** Default `'norm'`. */
  readonly gradientClipAlgorithm?: GradientClipAlgorithm
  readonly callbacks?: readonly Callback[]
  /** Where metrics go, one or several. Default: nowhere. */
  readonly logger?: Logger | readonly Logger[] | false
  /** Steps between two looks at what is logged in steps. Default 50; 0: never. */
  readonly logEveryNSteps?: number
  /** Default true. */
  readonly enableProgressBar?: boolean
  /**
   * Whether a `ModelCheckpoint` is added where there is none among the callbacks. Default: true with a `defaultRootDir`; nothing is
   * written without one.
   */
  readonly enableCheckpointing?: boolean
  /** Where that `ModelCheckpoint` saves: in Node `checkpointFolder('checkpoints')`. */
  readonly defaultRootDir?: CheckpointStore
  /** Whether a fit begins with a table of what the module is made of; for another form of it pass a `ModelSummary`. Default false. */
  readonly enableModelSummary?: boolean
  /** Times every hook, and every compilation and run of a graph. Executables of a strategy of one's own are left out. */
  readonly profiler?: Profiler
  /** Looks for the first NaN and names the line that made it. Slow. Default false. */
  readonly detectAnomaly?: boolean
  /** Refuses an accelerator that may give other bits in each run. Default false. */
  readonly deterministic?: boolean
  /** Once aborted, the run ends after the running step, with all hooks of an end. */
  readonly signal?: AbortSignal
}

/**
 * The options that loops need, checked.
 *
 * @throws MisconfigurationError naming everything that is wrong at once; TypeError for a clip value that is no number
 */
export function loopOptions(options: TrainerOptions): LoopOptions {
  checkOptions(options)
  const { maxSteps = -1, minSteps = 0, overfitBatches = 0 } = options
  const overfit = overfitBatches > 0 ? overfitBatches : null
  return {
    maxEpochs: options.maxEpochs ?? defaultEpochs(options),
    minEpochs: options.minEpochs ?? (minSteps > 0 ? 1 : 0),
    maxSteps,
    minSteps,
    limitTrainBatches: overfit ?? options.limitTrainBatches ?? null,
    limitValBatches: overfit ?? options.limitValBatches ?? null,
    limitTestBatches: overfit ?? options.limitTestBatches ?? null,
    limitPredictBatches: options.limitPredictBatches ?? null,
    valCheckInterval: options.valCheckInterval ?? null,
    checkValEveryNEpoch: options.checkValEveryNEpoch === undefined ? 1 : options.checkValEveryNEpoch,
    numSanityValSteps: options.numSanityValSteps ?? 2,
    logEveryNSteps: options.logEveryNSteps ?? 50,
    accumulateGradBatches: options.accumulateGradBatches ?? 1,
    gradientClipVal: options.gradientClipVal ?? null,
    gradientClipAlgorithm: options.gradientClipAlgorithm ?? null,
    ...trial(Number(options.fastDevRun ?? 0)),
  }
}

/** What a trial of so many batches changes. */
function trial(batches: number): Partial<LoopOptions> {
  if (batches === 0) return {}
  return {
    maxEpochs: 1,
    minEpochs: 0,
    maxSteps: batches,
    minSteps: 0,
    limitTrainBatches: batches,
    limitValBatches: batches,
    limitTestBatches: batches,
    limitPredictBatches: batches,
    valCheckInterval: null,
    checkValEveryNEpoch: 1,
    numSanityValSteps: 0,
  }
}

/** Whether nothing says when a fit ends. */
export function hasNoEnd({ maxEpochs, maxSteps = -1, maxTime, fastDevRun }: TrainerOptions): boolean {
  return maxEpochs === undefined && maxSteps === -1 && maxTime === undefined && !fastDevRun
}

function defaultEpochs(options: TrainerOptions): number {
  return hasNoEnd(options) ? 1000 : -1
}
