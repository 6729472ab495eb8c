import { OutOfRangeError } from '../../errors/errors.ts'
import type { HostArray } from '../../graph/dtype.ts'
import { decodeNumber } from '../../tensor/host.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { flatHyperparameters } from '../hyperparameters.ts'
import { LogFile } from '../log-file.ts'
import { checkMetrics, type Hyperparameters, type LogFolder, type Logger, type RunStatus } from '../logger.ts'
import {
  experimentValue,
  fileVersionEvent,
  histogramValue,
  scalarValue,
  sessionEndValue,
  sessionStartValue,
  summaryEvent,
  textValue,
} from './events.ts'
import { histogramOf } from './histogram.ts'
import { tfRecord } from './tf-record.ts'

export interface TensorBoardLoggerOptions {
  /** Seconds that events may wait in memory. Default 5. */
  readonly flushSeconds?: number
}

export interface HistogramOptions {
  /** Number of bins, ≥ 1. Default 30. */
  readonly bins?: number
}

/** Writes event files, which `tensorboard --logdir` shows: scalars, histograms, texts and hyper-parameters. */
export class TensorBoardLogger implements Logger {
  readonly name: string
  readonly version: string | number
  readonly #folder: LogFolder
  readonly #flushSeconds: number
  /** Null before the first event: a run without any leaves no file. */
  #file: LogFile | null = null
  #hasSession = false

  constructor(folder: LogFolder, { flushSeconds = 5 }: TensorBoardLoggerOptions = {}) {
    this.name = folder.name
    this.version = folder.version
    this.#folder = folder
    this.#flushSeconds = flushSeconds
  }

  logMetrics(metrics: Readonly<Record<string, number>>, step: number): Promise<void> | void {
    checkMetrics('TensorBoardLogger', metrics, step)
    return this.#add(
      step,
      Object.entries(metrics).map(([name, value]) => scalarValue(name, value)),
    )
  }

  /**
   * Notes how the elements of a tensor, or numbers, are distributed. NaN and ±Infinity are left out. Of a tensor it costs a
   * read-back: log some every now and then.
   *
   * @throws OutOfRangeError when `bins` is no whole number ≥ 1, or `step` none ≥ 0
   */
  async logHistogram(
    name: string,
    values: Tensor | HostArray | readonly number[],
    step: number,
    { bins = 30 }: HistogramOptions = {},
  ): Promise<void> {
    checkMetrics('TensorBoardLogger', {}, step)
    if (!(Number.isInteger(bins) && bins >= 1)) {
      throw new OutOfRangeError(`TensorBoardLogger: bins are a whole number ≥ 1, got ${bins}`)
    }
    const numbers = values instanceof Tensor ? await numbersOf(values) : values
    await this.#add(step, [histogramValue(name, histogramOf(numbers, bins))])
  }

  /** Notes a text, shown as Markdown. */
  logText(name: string, text: string, step = 0): Promise<void> | void {
    checkMetrics('TensorBoardLogger', {}, step)
    return this.#add(step, [textValue(name, text)])
  }

  /**
   * Notes hyper-parameters for the tab that compares runs; nested ones as `optimizer/lr`.
   *
   * @param metrics - what the tab shows of each run, with a first value. The tab counts a run only once it has one of them.
   */
  logHyperparams(params: Hyperparameters, metrics: Readonly<Record<string, number>> = {}): Promise<void> | void {
    checkMetrics('TensorBoardLogger', metrics, 0)
    const flat = flatHyperparameters(params)
    this.#hasSession = true
    return this.#add(0, [
      experimentValue(flat, Object.keys(metrics)),
      sessionStartValue(flat, Date.now() / 1000),
      ...Object.entries(metrics).map(([name, value]) => scalarValue(name, value)),
    ])
  }

  save(): Promise<void> | void {
    return this.#file?.flush()
  }

  async finalize(status: RunStatus): Promise<void> {
    if (this.#hasSession) await this.#add(0, [sessionEndValue(status, Date.now() / 1000)])
    await this.#file?.flush()
  }

  #add(step: number, values: readonly Uint8Array[]): Promise<void> | void {
    const wallTime = Date.now() / 1000
    this.#file ??= this.#begin(wallTime)
    return this.#file.add(tfRecord(summaryEvent({ wallTime, step }, values)))
  }

  #begin(wallTime: number): LogFile {
    // TensorBoard reads the files of a folder in the order of their names, and knows them by the second part.
    const name = `events.out.tfevents.${Math.floor(wallTime)}.voltaic.${randomHex()}`
    const header = tfRecord(fileVersionEvent(wallTime))
    return new LogFile(this.#folder, name, { flushSeconds: this.#flushSeconds, header })
  }
}

async function numbersOf(x: Tensor): Promise<number[]> {
  return Array.from(await x.data(), (element) => decodeNumber(element, x.dtype))
}

/** Eight digits; `randomUUID` is missing in pages that do not come by https. */
function randomHex(): string {
  const [word] = crypto.getRandomValues(new Uint32Array(1))
  return word!.toString(16).padStart(8, '0')
}
