import type { HookArguments, HookName } from '../module/hooks.ts'
import type { TrainingModule } from '../module/training-module.ts'

/** What a callback sees of a Trainer. */
export interface TrainerView {
  /** Which run is on. */
  readonly stage: 'fit' | 'validate' | 'test' | 'predict'
  /** Number of the running epoch, from 0. */
  readonly currentEpoch: number
  /** Epochs to train, or −1 without an end. */
  readonly maxEpochs: number
  /** Training batches that ended with an optimizer step. */
  readonly globalStep: number
  /** Batches of the running epoch, or undefined where the loader does not say. */
  readonly numBatches: number | undefined
  /** Batches whose gradients make one step. Set in `onTrainEpochStart` it holds from that epoch on. */
  accumulateGradBatches: number
  /** Metrics as of the last epoch end, and of validation runs. */
  readonly callbackMetrics: Readonly<Record<string, number>>
  /** Latest values of what was logged with `progBar`, read from the device now. */
  readProgressMetrics(): Promise<Readonly<Record<string, number>>>
  /** Ends the fit after the running batch. */
  stop(): void
}

/**
 * Code that runs beside the training and not in the module: each hook is called before the module's of the same name, with
 * the Trainer and the module before its own arguments. `onException` comes before an error is thrown again.
 */
export type Callback = {
  [Name in HookName]?: (
    trainer: TrainerView,
    module: TrainingModule,
    ...args: HookArguments[Name]
  ) => void | Promise<void>
}

/** Calls one hook of every callback, in their order. */
export async function callCallbacks<Name extends HookName>(
  callbacks: readonly Callback[],
  name: Name,
  trainer: TrainerView,
  module: TrainingModule,
  args: HookArguments[Name],
): Promise<void> {
  for (const callback of callbacks) {
    // Waiting for nothing would cost a turn of the event loop, thirty times a step.
    const result = callback[name]?.(trainer, module, ...args)
    if (result !== undefined) await result
  }
}
