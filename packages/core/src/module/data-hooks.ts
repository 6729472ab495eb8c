import type { Batches } from '../data/batches.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'

/** Which run of a Trainer is on. */
export type Stage = 'fit' | 'validate' | 'test' | 'predict'

/** At once, or as a promise. */
export type Awaitable<T> = T | Promise<T>

/**
 * Data to validate, test or predict on: the batches of one loader, or several loaders. A list is one of loaders when all
 * its entries can be iterated and are neither arrays nor typed arrays; otherwise its entries are batches.
 */
export type Loaders<Batch> = Batches<OnHost<Batch>> | readonly Batches<OnHost<Batch>>[]

/** Where a run gets its data from, when it is given none: hooks of a module or a `DataModule`. Each may be asynchronous. */
export interface LoaderHooks<Batch> {
  trainDataloader?(): Awaitable<Batches<OnHost<Batch>>>
  valDataloader?(): Awaitable<Loaders<Batch>>
  testDataloader?(): Awaitable<Loaders<Batch>>
  predictDataloader?(): Awaitable<Loaders<Batch>>
}

/** What happens to a batch between its loader and a step. */
export interface TransferHooks<Batch> {
  /** A batch as the loader gave it. */
  onBeforeBatchTransfer?(batch: OnHost<Batch>, dataloaderIdx: number): Awaitable<OnHost<Batch>>
  /** Host arrays in, tensors out. */
  transferBatchToDevice?(batch: OnHost<Batch>, dataloaderIdx: number): Awaitable<Batch>
  /** A batch of tensors, on the way to the step. */
  onAfterBatchTransfer?(batch: Batch, dataloaderIdx: number): Awaitable<Batch>
}
