import { OutOfRangeError } from '../errors/errors.ts'

/** How a run ended. */
export type RunStatus = 'success' | 'failed' | 'interrupted'

/** What a run was configured with: plain data. */
export type Hyperparameters = Readonly<Record<string, unknown>>

/** Where metrics and hyper-parameters of a run go: a file, a service, the console. */
export interface Logger {
  /** Of the experiment. */
  readonly name?: string
  /** Of the run within the experiment. */
  readonly version?: string | number
  /**
   * Writes metrics down.
   *
   * @param step - the x-axis, a whole number ≥ 0: training batches with which a window of accumulation closed; in validation its
   * own batches
   */
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void | Promise<void>
  logHyperparams?(params: Hyperparameters): void | Promise<void>
  /** Brings to the files what waits in memory. */
  save?(): void | Promise<void>
  /** The run is over: what is still in memory is to be written. */
  finalize?(status: RunStatus): void | Promise<void>
}

/** Where the files of one run lie: a folder on a disk, say. Calls for one file come one after the other. */
export interface LogFolder {
  readonly name: string
  readonly version: string | number
  /** Adds to the end of a file, which is made if it is missing. */
  append(file: string, bytes: Uint8Array): Promise<void>
  /** Writes a file anew. */
  replace(file: string, bytes: Uint8Array): Promise<void>
  /** The content of a file, or null when it is missing. */
  read(file: string): Promise<Uint8Array | null>
}

/** @throws OutOfRangeError unless `step` is a whole number ≥ 0; TypeError when a metric is no number */
export function checkMetrics(who: string, metrics: Readonly<Record<string, number>>, step: number): void {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new OutOfRangeError(`${who}: a step is a whole number ≥ 0, got ${step}`)
  }
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === 'number') continue
    throw new TypeError(
      `${who}: a metric is a number, got ${typeof value} for ${JSON.stringify(name)}; await its item()`,
    )
  }
}
