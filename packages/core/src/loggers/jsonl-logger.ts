import { LogFile } from './log-file.ts'
import { checkMetrics, type Hyperparameters, type LogFolder, type Logger } from './logger.ts'

export interface JSONLLoggerOptions {
  /** Name of the file. Default `'metrics.jsonl'`. */
  readonly file?: string
  /** Seconds that metrics may wait in memory. Default 5. */
  readonly flushSeconds?: number
}

/**
 * A line of JSON for each set of metrics: `{"time":1700000000.5,"step":10,"metrics":{"loss":0.25}}`, time in seconds since 1970.
 * Hyper-parameters are a line of their own. NaN and ±Infinity, for which JSON has no word, are texts.
 */
export class JSONLLogger implements Logger {
  readonly name: string
  readonly version: string | number
  readonly #file: LogFile

  constructor(folder: LogFolder, { file = 'metrics.jsonl', flushSeconds = 5 }: JSONLLoggerOptions = {}) {
    this.name = folder.name
    this.version = folder.version
    this.#file = new LogFile(folder, file, { flushSeconds })
  }

  logMetrics(metrics: Readonly<Record<string, number>>, step: number): Promise<void> | void {
    checkMetrics('JSONLLogger', metrics, step)
    return this.#add({ time: Date.now() / 1000, step, metrics })
  }

  logHyperparams(params: Hyperparameters): Promise<void> | void {
    return this.#add({ time: Date.now() / 1000, hyperparameters: params })
  }

  save(): Promise<void> {
    return this.#file.flush()
  }

  finalize(): Promise<void> {
    return this.#file.flush()
  }

  #add(entry: Readonly<Record<string, unknown>>): Promise<void> | void {
    return this.#file.add(new TextEncoder().encode(`${JSON.stringify(entry, nonFiniteAsText)}\n`))
  }
}

function nonFiniteAsText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
