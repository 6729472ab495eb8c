import type { Batches } from '../data/batches.ts'
import { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Awaitable, LoaderHooks, Loaders, Stage, TransferHooks } from './data-hooks.ts'

/**
 * The hooks of a module, in the order in which a run calls them. All do nothing, or what their names say, and each may be
 * asynchronous.
 */
export abstract class TrainingHooks<Batch = unknown>
  extends Module
  implements LoaderHooks<Batch>, TransferHooks<Batch>
{
  /** Callbacks for the run, one or several: each takes the place of the Trainer's of its class. */
  configureCallbacks(): object | readonly object[] {
    return []
  }

  /** Downloads or writes data; it must leave nothing on `this`. */
  prepareData(): Awaitable<void> {}
  /** Comes before optimizers are configured: layers that depend on the data can be made here. */
  setup(_stage: Stage): Awaitable<void> {}

  // Loaders of its own, for runs that are given none.
  trainDataloader?(): Awaitable<Batches<OnHost<Batch>>>
  valDataloader?(): Awaitable<Loaders<Batch>>
  testDataloader?(): Awaitable<Loaders<Batch>>
  predictDataloader?(): Awaitable<Loaders<Batch>>

  onFitStart(): Awaitable<void> {}
  onTrainStart(): Awaitable<void> {}
  onTrainEpochStart(): Awaitable<void> {}

  /** A batch as the loader gave it. */
  onBeforeBatchTransfer(batch: OnHost<Batch>, _dataloaderIdx: number): Awaitable<OnHost<Batch>> {
    return batch
  }
  /** Makes tensors of host arrays, wherever they are in the batch. */
  abstract transferBatchToDevice(batch: OnHost<Batch>, dataloaderIdx: number): Awaitable<Batch>
  /** A batch of tensors, on the way to the step. */
  onAfterBatchTransfer(batch: Batch, _dataloaderIdx: number): Awaitable<Batch> {
    return batch
  }

  /** Returning −1 ends the epoch before this batch. */
  onTrainBatchStart(_batch: Batch, _batchIdx: number): Awaitable<undefined | -1 | void> {}
  onBeforeZeroGrad(_optimizer: Optimizer): Awaitable<void> {}
  onBeforeBackward(_loss: Tensor): Awaitable<void> {}
  onAfterBackward(): Awaitable<void> {}
  onBeforeOptimizerStep(_optimizer: Optimizer, _optimizerIdx: number): Awaitable<void> {}
  onTrainBatchEnd(_outputs: unknown, _batch: Batch, _batchIdx: number): Awaitable<void> {}
  onTrainEpochEnd(): Awaitable<void> {}
  onTrainEnd(): Awaitable<void> {}
  onFitEnd(): Awaitable<void> {}

  /** Puts the module into evaluation mode for validation. */
  onValidationModelEval(): Awaitable<void> {
    this.eval()
  }
  onValidationStart(): Awaitable<void> {}
  onValidationEpochStart(): Awaitable<void> {}
  onValidationBatchStart(_batch: Batch, _batchIdx: number, _dataloaderIdx: number): Awaitable<void> {}
  onValidationBatchEnd(_outputs: unknown, _batch: Batch, _batchIdx: number, _dataloaderIdx: number): Awaitable<void> {}
  onValidationEpochEnd(): Awaitable<void> {}
  onValidationEnd(): Awaitable<void> {}
  /** In the place of giving each inner module the mode back that it had before. */
  onValidationModelTrain?(): Awaitable<void>

  onTestModelEval(): Awaitable<void> {
    this.eval()
  }
  onTestStart(): Awaitable<void> {}
  onTestEpochStart(): Awaitable<void> {}
  onTestBatchStart(_batch: Batch, _batchIdx: number, _dataloaderIdx: number): Awaitable<void> {}
  onTestBatchEnd(_outputs: unknown, _batch: Batch, _batchIdx: number, _dataloaderIdx: number): Awaitable<void> {}
  onTestEpochEnd(): Awaitable<void> {}
  onTestEnd(): Awaitable<void> {}
  onTestModelTrain?(): Awaitable<void>

  onPredictModelEval(): Awaitable<void> {
    this.eval()
  }
  onPredictStart(): Awaitable<void> {}
  onPredictEpochStart(): Awaitable<void> {}
  onPredictBatchStart(_batch: Batch, _batchIdx: number, _dataloaderIdx: number): Awaitable<void> {}
  onPredictBatchEnd(_outputs: unknown, _batch: Batch, _batchIdx: number, _dataloaderIdx: number): Awaitable<void> {}
  onPredictEpochEnd(): Awaitable<void> {}
  onPredictEnd(): Awaitable<void> {}
  onPredictModelTrain?(): Awaitable<void>

  /** The run was asked to end, and its state is whole: it can be saved. */
  onInterrupt(): Awaitable<void> {}
  /** Adds to what is saved: plain data and tensors. */
  onSaveCheckpoint(_checkpoint: Record<string, unknown>): Awaitable<void> {}
  /** Looks at what was saved, before the weights are loaded. */
  onLoadCheckpoint(_checkpoint: Readonly<Record<string, unknown>>): Awaitable<void> {}

  /** Comes last, also after an error. */
  teardown(_stage: Stage): Awaitable<void> {}
}
