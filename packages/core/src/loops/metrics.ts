import { noGrad } from '../autograd/no-grad.ts'
import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { resolveAlias, stopGradient } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { scalarValue } from '../graph/record.ts'
import { formatSpec, specOf } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { EpochMetric } from '../metrics/metric.ts'
import type { LogOptions } from '../module/module-host.ts'
import { read } from '../tensor/flush.ts'
import { decodeNumber } from '../tensor/host.ts'
import { Slot } from '../tensor/slot.ts'
import { disposeValue } from '../tensor/step-scope.ts'
import { TensorStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Values that were logged under one name. All on the device: 0-d float32 slots, realised by the step's commit. */
interface LoggedValues {
  /** The latest value. */
  readonly latest: Slot | null
  /** Σ value · weight over the epoch. */
  readonly total: Slot | null
  /** Σ weight; batch sizes are known on the host. */
  weight: number
}

/** Defaults of `log`, by where it is called. */
export interface LogDefaults {
  readonly onStep: boolean
  readonly onEpoch: boolean
  readonly batchSize: number
}

type Scope = 'train' | 'evaluation'

/** Metrics as they are logged: kept on the device, downloaded when someone looks. */
export class MetricStore {
  /** Metrics as of the last epoch end, as plain numbers. */
  callbackMetrics: Record<string, number> = {}
  /** Where `log` is allowed now, and what it does by default; null elsewhere. */
  defaults: LogDefaults | null = null
  scope: Scope = 'train'
  /** Names logged for the progress bar. */
  readonly #shown: Record<Scope, Set<string>> = { train: new Set(), evaluation: new Set() }
  readonly #metrics: Record<Scope, Map<string, LoggedValues>> = { train: new Map(), evaluation: new Map() }
  /** Metrics that accumulate by themselves. */
  readonly #accumulating: Record<Scope, Map<string, EpochMetric>> = { train: new Map(), evaluation: new Map() }

  /**
   * Notes a value, or a metric that is computed and reset with the epoch.
   *
   * @throws MisconfigurationError outside steps and hooks, and when it is no number, no tensor of one element and no metric
   */
  log(name: string, value: Tensor | number | EpochMetric, options: LogOptions): void {
    const { defaults } = this
    if (defaults === null) {
      throw new MisconfigurationError(`log: works inside steps and batch hooks, got "${name}" outside of them`)
    }
    this.#checkKind(name, value)
    if (isEpochMetric(value)) return this.#logMetric(name, value, options)
    const {
      progBar = false,
      onStep = defaults.onStep,
      onEpoch = defaults.onEpoch,
      batchSize = defaults.batchSize,
    } = options
    if (!onStep && !onEpoch) {
      throw new MisconfigurationError(`log: onStep or onEpoch must be true, got "${name}" with neither`)
    }
    if (!(batchSize >= 0)) {
      throw new OutOfRangeError(`log: batchSize is a number ≥ 0, got ${batchSize} for "${name}"`)
    }
    const metric = this.#metric(name, { onStep, onEpoch })
    if (progBar) this.#shown[this.scope].add(name)
    const scalar = toScalar(name, value)
    if (metric.latest !== null) metric.latest.value = scalar
    if (metric.total === null) return
    const { total } = metric
    total.value = noGrad(() => build.add(total.value!, build.mul(scalar, scalarValue(batchSize))))
    metric.weight += batchSize
  }

  /** Means and metrics of the epoch, which is over; they join `callbackMetrics`. */
  async endEpoch(): Promise<Readonly<Record<string, number>>> {
    const metrics = [...this.#metrics[this.scope]]
    const accumulating = [...this.#accumulating[this.scope]]
    const slots = metrics.map(([, { latest, total }]) => total ?? latest)
    const computed = accumulating.map(([name, metric]) => toScalar(name, metric.compute()))
    const numbers = await readScalars([...slots.map((slot) => slot!.value!), ...computed])
    for (const value of computed) release(resolveAlias(value))
    const means: Record<string, number> = {}
    for (const [i, [name, { total, weight }]] of metrics.entries()) {
      means[name] = total === null ? numbers[i]! : numbers[i]! / weight
    }
    for (const [i, [name]] of accumulating.entries()) means[name] = numbers[metrics.length + i]!
    this.callbackMetrics = { ...this.callbackMetrics, ...means }
    return means
  }

  /** Forgets the epoch, in the scope that is on. */
  reset(): void {
    for (const { latest, total } of this.#metrics[this.scope].values()) {
      latest?.drop()
      total?.drop()
    }
    this.#metrics[this.scope].clear()
    for (const metric of this.#accumulating[this.scope].values()) metric.reset()
    this.#accumulating[this.scope].clear()
  }

  /** What was logged with `progBar`: means of the running or last evaluation; in training, also the latest values. */
  async readProgress(): Promise<Record<string, number>> {
    const means = Object.entries(this.callbackMetrics).filter(([name]) => this.#shown.evaluation.has(name))
    if (this.scope === 'evaluation') return Object.fromEntries(means)
    const shown = [...this.#metrics.train].filter(
      ([name, { latest }]) => this.#shown.train.has(name) && latest?.committed != null,
    )
    const numbers = await readScalars(shown.map(([, { latest }]) => latest!.committed!))
    return Object.fromEntries([...means, ...shown.map(([name], i) => [name, numbers[i]!] as const)])
  }

  /** Everything that can be watched now: means of epochs that are over, and the latest values of the running one. */
  async readAll(): Promise<Record<string, number>> {
    const latest = [...this.#metrics.train].filter(([, metric]) => metric.latest?.committed != null)
    const numbers = await readScalars(latest.map(([, metric]) => metric.latest!.committed!))
    return { ...this.callbackMetrics, ...Object.fromEntries(latest.map(([name], i) => [name, numbers[i]!] as const)) }
  }

  #logMetric(name: string, metric: EpochMetric, { progBar = false, onStep = false, onEpoch = true }: LogOptions): void {
    if (onStep || !onEpoch) {
      throw new MisconfigurationError(
        `log: a metric is logged for its epoch, got onStep ${onStep} and onEpoch ${onEpoch} for "${name}"; log what its forward() gives for a step`,
      )
    }
    if (progBar) this.#shown[this.scope].add(name)
    this.#accumulating[this.scope].set(name, metric)
  }

  /** A name stands for values, or for one metric. */
  #checkKind(name: string, value: unknown): void {
    const known = this.#accumulating[this.scope].get(name)
    const isOther = known === undefined ? isEpochMetric(value) && this.#metrics[this.scope].has(name) : known !== value
    if (!isOther) return
    throw new MisconfigurationError(
      `log: a name keeps its metric through an epoch, got another for "${name}"; log one of them under another name`,
    )
  }

  #metric(name: string, { onStep, onEpoch }: { readonly onStep: boolean; readonly onEpoch: boolean }): LoggedValues {
    const metrics = this.#metrics[this.scope]
    let metric = metrics.get(name)
    if (metric === undefined) {
      metric = {
        latest: onStep ? new Slot(name, null) : null,
        total: onEpoch ? zeroSlot(name) : null,
        weight: 0,
      }
      metrics.set(name, metric)
    }
    if ((metric.latest !== null) !== onStep || (metric.total !== null) !== onEpoch) {
      throw new MisconfigurationError(
        `log: a name keeps its onStep and onEpoch through an epoch, got others for "${name}"`,
      )
    }
    return metric
  }
}

function isEpochMetric(value: unknown): value is EpochMetric {
  return typeof value === 'object' && value !== null && 'compute' in value && 'reset' in value
}

/** A committed 0, so that the first step of an epoch is structured as all others. */
function zeroSlot(name: string): Slot {
  return Slot.committedOn(name, TensorStorage.ofHost(new Float32Array(1), specOf('float32', [])))
}

function toScalar(name: string, value: Tensor | number): Value {
  if (typeof value === 'number') return scalarValue(value)
  if (!(value instanceof Tensor)) {
    throw new MisconfigurationError(`log: takes a number or a tensor, got ${typeof value} for "${name}"`)
  }
  const { spec } = value.value
  if (spec.size !== 1) {
    throw new MisconfigurationError(
      `log: takes one element, got ${formatSpec(spec)} for "${name}"; log its mean() or max`,
    )
  }
  return noGrad(() => build.reshape(build.cast(stopGradient(value.value), 'float32'), []))
}

/** Gives back what was computed to be read; a leaf belongs to its slot. */
function release(value: Value): void {
  if (value.node.op.kind !== 'leaf') disposeValue(value)
}

async function readScalars(values: readonly Value[]): Promise<number[]> {
  const data = await read(values)
  return data.map((array, i) => decodeNumber(array[0]!, values[i]!.spec.dtype))
}
