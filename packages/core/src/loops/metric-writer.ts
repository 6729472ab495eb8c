import type { MetricStore } from './metrics.ts'
import type { Progress } from './progress.ts'

/** Where numbers are written: a logger, as loops know it. */
export interface MetricSink {
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void | Promise<void>
}

/** What a writer writes, and when. */
export interface MetricWriterOptions {
  readonly sinks: readonly MetricSink[]
  readonly metrics: MetricStore
  readonly progress: Progress
  /** Steps between two looks at what is logged in steps. */
  readonly logEveryNSteps: number
}

/**
 * Hands metrics to loggers. The x-axis counts training batches with which a window of accumulation closed; what a validation
 * logs in steps is counted by its own batches.
 */
export class MetricWriter {
  readonly #options: MetricWriterOptions

  constructor(options: MetricWriterOptions) {
    this.#options = options
  }

  /** Says that steps of an epoch of `numBatches` may not be logged at all. */
  warnOfShortEpochs(numBatches: number | undefined): void {
    const { sinks, logEveryNSteps } = this.#options
    if (sinks.length === 0 || numBatches === undefined || numBatches >= logEveryNSteps) return
    console.warn(
      `fit: an epoch has fewer batches than lie between two steps that are logged, got ${numBatches} and logEveryNSteps ${logEveryNSteps}; lower it to see more`,
    )
  }

  /** Whether what is logged in steps is looked at with the running training batch. */
  get isDue(): boolean {
    const { progress, logEveryNSteps } = this.#options
    return logEveryNSteps > 0 && (progress.steppedBatches + 1) % logEveryNSteps === 0
  }

  /** After a training batch with which a window closed. */
  async afterTrainBatch(): Promise<void> {
    if (this.#options.sinks.length === 0 || !this.isDue) return
    const { logged } = await this.#options.metrics.readSteps()
    await this.write(logged)
  }

  /** @param seen - batches of the loader before this one, in all evaluations */
  async afterEvaluationBatch(seen: number): Promise<void> {
    if (this.#options.sinks.length === 0) return
    const { logged } = await this.#options.metrics.readSteps()
    await this.#write(logged, seen)
  }

  async afterEvaluation(logged: Readonly<Record<string, number>>): Promise<void> {
    await this.write(logged)
  }

  /** The last batch of the epoch has been counted; its metrics belong to it. */
  async afterTrainEpoch(logged: Readonly<Record<string, number>>): Promise<void> {
    await this.write(logged, { step: this.#options.progress.steppedBatches - 1 })
  }

  /** Writes metrics at the running step, with the epoch. One that is named `step` says where. */
  async write(
    metrics: Readonly<Record<string, number>>,
    { step = this.#options.progress.steppedBatches }: { readonly step?: number } = {},
  ): Promise<void> {
    const { step: named, ...others } = metrics
    if (named !== undefined) await this.#write(others, Math.trunc(named))
    else if (Object.keys(others).length > 0) await this.#write({ epoch: this.#options.progress.epoch, ...others }, step)
  }

  /** Writes metrics as they are. */
  async #write(metrics: Readonly<Record<string, number>>, step: number): Promise<void> {
    if (Object.keys(metrics).length === 0) return
    const { epoch: _, ...own } = metrics
    this.#options.metrics.noteLogged(own)
    for (const sink of this.#options.sinks) await sink.logMetrics(metrics, step)
  }
}
