import type {
  LoaderWorkers,
  WorkerAnswer,
  WorkerSession,
  WorkerSource,
  WorkerTask,
} from '../../src/data/loader-workers.ts'
import { type WorkerEquipment, type WorkerPart, workerParts } from '../../src/data/worker-tasks.ts'

interface InProcessOptions extends Pick<WorkerEquipment, 'dataset' | 'collate'> {
  readonly count: number
  readonly prefetchFactor?: number
}

/** Workers without threads, which count what they are asked for. */
export class InProcessWorkers implements LoaderWorkers {
  opened = 0
  closed = 0
  asked = 0
  readonly #begin: readonly ((source: WorkerSource) => WorkerPart)[]
  readonly #prefetchFactor: number

  constructor({ count, prefetchFactor = 2, dataset, collate }: InProcessOptions) {
    this.#prefetchFactor = prefetchFactor
    this.#begin = Array.from({ length: count }, (_, index) => workerParts({ dataset, collate, index, count }))
  }

  async open(source: WorkerSource): Promise<WorkerSession> {
    const parts = this.#begin.map((begin) => begin(source))
    this.opened++
    const last: Promise<unknown>[] = parts.map(() => Promise.resolve())
    return {
      count: parts.length,
      prefetchFactor: this.#prefetchFactor,
      request: (worker: number, task: WorkerTask): Promise<WorkerAnswer> => {
        this.asked++
        const answer = last[worker]!.then(() => parts[worker]!.answer(task))
        last[worker] = answer.catch(() => {})
        return answer
      },
      close: async () => {
        this.closed++
        for (const part of parts) await part.close()
      },
    }
  }
}
