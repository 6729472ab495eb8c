import { parentPort, workerData } from 'node:worker_threads'
import { asSource, isDataset, isIterable } from '../data/dataset.ts'
import type { Collate } from '../data/load-batch.ts'
import { type WorkerEquipment, type WorkerPart, workerParts } from '../data/worker-tasks.ts'
import { DataError, MisconfigurationError } from '../errors/errors.ts'
import { sendable } from './transfer.ts'
import { type Question, type Reply, sendError, type ThreadData } from './worker-messages.ts'

/* What a thread of `nodeWorkers` runs: it makes batches of the dataset that the user's module exports. */

const { module, data, index, count } = workerData as ThreadData
const port = parentPort!
const begin = importEquipment().then(workerParts)
// Should the module be no good, that is the answer to the first question.
begin.catch(() => {})

const parts = new Map<number, WorkerPart>()
let last: Promise<unknown> = Promise.resolve()

port.on('message', ({ id, question }: { readonly id: number; readonly question: Question }) => {
  // One question after the other. Only the end of an iteration does not wait for what it makes useless.
  if (question.kind === 'close') void reply(id, answer(question))
  else last = last.then(() => reply(id, answer(question)))
})

async function reply(id: number, answered: Promise<unknown>): Promise<void> {
  try {
    const { value, transfer } = sendable(await answered)
    port.postMessage({ id, answer: value } as Reply, transfer)
  } catch (error) {
    port.postMessage({ id, error: sendError(error) } satisfies Reply)
  }
}

async function answer(question: Question): Promise<unknown> {
  const { session } = question
  switch (question.kind) {
    case 'open':
      return void parts.set(session, (await begin)(question.source))
    case 'task':
      return parts.get(session)?.answer(question.task) ?? { done: true }
    case 'close': {
      const part = parts.get(session)
      parts.delete(session)
      return part?.close()
    }
  }
}

async function importEquipment(): Promise<WorkerEquipment> {
  const { dataset, collate } = await importModule()
  const made = typeof dataset === 'function' ? await dataset(data) : dataset
  if (!isDataset(made) && !isIterable(made)) {
    throw new MisconfigurationError(
      `nodeWorkers: ${module} exports no dataset, got ${typeof made}; ` +
        'export a Dataset, an array or an iterable as dataset, or a function that makes one',
    )
  }
  if (collate !== undefined && typeof collate !== 'function') {
    throw new MisconfigurationError(`nodeWorkers: collate in ${module} is no function, got ${typeof collate}`)
  }
  return { dataset: asSource(made), collate: collate as Collate<unknown, unknown> | undefined, index, count }
}

async function importModule(): Promise<{ readonly dataset?: unknown; readonly collate?: unknown }> {
  try {
    return await import(/* @vite-ignore */ module)
  } catch (error) {
    throw new DataError(`nodeWorkers: cannot import ${module} in a worker, got ${String(error)}`, { cause: error })
  }
}
