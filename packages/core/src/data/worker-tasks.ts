import { DataError, MisconfigurationError } from '../errors/errors.ts'
import { type Grouping, groupsOf, restartable } from './batch-stream.ts'
import { defaultCollate } from './collate.ts'
import { type Dataset, type IterableDataset, isDataset } from './dataset.ts'
import { batchLoader, type Collate } from './load-batch.ts'
import type { WorkerAnswer, WorkerSource, WorkerTask } from './loader-workers.ts'
import { copyArray, mapArrays } from './map-arrays.ts'

/** What a thread has to work with. */
export interface WorkerEquipment {
  readonly dataset: Dataset<unknown> | IterableDataset<unknown>
  readonly collate?: Collate<unknown, unknown> | undefined
  /** Which of how many threads this is, from 0. */
  readonly index: number
  readonly count: number
}

/** A thread's part in one iteration of the loader. */
export interface WorkerPart {
  /** @throws DataError when the batch cannot be made; the message names the sample, and the cause is what was thrown */
  answer(task: WorkerTask): Promise<WorkerAnswer>
  /** Lets go of the stream, when there is one. */
  close(): Promise<void>
}

/**
 * What a thread does: each call begins its part in an iteration.
 *
 * @throws MisconfigurationError when the loader's dataset has another form or length than the thread's
 */
export function workerParts(equipment: WorkerEquipment): (source: WorkerSource) => WorkerPart {
  const { dataset } = equipment
  const collate = equipment.collate && givingAway(equipment.collate)
  if (isDataset(dataset)) {
    return (source) => {
      if (source.kind === 'indexed' && source.length === dataset.length) return drawnPart(dataset, collate)
      throw otherDataset(source, `one of ${dataset.length} samples`)
    }
  }
  const restart = restartable(dataset)
  return (source) => {
    if (source.kind !== 'iterable') throw otherDataset(source, 'an iterable')
    const { index, count } = equipment
    const shard = dataset.shard?.(index, count)
    // Without a shard of its own a thread reads the whole stream, and every `count`-th batch is its own.
    const turns = shard === undefined ? { index, count } : { index: 0, count: 1 }
    return new StreamPart(shard ?? restart(), source.grouping, { ...turns, collate })
  }
}

function drawnPart(dataset: Dataset<unknown>, collate: Collate<unknown, unknown> | undefined): WorkerPart {
  const load = batchLoader(namingSamples(dataset), collate)
  return {
    async answer(task) {
      if (task.kind !== 'draw') throw wrongTask(task)
      try {
        return { done: false, batch: await load(task) }
      } catch (error) {
        if (error instanceof SampleFailure) throw failed(`sample ${error.index}`, error.reason)
        throw failed(`the batch of samples ${listed(task.indices)}`, error)
      }
    },
    async close() {},
  }
}

/** Some batches of a stream. */
class StreamPart implements WorkerPart {
  readonly #groups: AsyncGenerator<unknown[], void, undefined>
  readonly #collate: Collate<unknown, unknown>
  readonly #count: number
  /** Batches to pass over before the next one that is this part's own. */
  #foreign: number
  /** Samples read. */
  #position = 0
  #isClosed = false

  constructor(
    source: AsyncIterable<unknown> | Iterable<unknown>,
    grouping: Grouping,
    { index, count, collate = defaultCollate }: Omit<WorkerEquipment, 'dataset'>,
  ) {
    this.#groups = groupsOf(this.#counted(source), grouping)
    this.#collate = collate
    this.#count = count
    this.#foreign = index
  }

  async answer(task: WorkerTask): Promise<WorkerAnswer> {
    if (task.kind !== 'next') throw wrongTask(task)
    const samples = await this.#ownGroup()
    if (samples === undefined) return { done: true }
    if (task.skip) return { done: false, batch: undefined }
    const first = this.#position - samples.length
    try {
      return { done: false, batch: await this.#collate(samples) }
    } catch (error) {
      throw failed(`the batch of samples ${first} to ${this.#position - 1} of the source`, error)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#groups.return()
  }

  async #ownGroup(): Promise<unknown[] | undefined> {
    for (let i = 0; i < this.#foreign; i++) {
      if ((await this.#nextGroup()) === undefined) return undefined
    }
    this.#foreign = this.#count - 1
    return this.#nextGroup()
  }

  async #nextGroup(): Promise<unknown[] | undefined> {
    if (this.#isClosed) return undefined
    try {
      return (await this.#groups.next()).value ?? undefined
    } catch (error) {
      throw failed(`sample ${this.#position} of the source`, error)
    }
  }

  async *#counted(source: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown, void, undefined> {
    for await (const sample of source) {
      this.#position++
      yield sample
    }
  }
}

/** `collate` without memory of the samples in its batches: a batch leaves the thread, the dataset stays. */
function givingAway(collate: Collate<unknown, unknown>): Collate<unknown, unknown> {
  return async (samples) => {
    const batch = await collate(samples)
    const theirs = new Set<ArrayBufferLike>()
    mapArrays(samples, (array) => {
      theirs.add(array.buffer)
      return array
    })
    return mapArrays(batch, (array) => (theirs.has(array.buffer) ? copyArray(array) : array))
  }
}

/** Not an error for users: it carries what was thrown to where the message is made. */
class SampleFailure {
  readonly index: number
  readonly reason: unknown

  constructor(index: number, reason: unknown) {
    this.index = index
    this.reason = reason
  }
}

function namingSamples<Sample>(dataset: Dataset<Sample>): Dataset<Sample> {
  return {
    length: dataset.length,
    async get(index, random) {
      try {
        return await dataset.get(index, random)
      } catch (error) {
        throw new SampleFailure(index, error)
      }
    },
    gather: dataset.gather && ((indices) => dataset.gather!(indices)),
  }
}

function failed(what: string, reason: unknown): DataError {
  const got = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason)
  return new DataError(`DataLoader: ${what} cannot be loaded in a worker, got ${got}`, { cause: reason })
}

/** The first few of many. */
function listed(indices: readonly number[]): string {
  const shown = indices.slice(0, 8).join(', ')
  return indices.length > 8 ? `${shown}, …` : shown
}

function otherDataset(source: WorkerSource, own: string): MisconfigurationError {
  const theirs = source.kind === 'indexed' ? `one of ${source.length} samples` : 'an iterable'
  return new MisconfigurationError(
    `DataLoader: its workers have another dataset, got ${own} for ${theirs}; export from their module what the loader is given`,
  )
}

function wrongTask(task: WorkerTask): MisconfigurationError {
  return new MisconfigurationError(`DataLoader: this dataset has no answer to such a task, got ${task.kind}`)
}
