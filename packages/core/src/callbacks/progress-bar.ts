import type { SingleBar } from 'cli-progress'
import type { Callback, TrainerView } from './callback.ts'

export interface ProgressBarOptions {
  /** Milliseconds between two looks at the metrics. Default 100. */
  readonly refreshMs?: number
}

/** Where progress is shown: a live bar in a terminal, plain lines elsewhere. */
interface Display {
  begin(label: string, total: number | undefined): void
  update(done: number, status: string): void
  end(status: string): void
}

/** Shows epoch, batches, rate and what was logged with `progBar`. */
export class ProgressBar implements Callback {
  readonly #refreshMs: number
  #display: Display | null = null
  #beganAt = 0
  #shownAt = 0
  #done = 0
  #status = ''
  #isFitting = false

  constructor({ refreshMs = 100 }: ProgressBarOptions = {}) {
    this.#refreshMs = refreshMs
  }

  async onTrainEpochStart(trainer: TrainerView): Promise<void> {
    this.#isFitting = true
    const epochs = trainer.maxEpochs < 0 ? '' : `/${trainer.maxEpochs}`
    await this.#begin(`epoch ${trainer.currentEpoch + 1}${epochs}`, trainer.numBatches)
  }

  onTrainBatchEnd(trainer: TrainerView): Promise<void> | void {
    return this.#advance(trainer)
  }

  async onTrainEpochEnd(trainer: TrainerView): Promise<void> {
    await this.#endWithMeans(trainer)
    this.#isFitting = false
  }

  async onValidationStart(trainer: TrainerView): Promise<void> {
    if (!this.#isFitting && !trainer.sanityChecking) await this.#begin('validation', trainer.numBatches)
  }

  onValidationBatchEnd(trainer: TrainerView): Promise<void> | void {
    if (!this.#isFitting && !trainer.sanityChecking) return this.#advance(trainer)
  }

  async onValidationEnd(trainer: TrainerView): Promise<void> {
    if (!this.#isFitting && !trainer.sanityChecking) await this.#endWithMeans(trainer)
  }

  async onTestStart(trainer: TrainerView): Promise<void> {
    await this.#begin('test', trainer.numBatches)
  }

  onTestBatchEnd(trainer: TrainerView): Promise<void> | void {
    return this.#advance(trainer)
  }

  async onTestEnd(trainer: TrainerView): Promise<void> {
    await this.#endWithMeans(trainer)
  }

  onException(): void {
    this.#end()
  }

  async #begin(label: string, total: number | undefined): Promise<void> {
    this.#end()
    this.#display = await chooseDisplay()
    this.#beganAt = performance.now()
    this.#shownAt = 0
    this.#done = 0
    this.#status = ''
    this.#display.begin(label, total)
  }

  #advance(trainer: TrainerView): Promise<void> | void {
    this.#done++
    // Most batches end here: looking costs a read-back.
    if (performance.now() - this.#shownAt < this.#refreshMs) return
    return this.#refresh(trainer)
  }

  async #refresh(trainer: TrainerView): Promise<void> {
    this.#status = formatMetrics(await trainer.readProgressMetrics())
    this.#shownAt = performance.now()
    this.#display?.update(this.#done, `${this.#rate()} ${this.#status}`)
  }

  #rate(): string {
    const perSecond = (this.#done * 1000) / Math.max(performance.now() - this.#beganAt, 1)
    return `${perSecond < 10 ? perSecond.toFixed(2) : Math.round(perSecond)} batches/s`
  }

  async #endWithMeans(trainer: TrainerView): Promise<void> {
    this.#status = formatMetrics(await trainer.readProgressMetrics())
    this.#end()
  }

  #end(): void {
    if (this.#display === null) return
    this.#display.update(this.#done, `${this.#rate()} ${this.#status}`)
    this.#display.end(`${this.#done} batches, ${this.#rate()} ${this.#status}`)
    this.#display = null
  }
}

/** `loss=0.123 acc=0.98` */
function formatMetrics(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name}=${Number(value.toPrecision(4))}`)
    .join(' ')
}

interface NodeProcess {
  readonly versions?: { readonly node?: string }
  readonly stderr?: { readonly isTTY?: boolean }
}

async function chooseDisplay(): Promise<Display> {
  const { process } = globalThis as { readonly process?: NodeProcess }
  const isTerminal = process?.versions?.node !== undefined && process.stderr?.isTTY === true
  return isTerminal ? new TerminalDisplay(await loadCliProgress()) : new PlainDisplay()
}

type CliProgress = typeof import('cli-progress')

async function loadCliProgress(): Promise<CliProgress> {
  // By a variable, so that a bundler for browsers leaves a library for terminals out.
  const library = 'cli-progress'
  const loaded = (await import(/* @vite-ignore */ library)) as { readonly default: CliProgress }
  return loaded.default
}

class TerminalDisplay implements Display {
  readonly #library: CliProgress
  #bar: SingleBar | null = null

  constructor(library: CliProgress) {
    this.#library = library
  }

  begin(label: string, total: number | undefined): void {
    const format =
      total === undefined ? '{label} {value} {status}' : '{label} {bar} {value}/{total} {eta_formatted} {status}'
    this.#bar = new this.#library.SingleBar(
      { format, hideCursor: true, barsize: 24, fps: 20, linewrap: false },
      this.#library.Presets.shades_classic,
    )
    this.#bar.start(total ?? 0, 0, { label, status: '' })
  }

  update(done: number, status: string): void {
    this.#bar?.update(done, { status })
  }

  end(): void {
    this.#bar?.stop()
    this.#bar = null
  }
}

class PlainDisplay implements Display {
  #label = ''

  begin(label: string): void {
    this.#label = label
  }

  update(): void {}

  end(status: string): void {
    console.info(`${this.#label}: ${status}`)
  }
}
