import type { Checkpoint } from '../checkpoint/checkpoint-file.ts'
import { reword } from '../errors/reword.ts'
import type { Stage } from '../module/data-hooks.ts'
import type { HookArguments, HookName } from '../module/hooks.ts'
import type { SchedulerSetup } from '../module/scheduler-config.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { Optimizer } from '../optim/optimizer.ts'

/** What a callback sees of a Trainer. */
export interface TrainerView {
  /** Which run is on. */
  readonly stage: Stage
  /** Number of the running epoch, from 0. */
  readonly currentEpoch: number
  /** Epochs to train, or −1 without an end. */
  readonly maxEpochs: number
  /** Training batches that ended with an optimizer step. */
  readonly globalStep: number
  /** Batches of the running epoch, or undefined where the loader does not say. */
  readonly numBatches: number | undefined
  /** Whether the validation before the training is on. */
  readonly sanityChecking: boolean
  /** Whether the run is a trial of a few batches. */
  readonly fastDevRun: boolean
  /** Whether each epoch of a fit ends with a validation, and there are no others. */
  readonly validatesEachEpoch: boolean
  /** Batches whose gradients make one step. Set in `onTrainEpochStart` it holds from that epoch on. */
  accumulateGradBatches: number
  /** Says beforehand how many batches will make one step, for whoever counts the steps of the fit. */
  announceAccumulation(schedule: (epoch: number) => number): void
  /** Metrics as of the last epoch end, and of validation runs. */
  readonly callbackMetrics: Readonly<Record<string, number>>
  /** Latest values of what was logged with `progBar`, read from the device now. */
  readProgressMetrics(): Promise<Readonly<Record<string, number>>>
  /** The optimizers of a fit. */
  readonly optimizers: readonly Optimizer[]
  /** The schedulers of a fit, and when each is stepped. */
  readonly lrSchedulers: readonly SchedulerSetup[]
  /** Whether there is a logger. */
  readonly hasLogger: boolean
  /** Whether loggers get the metrics of the running training batch. */
  readonly isLogStep: boolean
  /** Hands metrics to the loggers at the running step; they join `callbackMetrics`. */
  logMetrics(metrics: Readonly<Record<string, number>>): Promise<void>
  /** Everything that can be watched now: epochs that are over, and the latest values of the running one. Reads the device. */
  readMetrics(): Promise<Readonly<Record<string, number>>>
  /** Whether the run was asked to end after the running step. */
  readonly isInterrupted: boolean
  /** Runs `trainingStep` over the training data in training mode, and learns nothing: running statistics move. */
  passOverTraining(): Promise<void>
  /** Runs `save` once the state of the fit is whole: when the running batch is done, or with the last batch the epoch. */
  whenSaveable(save: () => Promise<void>): void
  /**
   * All that a fit needs to go on, for `whenSaveable` and hooks between steps.
   *
   * @param weightsOnly - default false; true leaves out all but the weights
   */
  dumpCheckpoint(options?: { readonly weightsOnly?: boolean }): Promise<Checkpoint>
  /** Ends the fit after the running batch, once the smallest number of epochs and steps is done. */
  stop(): void
}

/** The hooks of a callback. */
type CallbackHooks = {
  [Name in HookName]?: (
    trainer: TrainerView,
    module: TrainingModule,
    ...args: HookArguments[Name]
  ) => void | Promise<void>
}

/**
 * Code that runs beside the training and not in the module: each hook is called before the module's of the same name, with
 * the Trainer and the module before its own arguments. `onException` comes before an error is thrown again.
 */
export interface Callback extends CallbackHooks {
  /**
   * Whether its `onTrainEpochEnd` comes after the module's, so that it sees what that has logged. Default false.
   */
  readonly watchesMetrics?: boolean
  /** The name under which its state is saved. Default: that of its class, with a number from the second of a class on. */
  readonly stateKey?: string
  /** Its state, to be saved: plain data and tensors. */
  stateDict?(): unknown
  /** Goes on from what `stateDict` gave. Comes before the fit begins. */
  loadStateDict?(state: unknown): void
}

/**
 * Calls one hook of every callback, in their order.
 *
 * What a callback throws is thrown on, with the callback's name in its message.
 */
export async function callCallbacks<Name extends HookName>(
  callbacks: readonly Callback[],
  name: Name,
  trainer: TrainerView,
  module: TrainingModule,
  args: HookArguments[Name],
): Promise<void> {
  for (const callback of callbacks) {
    try {
      // Waiting for nothing would cost a turn of the event loop, thirty times a step.
      const result = (callback as CallbackHooks)[name]?.(trainer, module, ...args)
      if (result !== undefined) await result
    } catch (error) {
      nameCallback(error, callback, name)
      throw error
    }
  }
}

/** Errors of our callbacks begin with their names already. */
function nameCallback(error: unknown, callback: Callback, hook: HookName): void {
  const name = callback.constructor === Object ? 'callback' : (callback.constructor?.name ?? 'callback')
  if (!(error instanceof Error) || error.message.startsWith(name)) return
  reword(error, `${name}.${hook}: ${error.message}`)
}
