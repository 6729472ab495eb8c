import { joinBytes } from '../util/join-bytes.ts'
import type { LogFolder } from './logger.ts'

export interface LogFileOptions {
  /** Seconds that entries may wait in memory. */
  readonly flushSeconds: number
  /** What the file begins with. */
  readonly header?: Uint8Array
}

/** A file that grows: entries wait in memory until some time has passed, and reach the file in their order. */
export class LogFile {
  readonly #folder: LogFolder
  readonly #file: string
  readonly #flushMs: number
  #waiting: Uint8Array[]
  #flushedAt = performance.now()
  #written: Promise<void> = Promise.resolve()

  constructor(folder: LogFolder, file: string, { flushSeconds, header }: LogFileOptions) {
    this.#waiting = header === undefined ? [] : [header]
    this.#folder = folder
    this.#file = file
    this.#flushMs = 1000 * flushSeconds
  }

  /** Adds an entry. Nothing watches the clock between two of them: `flush` when there are no more. */
  add(entry: Uint8Array): Promise<void> | void {
    this.#waiting.push(entry)
    if (performance.now() - this.#flushedAt >= this.#flushMs) return this.flush()
  }

  /** Resolves when all entries so far are in the file. */
  flush(): Promise<void> {
    const entries = this.#waiting
    this.#waiting = []
    this.#flushedAt = performance.now()
    if (entries.length === 0) return this.#written
    const write = () => this.#folder.append(this.#file, joinBytes(entries))
    // What failed before was thrown to whoever wrote it.
    this.#written = this.#written.then(write, write)
    return this.#written
  }
}
