import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { resolveAlias } from '../graph/alias.ts'
import type { EpochMetric } from '../metrics/metric.ts'
import type { LogOptions } from '../module/module-host.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { logFlags } from './log-flags.ts'
import { type LogFlags, LoggedValue, type LoggedValueState, namesOf } from './logged-value.ts'
import { MetricNumbers } from './metric-numbers.ts'
import { OpenEpoch } from './open-epoch.ts'
import { checkSync, overProcesses, type Processes } from './over-processes.ts'
import { isEpochMetric, readScalars, release, toScalar } from './scalars.ts'

type Scope = 'train' | 'evaluation'

const alone: Processes = { worldSize: 1, allReduce: async (tensors) => [...tensors] }

/** State of a store, as saved. */
export interface MetricStoreState {
  readonly callbackMetrics: Readonly<Record<string, number>>
  readonly loggedMetrics: Readonly<Record<string, number>>
  readonly shown: Readonly<Record<Scope, Readonly<Record<string, number>>>>
  readonly values: readonly (LoggedValueState & { readonly key: string })[]
  readonly metrics: readonly {
    readonly key: string
    readonly name: string
    readonly flags: LogFlags
    /** Name of the metric in the module; null where it has none. */
    readonly metric: string | null
  }[]
}

/** Metrics as they are logged: kept on the device, downloaded when someone looks. */
export class MetricStore {
  /** Metrics as of the last epoch end, as plain numbers. */
  callbackMetrics: Record<string, number> = {}
  /** What was logged for loggers, as of the last epoch end. */
  loggedMetrics: Record<string, number> = {}
  /** What trains together, as of the running run. */
  processes: Processes = alone
  /** Weight of a value in a mean, where none is given. */
  batchSize = 1
  /** Number of the running evaluation's loader; null where there is one alone. */
  dataloaderIdx: number | null = null
  scope: Scope = 'train'
  /** The step or hook that is running; null between them. */
  #place: string | null = null
  readonly #open: Record<Scope, OpenEpoch> = { train: new OpenEpoch(), evaluation: new OpenEpoch() }
  /** What the progress bar shows of epochs that are over. */
  #shown: Record<Scope, Record<string, number>> = { train: {}, evaluation: {} }

  /** Runs a step or hook, in which `log` follows its rule. */
  async at<T>(place: string, fn: () => T | Promise<T>): Promise<T> {
    const before = this.#place
    this.#place = place
    try {
      return await fn()
    } finally {
      this.#place = before
    }
  }

  /**
   * Notes a value, or a metric that is computed and reset with the epoch.
   *
   * @throws MisconfigurationError where nothing can be logged, or not so, and when it is no number, no tensor of one element
   * and no metric
   */
  log(name: string, value: Tensor | number | EpochMetric, options: LogOptions): void {
    const place = { place: this.#place, dataloaderIdx: this.dataloaderIdx }
    const metric = isEpochMetric(value) ? value : null
    const flags = logFlags(name, metric === null ? options : { onStep: false, onEpoch: true, ...options }, place)
    const key = `${this.#place} ${namesOf(name, flags).plain}`
    const open = this.#open[this.scope]
    if (metric !== null) return open.addMetric(name, key, { metric, flags })
    if (!flags.onStep && !flags.onEpoch) {
      throw new MisconfigurationError(`log: onStep or onEpoch must be true, got "${name}" with neither`)
    }
    const { batchSize = this.batchSize } = options
    if (!(batchSize >= 0)) {
      throw new OutOfRangeError(`log: batchSize is a number ≥ 0, got ${batchSize} for "${name}"`)
    }
    checkSync(name, flags, this.processes)
    open.value(name, key, flags).add(toScalar(name, value as Tensor | number), batchSize)
  }

  /**
   * Numbers of the epoch, which is over; they join `callbackMetrics`. Called again after hooks that log, it reads what they
   * logged, and gives everything.
   */
  async endEpoch(): Promise<MetricNumbers> {
    const open = this.#open[this.scope]
    const values = [...open.values.values()].filter(({ isRead }) => !isRead)
    const metrics = [...open.metrics.values()].filter(({ isRead }) => !isRead)
    const ofSteps = values.filter(({ flags }) => flags.onStep)
    const ofEpoch = values.filter(({ flags }) => flags.onEpoch)
    const computed = metrics.map(({ metric, names }) => toScalar(names.plain, metric.compute()))
    const numbers = await readScalars([
      ...ofSteps.map(({ pendingLatest }) => pendingLatest!),
      ...ofEpoch.map(({ total }) => total!),
      ...computed,
    ])
    for (const value of computed) release(resolveAlias(value))
    const steps = new MetricNumbers()
    for (const value of ofSteps) steps.add(value, 'step', numbers.shift()!)
    const epochValues = await overProcesses(ofEpoch, numbers.splice(0, ofEpoch.length), this.processes)
    for (const [i, value] of ofEpoch.entries()) open.numbers.add(value, 'epoch', epochValues[i]!)
    for (const metric of metrics) open.numbers.add(metric, 'epoch', numbers.shift()!)
    for (const entry of [...values, ...metrics]) entry.isRead = true
    // What an evaluation logs in steps is nothing to watch.
    this.#publish(this.scope === 'train' ? steps : { ...steps, callback: {} })
    this.#publish(open.numbers)
    return open.numbers
  }

  /** Forgets the epoch, in the scope that is on. */
  reset(): void {
    const { values, metrics } = this.#open[this.scope]
    for (const value of values.values()) value.drop()
    for (const { metric } of metrics.values()) metric.reset()
    this.#open[this.scope] = new OpenEpoch()
  }

  /** Forgets what epochs came to. */
  forget(): void {
    this.callbackMetrics = {}
    this.loggedMetrics = {}
    this.#shown = { train: {}, evaluation: {} }
  }

  /** Latest values of steps: in an evaluation those of the running loader. */
  async readSteps(): Promise<MetricNumbers> {
    const found = [...this.#open[this.scope].values.values()].filter(
      ({ latest, flags }) => latest !== null && (flags.dataloaderIdx ?? this.dataloaderIdx) === this.dataloaderIdx,
    )
    const read = await readScalars(found.map(({ latest }) => latest!))
    const numbers = new MetricNumbers()
    for (const [i, value] of found.entries()) numbers.add(value, 'step', read[i]!)
    return numbers
  }

  /** What was logged with `progBar`: of the running or last evaluation; in training, also its epochs and latest values. */
  async readProgress(): Promise<Record<string, number>> {
    if (this.scope === 'evaluation') return { ...this.#shown.evaluation }
    const { shown } = await this.readSteps()
    return { ...this.progBarMetrics, ...shown }
  }

  /** What was logged with `progBar`, as of the last epoch end. */
  get progBarMetrics(): Readonly<Record<string, number>> {
    return { ...this.#shown.evaluation, ...this.#shown.train }
  }

  /** Everything that can be watched now: epochs that are over, and the latest values of the running one. */
  async readAll(): Promise<Record<string, number>> {
    const { callback } = await this.readSteps()
    return { ...this.callbackMetrics, ...callback }
  }

  /** Notes that everything logged so far is real. */
  markWhole(): void {
    for (const value of this.#open.train.values.values()) value.markWhole()
  }

  /**
   * What is logged of the running training epoch, and what epochs came to.
   *
   * @param nameOf - the name of a metric in the module; one without a name is not saved
   * @param isMidBatch - whether what the running batch logged is gone
   */
  stateDict(nameOf: (metric: EpochMetric) => string | null, isMidBatch: boolean): MetricStoreState {
    const { values, metrics } = this.#open.train
    return {
      callbackMetrics: this.callbackMetrics,
      loggedMetrics: this.loggedMetrics,
      shown: this.#shown,
      values: Array.from(values, ([key, value]) => ({ key, ...value.stateDict(isMidBatch) })),
      metrics: Array.from(metrics, ([key, { metric, flags, names }]) => {
        return { key, name: names.plain, flags, metric: nameOf(metric) }
      }),
    }
  }

  /** @param metricOf - the metric of a name in the module */
  loadStateDict(state: MetricStoreState, metricOf: (name: string) => EpochMetric | undefined): void {
    this.callbackMetrics = { ...state.callbackMetrics }
    this.loggedMetrics = { ...state.loggedMetrics }
    this.#shown = { train: { ...state.shown.train }, evaluation: { ...state.shown.evaluation } }
    const open = new OpenEpoch()
    for (const { key, ...value } of state.values) open.values.set(key, LoggedValue.restored(value))
    for (const { key, name, flags, metric: known } of state.metrics) {
      const metric = known === null ? undefined : metricOf(known)
      if (metric !== undefined) open.metrics.set(key, { metric, flags, names: namesOf(name, flags), isRead: false })
    }
    this.#open.train = open
  }

  /** Notes what loggers got. */
  noteLogged(metrics: Readonly<Record<string, number>>): void {
    this.loggedMetrics = { ...this.loggedMetrics, ...metrics }
  }

  #publish({ callback, logged, shown }: Pick<MetricNumbers, 'callback' | 'logged' | 'shown'>): void {
    this.callbackMetrics = { ...this.callbackMetrics, ...callback }
    this.loggedMetrics = { ...this.loggedMetrics, ...logged }
    this.#shown[this.scope] = { ...this.#shown[this.scope], ...shown }
  }
}
