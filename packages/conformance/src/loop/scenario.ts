import type {
  GradientClipAlgorithm,
  GradScalerOptions,
  LogOptions,
  LRSchedulerConfig,
  ModelCheckpointOptions,
  TrainerOptions,
} from '@voltaic/core'

/**
 * A training run, described by plain values: everything in it can be written as JSON. `runScenario` runs it.
 *
 * Layers have fixed weights and rows are formulas, so that a run has one outcome.
 */
export interface Scenario {
  readonly name: string
  readonly model: ModelName
  /** Parameters that learn nothing, by their names in `stateDict`. */
  readonly frozen?: readonly string[]
  /** Who zeroes, goes backward and steps: the loop (default), or `trainingStep`. */
  readonly optimization?: 'automatic' | 'manual'
  /** With an empty list `configureOptimizers` returns null. */
  readonly optimizers: readonly OptimizerSpec[]
  readonly schedulers?: readonly SchedulerSpec[]
  /**
   * The form in which they are returned. Default: bare optimizers without a scheduler or a frequency, otherwise
   * `{ optimizer, lrScheduler, … }` for each; `'lists'` is `[optimizers, schedulers]`.
   */
  readonly configuredAs?: 'lists'
  readonly trainingStep: readonly Action[]
  readonly validationStep?: readonly Action[]
  readonly testStep?: readonly Action[]
  readonly predictStep?: readonly Action[]
  /** Hooks that the module overrides, by their names. */
  readonly hooks?: { readonly [Hook in ScriptedHook]?: readonly Action[] }
  /** The batch before which `onTrainBatchStart` ends an epoch. */
  readonly endsEpochAt?: number
  /** An override of `optimizerStep`: the first rule whose condition holds; without any, a step with the closure. */
  readonly optimizerStep?: readonly StepRule[]
  /** An override of `optimizerStep` that raises the rate linearly to `lr` while `globalStep` is below `steps`. */
  readonly warmUp?: { readonly steps: number; readonly lr: number }
  /** An override of `configureGradientClipping`: the first rule whose condition holds; without any, nothing is clipped. */
  readonly configureGradientClipping?: readonly ClipRule[]
  readonly train: BatchesSpec
  readonly val?: BatchesSpec
  /** Several loaders in the place of `val`. */
  readonly valLoaders?: readonly BatchesSpec[]
  readonly test?: BatchesSpec
  readonly predict?: BatchesSpec
  /** What is run. Default `'fit'`. */
  readonly run?: 'fit' | 'validate' | 'test' | 'predict'
  /** Whether the module has the loaders, and the Trainer is given none. Default false. */
  readonly bringsLoaders?: boolean
  /** `maxEpochs` is 1 and `numSanityValSteps` 0 if they are not given. */
  readonly trainer?: Omit<
    TrainerOptions,
    'accelerator' | 'strategy' | 'callbacks' | 'logger' | 'enableProgressBar' | 'defaultRootDir'
  >
  /** Mixed precision, noted as events. Default: the Trainer's own. */
  readonly precision?: PrecisionSpec
  /** For a `GradientAccumulationScheduler`: batches that make one step, by the epoch from which on they do. */
  readonly accumulationSchedule?: Readonly<Record<number, number>>
  readonly callbacks?: readonly CallbackSpec[]
  /** Of a `ModelCheckpoint`. What it has saved in the end is noted as `extra`. */
  readonly checkpoint?: Omit<ModelCheckpointOptions, 'store'>
  /** A fit that comes before, and of which nothing is noted: this one goes on from its checkpoint. */
  readonly goesOnFrom?: EarlierFit
  /** Whether a logger notes what it gets, as `extra`. Default false. */
  readonly logs?: boolean
  /** Whether every hook of module and callbacks is an event. Default false. */
  readonly tracesHooks?: boolean
  /** Where a trace was recorded: the decisions by which Voltaic's differs. */
  readonly alteredBy?: readonly DecisionName[]
}

/** A fit whose checkpoint is all that matters. */
export type EarlierFit = Pick<
  Scenario,
  'model' | 'optimizers' | 'schedulers' | 'trainingStep' | 'train' | 'trainer' | 'optimization'
>

/**
 * What is trained. Inputs x have 3 columns, targets y 2.
 *
 * - `regression`: layer `net`; `loss` = mean((tanh(net(x)) − y)²).
 * - `two`: layers `A`, `B`, h = tanh(A(x)); `lossA` = mean((h − y)²), `lossB` = mean((B(h) − y)²), and `loss` is the one or
 *   the other by the index of the optimizer.
 * - `gan`: generator `G`, discriminator `D`, with binary cross-entropy; `errD` = real(y) + fake(G(x) detached),
 *   `errG` = real(G(x)).
 * - `shared`: layers `a`, `s`, `b`, of which `s` is used after both others; `lossA` = mean((s(a(x)) − y)²),
 *   `lossB` = mean((s(b(y)) − y)²).
 */
export type ModelName = 'regression' | 'two' | 'gan' | 'shared'

/** An optimizer of core, by the name of its class. */
export interface OptimizerSpec {
  /** Its name in events, and for actions. */
  readonly name: string
  readonly type: string
  readonly options?: Readonly<Record<string, unknown>>
  /** Layers whose parameters it has. Default: all. */
  readonly layers?: readonly string[]
  readonly frequency?: number
  /** Returned beside it and its scheduler. */
  readonly monitor?: string
}

/** A scheduler of core, by the name of its class. */
export interface SchedulerSpec {
  /** Its name in events, and for actions. */
  readonly name: string
  readonly type: string
  readonly options?: Readonly<Record<string, unknown>>
  /** Name of its optimizer. Default: that of the only one. */
  readonly optimizer?: string
  /** How it is stepped; without it, it is returned bare. Keys that there are not are warned about. */
  readonly config?: Omit<LRSchedulerConfig, 'scheduler'> & Readonly<Record<string, unknown>>
}

/** Mixed precision, and the options of its scaler. */
export interface PrecisionSpec {
  readonly name: '16-mixed' | 'bf16-mixed'
  readonly scaler?: Partial<GradScalerOptions>
}

/** A callback of core, by the name of its class. */
export interface CallbackSpec {
  readonly type: string
  /** What its constructor takes. */
  readonly args?: readonly unknown[]
  /** What is noted of it as `extra` when the run is over: its properties, under these names. */
  readonly notes?: Readonly<Record<string, string>>
}

/** Batches of rows k = offset, offset + 1, …: x_j = sin(1 + 0.7k + 0.3j), y_j = 0.8·cos(0.5k + j). */
export interface BatchesSpec {
  /** How many; or which, by their numbers, null for one that the loader does not have. */
  readonly batches: number | readonly (number | null)[]
  /** Rows of a batch. Default 2. */
  readonly rows?: number
  /** The first row. Default 0. */
  readonly offset?: number
  /** Rows of one batch more, after all others. Default 0. */
  readonly extraRows?: number
}

/** When something happens. Without any of these, always. */
export interface Condition {
  /** After so many batches of the epoch. */
  readonly every?: number
  /** In this batch alone. */
  readonly at?: number
  /** In the last batch of the epoch. */
  readonly lastBatch?: boolean
  /** For this optimizer. */
  readonly optimizerIdx?: number
  /** In this epoch alone. */
  readonly epoch?: number
}

/** One thing that a step or hook does, in the order of its list. */
export type Action = Condition &
  (
    | NoteAction
    | { readonly notesFlags: true }
    | { readonly zeroGrad: string }
    | { readonly backward: string; readonly dividedBy?: number }
    | StepAction
    | { readonly clip: string; readonly to: number; readonly by?: GradientClipAlgorithm }
    | { readonly stepScheduler: string; readonly metric?: string }
    | { readonly toggle: string; readonly do: readonly Action[] }
    | { readonly log: string; readonly loss: string; readonly options?: LogOptions }
    | { readonly log: string; readonly number: LoggedNumber; readonly options?: LogOptions }
    | { readonly stop: true }
    | ReturnAction
  )

/** A number; that of the batch; or one for each epoch. */
export type LoggedNumber = number | 'batchIdx' | readonly number[]

/**
 * An event. In braces stand `batchIdx`, `optimizerIdx`, `gs` for `globalStep`,
 * `sanity` for whether the validation before the training is on, `learns.<layer>` for whether its weight learns,
 * `stepReturned` for what the last step returned, `outputs` in `onTrainBatchEnd`, `passedLoss` in `onBeforeBackward`,
 * `grad.<parameter>` for a gradient, and losses by name.
 */
export interface NoteAction {
  readonly note: string
}

/** A step of an optimizer, past its wrapper if it bypasses that. The actions of a closure end with its return. */
export interface StepAction {
  readonly step: string
  readonly closure?: readonly Action[]
  readonly bypasses?: boolean
}

/** Ends the list with a loss, with an object of the loss and more, or with nothing. */
export interface ReturnAction {
  readonly return: string | null
  /** Whether the loss is multiplied by infinity. Default false. */
  readonly isInfinite?: boolean
  readonly extras?: Readonly<Record<string, number>>
}

export type ScriptedHook =
  | 'onTrainBatchEnd'
  | 'onTrainEpochEnd'
  | 'trainingEpochEnd'
  | 'onBeforeBackward'
  | 'onBeforeOptimizerStep'

/** What an override of `optimizerStep` does: a step, the closure alone, a step past the wrapper, or nothing. */
export interface StepRule extends Condition {
  readonly do: 'step' | 'closure' | 'bypass' | 'nothing'
}

/** What an override of `configureGradientClipping` clips by: the Trainer's value times `factor` (default 1), or a value. */
export interface ClipRule extends Condition {
  readonly factor?: number
  readonly gradientClipVal?: number | null
  readonly gradientClipAlgorithm?: GradientClipAlgorithm
}

/** A decision that alters recorded traces. */
export type DecisionName =
  | 'globalStep'
  | 'currentEpoch'
  | 'pairedFrequency'
  | 'nullGradients'
  | 'skippedSteps'
  | 'clippingAsChosen'
  | 'prepareData'
  | 'checkpointFiles'
  | 'flagsAlone'
