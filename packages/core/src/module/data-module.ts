import type { Batches } from '../data/batches.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'
import type { Awaitable, LoaderHooks, Loaders, Stage, TransferHooks } from './data-hooks.ts'

/**
 * Everything about a data set in one place: where it comes from, how it is split, its loaders, and what happens to a batch on
 * its way to the step. Subclass it, write the loaders that are needed, and hand it to a Trainer in the place of loaders.
 */
export abstract class DataModule<Batch = unknown> implements LoaderHooks<Batch>, TransferHooks<Batch> {
  /** Downloads or writes what all processes then read; it must leave nothing on `this`. */
  prepareData(): Awaitable<void> {}
  /** Reads, splits and keeps what the loaders of `stage` need. */
  setup(_stage: Stage): Awaitable<void> {}
  /** Comes last, also after an error. */
  teardown(_stage: Stage): Awaitable<void> {}

  trainDataloader?(): Awaitable<Batches<OnHost<Batch>>>
  valDataloader?(): Awaitable<Loaders<Batch>>
  testDataloader?(): Awaitable<Loaders<Batch>>
  predictDataloader?(): Awaitable<Loaders<Batch>>

  // Each takes the place of the module's hook of the same name.
  onBeforeBatchTransfer?(batch: OnHost<Batch>, dataloaderIdx: number): Awaitable<OnHost<Batch>>
  transferBatchToDevice?(batch: OnHost<Batch>, dataloaderIdx: number): Awaitable<Batch>
  onAfterBatchTransfer?(batch: Batch, dataloaderIdx: number): Awaitable<Batch>
}
