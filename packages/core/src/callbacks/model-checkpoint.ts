import { type Checkpoint, checkpointParts } from '../checkpoint/checkpoint-file.ts'
import { releaseCheckpoint } from '../checkpoint/release-checkpoint.ts'
import { DeviceLostError, MisconfigurationError } from '../errors/errors.ts'
import { reword } from '../errors/reword.ts'
import type { Callback, TrainerView } from './callback.ts'
import { checkpointName, checkpointSuffix } from './checkpoint-name.ts'
import { secondsOf } from './duration.ts'
import { checkModelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint-options.ts'

/** A file that was kept by its metric. */
interface Kept {
  readonly name: string
  readonly score: number
}

/** State of a `ModelCheckpoint`, as saved. */
export interface ModelCheckpointState {
  readonly kept: readonly Kept[]
  readonly latest: string | null
  readonly newest: string | null
  readonly lastStep: number
}

/**
 * Saves what a fit needs to go on: after epochs, validations, so many steps or so much time; keeps the best, or the latest. A
 * file replaces another only once it is whole, and a file that is to go goes after that.
 *
 * It is written when the running batch, or with the last batch the epoch, is done.
 */
export class ModelCheckpoint implements Callback {
  /** It looks at what the module logs in its `onTrainEpochEnd`, too. */
  readonly watchesMetrics: boolean = true
  readonly #options: ModelCheckpointOptions
  readonly #everyNTrainSteps: number
  readonly #everyNEpochs: number
  readonly #intervalMs: number | null
  readonly #sign: 1 | -1
  /** Kept by their metric, best first. */
  #kept: readonly Kept[] = []
  /** The latest file without a metric. */
  #latest: string | null = null
  /** The file that was written last; null before the first. */
  #newest: string | null = null
  /** The file for which the state is being gathered. */
  #writing: string | null = null
  /** The step that was saved last: none twice, and not before the first. */
  #lastStep = 0
  #savedAt = 0
  /** Whether `last` was written. */
  #hasLast = false

  /** @throws MisconfigurationError when options contradict each other or are out of range */
  constructor(options: ModelCheckpointOptions) {
    const { everyNTrainSteps, everyNEpochs, trainTimeInterval } = options
    checkModelCheckpoint(options)
    this.#options = options
    this.#everyNTrainSteps = everyNTrainSteps ?? 0
    const hasOther = everyNTrainSteps !== undefined || trainTimeInterval !== undefined
    this.#everyNEpochs = everyNEpochs ?? (hasOther ? 0 : 1)
    this.#intervalMs = trainTimeInterval === undefined ? null : 1000 * secondsOf('ModelCheckpoint', trainTimeInterval)
    this.#sign = options.mode === 'max' ? -1 : 1
  }

  /** Names of monitor and times: two of a class that differ in them keep their own state. */
  get stateKey(): string {
    const { monitor = '', mode = 'min', trainTimeInterval = null } = this.#options
    const times = [this.#everyNTrainSteps, this.#everyNEpochs, JSON.stringify(trainTimeInterval)]
    return `ModelCheckpoint(${[monitor, mode, ...times].join(', ')})`
  }

  /** Where the best file is; without `monitor` the latest. Null before the first. */
  get bestModelPath(): string | null {
    const name = this.#kept[0]?.name ?? this.#latest
    return name === null ? null : this.#locate(name)
  }

  /** The metric of the best file; null without one. */
  get bestModelScore(): number | null {
    return this.#kept[0]?.score ?? null
  }

  /** The files that are kept by `monitor`, best first, with their metrics. */
  get bestKModels(): ReadonlyMap<string, number> {
    return new Map(this.#kept.map(({ name, score }) => [this.#locate(name), score]))
  }

  /** Where `last` is; null when none was saved. */
  get lastModelPath(): string | null {
    return this.#hasLast ? this.#locate(lastName) : null
  }

  onTrainStart({ globalStep }: TrainerView): void {
    this.#savedAt = performance.now()
    // Another fit counts anew.
    this.#lastStep = Math.min(this.#lastStep, globalStep)
  }

  async onTrainBatchEnd(trainer: TrainerView): Promise<void> {
    const byStep = this.#everyNTrainSteps > 0 && trainer.globalStep % this.#everyNTrainSteps === 0
    const byTime = this.#intervalMs !== null && performance.now() - this.#savedAt >= this.#intervalMs
    if (!(byStep || byTime) || this.#isOff(trainer)) return
    if (byTime) this.#savedAt = performance.now()
    // Reading what is logged in steps waits for the device.
    const { monitor, filename } = this.#options
    const needsMetrics = monitor !== undefined || filename !== undefined
    this.#request(trainer, needsMetrics ? await trainer.readMetrics() : {})
  }

  onTrainEpochEnd(trainer: TrainerView): void {
    if (this.#looksAtTrainEpochEnd(trainer)) this.#afterEpoch(trainer)
  }

  onValidationEnd(trainer: TrainerView): void {
    if (!this.#looksAtTrainEpochEnd(trainer)) this.#afterEpoch(trainer)
  }

  /** Before a run that was asked to end has its last hooks: what was done of the epoch is kept. */
  onInterrupt(trainer: TrainerView): void {
    if (trainer.fastDevRun || trainer.stage !== 'fit') return
    trainer.whenSaveable(async () => {
      this.#lastStep = trainer.globalStep
      const checkpoint = await this.#dump(trainer, lastName)
      await this.#write(lastName, checkpoint)
      this.#hasLast = true
      releaseCheckpoint(checkpoint)
    })
  }

  /** Tells whoever lost the device where to go on. */
  onException(_trainer: TrainerView, _module: unknown, error: unknown): void {
    if (!(error instanceof DeviceLostError) || this.#newest === null) return
    reword(error, `${error.message}; the last checkpoint is ${this.#locate(this.#newest)}`)
  }

  stateDict(): ModelCheckpointState {
    const newest = this.#writing ?? this.#newest
    return { kept: this.#kept, latest: this.#latest, newest, lastStep: this.#lastStep }
  }

  loadStateDict({ kept, latest, newest, lastStep }: ModelCheckpointState): void {
    this.#kept = kept
    this.#latest = latest
    this.#newest = newest
    this.#lastStep = lastStep
  }

  #looksAtTrainEpochEnd({ validatesEachEpoch }: TrainerView): boolean {
    return this.#options.saveOnTrainEpochEnd ?? validatesEachEpoch
  }

  #afterEpoch(trainer: TrainerView): void {
    if (this.#everyNEpochs < 1 || (trainer.currentEpoch + 1) % this.#everyNEpochs !== 0) return
    // An epoch that was cut short was saved as it was.
    if (!this.#isOff(trainer) && !trainer.isInterrupted) this.#request(trainer, trainer.callbackMetrics)
  }

  #isOff({ fastDevRun, stage, sanityChecking, globalStep }: TrainerView): boolean {
    return fastDevRun || stage !== 'fit' || sanityChecking || globalStep === this.#lastStep
  }

  #request(trainer: TrainerView, metrics: Readonly<Record<string, number>>): void {
    const { monitor } = this.#options
    const { currentEpoch: epoch, globalStep: step } = trainer
    if (monitor !== undefined && metrics[monitor] === undefined) {
      throw new MisconfigurationError(
        `ModelCheckpoint: its metric was not logged, got monitor ${JSON.stringify(monitor)}; there are ${Object.keys(metrics).join(', ') || 'none'}`,
      )
    }
    this.#lastStep = step
    trainer.whenSaveable(() => this.#save(trainer, { ...metrics, epoch, step }))
  }

  async #save(trainer: TrainerView, values: Readonly<Record<string, number>>): Promise<void> {
    const { monitor, saveTopK = 1, saveLast = false } = this.#options
    const gone: string[] = []
    let name: string | null = null
    if (saveTopK !== 0) {
      const replaced = monitor === undefined ? this.#latest : null
      name = await this.#freeName(values, replaced)
      if (monitor === undefined) gone.push(...this.#keepLatest(name))
      else if (!this.#keepBest(name, values[monitor]!, gone)) name = null
    }
    if (name === null && !saveLast) return
    const checkpoint = await this.#dump(trainer, name ?? lastName)
    if (name !== null) await this.#write(name, checkpoint)
    if (saveLast) {
      await this.#write(lastName, checkpoint)
      this.#hasLast = true
    }
    releaseCheckpoint(checkpoint)
    for (const old of gone) await this.#options.store.remove(old + checkpointSuffix)
  }

  #keepLatest(name: string): string[] {
    const { saveTopK = 1 } = this.#options
    const before = this.#latest
    this.#latest = name
    return saveTopK === 1 && before !== null && before !== name ? [before] : []
  }

  /** @returns whether the file is among the best */
  #keepBest(name: string, score: number, gone: string[]): boolean {
    const { saveTopK = 1 } = this.#options
    // What is no number is the worst of all.
    const rank = (x: number) => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : this.#sign * x)
    const ranked = [...this.#kept, { name, score }].toSorted((a, b) => rank(a.score) - rank(b.score))
    const [kept, dropped] = saveTopK === -1 ? [ranked, []] : [ranked.slice(0, saveTopK), ranked.slice(saveTopK)]
    this.#kept = kept
    gone.push(...dropped.map((file) => file.name).filter((other) => other !== name))
    return kept.some((file) => file.name === name)
  }

  /** The name that the template gives, with a version where that is taken by a file that stays. */
  async #freeName(values: Readonly<Record<string, number>>, replaced: string | null): Promise<string> {
    const { filename = '{epoch}-{step}', autoInsertMetricName = true, store } = this.#options
    const wanted = checkpointName(filename, values, { insertNames: autoInsertMetricName })
    let name = wanted
    for (let version = 1; name !== replaced && (await store.has(name + checkpointSuffix)); version++) {
      name = `${wanted}-v${version}`
    }
    return name
  }

  #locate(name: string): string {
    return this.#options.store.locate(name + checkpointSuffix)
  }

  async #dump(trainer: TrainerView, name: string): Promise<Checkpoint> {
    // The state of this callback, which is saved with all others, names the file that is being written.
    this.#writing = name
    try {
      return await trainer.dumpCheckpoint({ weightsOnly: this.#options.saveWeightsOnly ?? false })
    } finally {
      this.#writing = null
    }
  }

  async #write(name: string, checkpoint: Checkpoint): Promise<void> {
    await this.#options.store.write(name + checkpointSuffix, await checkpointParts(checkpoint))
    this.#newest = name
  }
}

const lastName = 'last'
