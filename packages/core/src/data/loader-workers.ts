import type { Grouping } from './batch-stream.ts'
import type { BatchDraw } from './load-batch.ts'

/**
 * Threads that make a loader's batches; `nodeWorkers` of `@voltaic/core/node` is one.
 *
 * A thread has a dataset and a collate function of its own: functions do not cross threads. What crosses are tasks, batches
 * and errors. The order of batches and how many are made ahead is the loader's business, not that of the threads.
 */
export interface LoaderWorkers {
  /**
   * Brings threads to work for one iteration.
   *
   * @throws DataError when a thread cannot be started, or has another dataset than the loader
   */
  open(source: WorkerSource): Promise<WorkerSession>
}

/** What the loader knows of the dataset that its threads have. */
export type WorkerSource =
  | { readonly kind: 'indexed'; readonly length: number }
  | { readonly kind: 'iterable'; readonly grouping: Grouping }

/** The threads of one iteration. */
export interface WorkerSession {
  /** How many threads there are, ≥ 1. */
  readonly count: number
  /** How many batches a thread is asked for ahead of their use, ≥ 1. */
  readonly prefetchFactor: number
  /**
   * Asks thread `worker` for a batch. A thread works on one task at a time, in the order in which they were given.
   *
   * @throws DataError when the batch cannot be made, naming the sample, or the thread has ended
   */
  request(worker: number, task: WorkerTask): Promise<WorkerAnswer>
  /** Ends the iteration, whether it came to its end or not. What was asked for and is not there yet is of no use. */
  close(): Promise<void>
}

/** What a thread is asked for. */
export type WorkerTask =
  | ({ readonly kind: 'draw' } & BatchDraw)
  /** The next batch of the stream; with `skip` it is read and dropped. */
  | { readonly kind: 'next'; readonly skip: boolean }

/** What a thread answers; `done` at the end of its stream. */
export type WorkerAnswer = { readonly done: true } | { readonly done: false; readonly batch: unknown }
