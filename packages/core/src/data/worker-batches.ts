import type { BatchStream, Grouping } from './batch-stream.ts'
import { batchDraws } from './load-batch.ts'
import type { LoaderWorkers, WorkerAnswer, WorkerSession, WorkerSource, WorkerTask } from './loader-workers.ts'
import type { BatchOrder } from './sampler.ts'

/** The batches of `mapStyleBatches`, made by `workers`: the same batches in the same order. */
export function mapStyleWorkerBatches<Batch>(
  dataset: { readonly length: number },
  order: BatchOrder,
  { seed, workers }: { readonly seed: number; readonly workers: LoaderWorkers },
): BatchStream<Batch> {
  return async function* (epoch, firstBatch) {
    const { length } = dataset
    const tasks = drawTasks(order, { length, seed, epoch, firstBatch })
    yield* answers<Batch>(tasks, workers, { kind: 'indexed', length })
  }
}

/** The batches of `iterableBatches`, made by `workers` in turn: the same, unless the source has a `shard` for each worker. */
export function iterableWorkerBatches<Batch>(grouping: Grouping, workers: LoaderWorkers): BatchStream<Batch> {
  return async function* (_, firstBatch) {
    let batchIdx = 0
    for await (const batch of answers<Batch>(nextTasks(firstBatch), workers, { kind: 'iterable', grouping })) {
      if (batchIdx++ >= firstBatch) yield batch
    }
  }
}

/** A task, or the error that the order of batches threw in place of one. */
type Upcoming = { readonly task: WorkerTask } | { readonly error: unknown }

function* drawTasks(...of: Parameters<typeof batchDraws>): Generator<Upcoming, void, undefined> {
  try {
    for (const draw of batchDraws(...of)) yield { task: { kind: 'draw', ...draw } }
  } catch (error) {
    yield { error }
  }
}

/** Streams that have ended answer no more, so the n-th answer is to the n-th task or a later one: it is safe to skip by tasks. */
function* nextTasks(firstBatch: number): Generator<Upcoming, void, undefined> {
  for (let i = 0; ; i++) yield { task: { kind: 'next', skip: i < firstBatch } }
}

interface Request {
  readonly worker: number
  readonly answer: Promise<WorkerAnswer>
}

/**
 * The answers to `tasks`, in their order; the workers take turns.
 *
 * At most `count · prefetchFactor` batches are under way or wait for their turn. An error is thrown in its batch's turn.
 */
async function* answers<Batch>(
  tasks: Generator<Upcoming, void, undefined>,
  workers: LoaderWorkers,
  source: WorkerSource,
): AsyncGenerator<Batch, void, undefined> {
  let upcoming = tasks.next()
  // No thread is started for an epoch without batches.
  if (upcoming.done) return
  const session = await workers.open(source)
  const requests: Request[] = []
  const ask = (worker: number): void => {
    if (upcoming.done) return
    requests.push({ worker, answer: answerTo(upcoming.value, session, worker) })
    upcoming = tasks.next()
  }
  try {
    for (let i = 0; i < session.count * session.prefetchFactor; i++) ask(i % session.count)
    for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
      const answer = await request.answer
      // The stream of this worker has ended: the turns that are left are those of the others.
      if (answer.done) continue
      ask(request.worker)
      yield answer.batch as Batch
    }
  } finally {
    tasks.return()
    await session.close()
  }
}

function answerTo(upcoming: Upcoming, session: WorkerSession, worker: number): Promise<WorkerAnswer> {
  const answer = 'error' in upcoming ? Promise.reject(upcoming.error) : session.request(worker, upcoming.task)
  // Should the iteration end before this answer's turn, nobody waits for it.
  answer.catch(() => {})
  return answer
}
