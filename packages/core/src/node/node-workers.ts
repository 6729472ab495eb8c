import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { LoaderWorkers, WorkerAnswer, WorkerSession, WorkerSource, WorkerTask } from '../data/loader-workers.ts'
import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { Thread } from './thread.ts'
import type { ThreadData } from './worker-messages.ts'

/** How many threads there are, and how they work. */
export interface NodeWorkersOptions {
  /** Threads; default 1. */
  readonly count?: number
  /** How many batches each thread makes ahead of their use; default 2. */
  readonly prefetchFactor?: number
  /** Keep the threads from one epoch to the next, until `close()`. Default false: each epoch starts threads of its own. */
  readonly persistent?: boolean
  /** What the module's `dataset` is called with, when it is a function; threads get a clone of it. */
  readonly data?: unknown
  /** Node's options for the threads, a loader of TypeScript say; default: those of the process. */
  readonly execArgv?: readonly string[]
}

/** Milliseconds that a stream has to close its files and connections when an iteration ends. */
const grace = 1000

/**
 * Threads of Node that make a loader's batches, for samples that are expensive to read, to decode or to collate.
 *
 * `module` is imported in each thread. It exports `dataset`: what the loader is given, or a function that makes it of `data`;
 * and `collate`, when the default will not do. What `collate` returns is given away: it keeps no reference to that memory.
 *
 * ```ts
 * new DataLoader(dataset, { batchSize: 64, workers: nodeWorkers(new URL('./dataset.js', import.meta.url), { count: 4 }) })
 * ```
 *
 * Threads end with the iteration, whether it comes to its end or not, and do not keep the process alive.
 *
 * @param module - a URL, or a path from the current directory
 * @throws OutOfRangeError when `count` or `prefetchFactor` is not a whole number ≥ 1
 */
export function nodeWorkers(module: string | URL, options: NodeWorkersOptions = {}): NodeWorkers {
  return new NodeWorkers(module, options)
}

/** What `nodeWorkers` returns. One of them may serve several loaders of the same dataset. */
export class NodeWorkers implements LoaderWorkers, AsyncDisposable {
  readonly module: string
  readonly count: number
  readonly prefetchFactor: number
  readonly persistent: boolean
  readonly #data: unknown
  readonly #execArgv: readonly string[] | undefined
  #kept: Thread[] = []
  #sessions = 0

  constructor(
    module: string | URL,
    { count = 1, prefetchFactor = 2, persistent = false, data, execArgv }: NodeWorkersOptions = {},
  ) {
    checkWhole('count', count)
    checkWhole('prefetchFactor', prefetchFactor)
    this.module = urlOf(module)
    this.count = count
    this.prefetchFactor = prefetchFactor
    this.persistent = persistent
    this.#data = data
    this.#execArgv = execArgv
  }

  async open(source: WorkerSource): Promise<WorkerSession> {
    const id = this.#sessions++
    const threads = this.#threads()
    const session = new NodeSession(threads, { id, prefetchFactor: this.prefetchFactor, persistent: this.persistent })
    await session.open(source)
    return session
  }

  /** Ends threads that are kept. Iterations under way end with an error; the next one starts new threads. */
  async close(): Promise<void> {
    const threads = this.#kept
    this.#kept = []
    await Promise.all(threads.map((thread) => thread.terminate()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #threads(): readonly Thread[] {
    if (!this.persistent) return this.#start()
    // A thread that failed takes its iteration with it, not the next one.
    this.#kept = this.#start((index) => (this.#kept[index]?.isAlive ? this.#kept[index] : undefined))
    return this.#kept
  }

  #start(alive: (index: number) => Thread | undefined = () => undefined): Thread[] {
    const { module, count } = this
    return Array.from({ length: count }, (_, index) => {
      return alive(index) ?? startThread({ module, data: this.#data, index, count }, this.#execArgv)
    })
  }
}

function startThread(data: ThreadData, execArgv: readonly string[] | undefined): Thread {
  try {
    return new Thread(data, execArgv)
  } catch (error) {
    throw new MisconfigurationError(
      `nodeWorkers: cannot start a thread, got ${String(error)}; data is what structuredClone takes, and execArgv what Worker takes`,
      { cause: error },
    )
  }
}

interface SessionOptions {
  readonly id: number
  readonly prefetchFactor: number
  readonly persistent: boolean
}

/** One iteration of a loader on some threads. */
class NodeSession implements WorkerSession {
  readonly prefetchFactor: number
  readonly #threads: readonly Thread[]
  readonly #id: number
  readonly #persistent: boolean
  #hasStream = false

  constructor(threads: readonly Thread[], { id, prefetchFactor, persistent }: SessionOptions) {
    this.prefetchFactor = prefetchFactor
    this.#threads = threads
    this.#id = id
    this.#persistent = persistent
  }

  get count(): number {
    return this.#threads.length
  }

  async open(source: WorkerSource): Promise<void> {
    this.#hasStream = source.kind === 'iterable'
    const opened = this.#threads.map((thread) => thread.ask({ kind: 'open', session: this.#id, source }))
    try {
      await Promise.all(opened)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async request(worker: number, task: WorkerTask): Promise<WorkerAnswer> {
    const answer = await this.#threads[worker]!.ask({ kind: 'task', session: this.#id, task })
    return answer!
  }

  async close(): Promise<void> {
    if (this.#persistent || this.#hasStream) await this.#letGo()
    if (!this.#persistent) await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }

  /** Lets sources close what they have open. A thread that is stuck, or gone, has had its time. */
  async #letGo(): Promise<void> {
    const timer = new AbortController()
    const closed = this.#threads.map((thread) => thread.ask({ kind: 'close', session: this.#id }))
    await Promise.race([Promise.allSettled(closed), setTimeout(grace, undefined, { signal: timer.signal, ref: false })])
    timer.abort()
  }
}

function urlOf(module: string | URL): string {
  if (module instanceof URL) return module.href
  return module.startsWith('file:') ? module : pathToFileURL(resolve(module)).href
}

function checkWhole(what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new OutOfRangeError(`nodeWorkers: ${what} is a whole number ≥ 1, got ${value}`)
}
