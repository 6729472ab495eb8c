import { Worker } from 'node:worker_threads'
import type { WorkerAnswer } from '../data/loader-workers.ts'
import { DataError } from '../errors/errors.ts'
import { type Question, type Reply, receiveError, type ThreadData } from './worker-messages.ts'

interface Waiting {
  resolve(answer: WorkerAnswer | undefined): void
  reject(error: Error): void
}

/** Beside this file, and in the same language: TypeScript where Node, or a loader, runs the sources. */
const program = new URL(`./worker-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** A worker thread that answers questions. It keeps the process alive only while an answer is waited for. */
export class Thread {
  readonly #worker: Worker
  readonly #index: number
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0
  #failure: DataError | null = null

  constructor(data: ThreadData, execArgv: readonly string[] | undefined) {
    this.#index = data.index
    this.#worker = new Worker(program, { workerData: data, execArgv: execArgv && [...execArgv] })
    this.#worker.unref()
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#fail(`failed, got ${String(error)}`, error))
    this.#worker.on('exit', (code) => this.#fail(`has ended, got exit code ${code}`))
  }

  get isAlive(): boolean {
    return this.#failure === null
  }

  /** @throws DataError when the question cannot be answered, or the thread has ended */
  ask(question: Question): Promise<WorkerAnswer | undefined> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const id = this.#asked++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ id, question })
    })
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    if (waiting === undefined) return
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('error' in reply) waiting.reject(receiveError(reply.error))
    else waiting.resolve(reply.answer)
  }

  #fail(how: string, cause?: unknown): void {
    // The first reason is the one that explains; an exit follows every error.
    this.#failure ??= new DataError(`DataLoader: worker ${this.#index} ${how}`, { cause })
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
