import { noGrad } from '../autograd/no-grad.ts'
import * as build from '../graph/build.ts'
import { scalarValue } from '../graph/record.ts'
import { specOf } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { ReduceFx } from '../module/module-host.ts'
import { Slot } from '../tensor/slot.ts'
import { snapshot } from '../tensor/snapshot.ts'
import { TensorStorage } from '../tensor/storage.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** How a name is logged: the same in each call of a place. */
export interface LogFlags {
  readonly onStep: boolean
  readonly onEpoch: boolean
  readonly progBar: boolean
  readonly logger: boolean
  readonly reduceFx: ReduceFx
  readonly syncDist: boolean
  /** Number of the loader, where it is part of the name. */
  readonly dataloaderIdx: number | null
}

/** What a name stands for. */
export interface LogNames {
  /** As it was logged, with the loader. */
  readonly plain: string
  /** Of the step's value and of the epoch's: they differ only where both are kept. */
  readonly step: string
  readonly epoch: string
}

export function namesOf(name: string, { onStep, onEpoch, dataloaderIdx }: LogFlags): LogNames {
  const suffix = dataloaderIdx === null ? '' : `/dataloader_idx_${dataloaderIdx}`
  const [step, epoch] = onStep && onEpoch ? ['_step', '_epoch'] : ['', '']
  return { plain: `${name}${suffix}`, step: `${name}${step}${suffix}`, epoch: `${name}${epoch}${suffix}` }
}

/** What an epoch's value begins with. */
const beginnings: Readonly<Record<ReduceFx, number>> = {
  mean: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
}

/** Values logged under one name. They stay on the device: 0-d float32 slots, realised by the step's commit. */
export class LoggedValue {
  readonly flags: LogFlags
  readonly names: LogNames
  /** Whether the epoch's value was read after the last one was added. */
  isRead = false
  readonly #latest: Slot | null
  readonly #total: Slot | null
  /** Σ weight; batch sizes are known on the host. */
  #weight = 0
  #wholeWeight = 0

  constructor(name: string, flags: LogFlags) {
    this.flags = flags
    this.names = namesOf(name, flags)
    this.#latest = flags.onStep ? new Slot(name, null) : null
    this.#total = flags.onEpoch ? slotOf(name, beginnings[flags.reduceFx]) : null
  }

  /** @param weight - of this value in a mean */
  add(value: Value, weight: number): void {
    this.isRead = false
    if (this.#latest !== null) this.#latest.value = value
    if (this.#total === null) return
    const total = this.#total.value!
    this.#total.value = noGrad(() => this.#reduce(total, value, weight))
    this.#weight += weight
  }

  #reduce(total: Value, value: Value, weight: number): Value {
    const { reduceFx } = this.flags
    if (reduceFx === 'mean') return build.add(total, build.mul(value, scalarValue(weight)))
    if (reduceFx === 'sum') return build.add(total, value)
    return reduceFx === 'min' ? build.minimum(total, value) : build.maximum(total, value)
  }

  /** The latest value that a commit made real. */
  get latest(): Value | null {
    return this.#latest?.committed ?? null
  }

  /** The latest value, real or not. */
  get pendingLatest(): Value | null {
    return this.#latest?.value ?? null
  }

  /** What has to be read for the epoch's value. */
  get total(): Value | null {
    return this.#total?.value ?? null
  }

  /** The epoch's value, of the total as it was read. */
  epochValue(total: number): number {
    return this.flags.reduceFx === 'mean' ? total / this.#weight : total
  }

  /** Σ weight of the epoch. */
  get weight(): number {
    return this.#weight
  }

  /** Notes that everything so far is real: a batch that fails in the middle takes its values with it. */
  markWhole(): void {
    this.#wholeWeight = this.#weight
  }

  /**
   * The values so far, untouched by later ones.
   *
   * @param isMidBatch - whether those of the running batch are gone
   */
  stateDict(isMidBatch: boolean): LoggedValueState {
    return {
      name: this.names.plain,
      flags: this.flags,
      latest: snapshotOf(this.#latest),
      total: snapshotOf(this.#total),
      weight: isMidBatch ? this.#wholeWeight : this.#weight,
    }
  }

  static restored({ name, flags, latest, total, weight }: LoggedValueState): LoggedValue {
    const value = new LoggedValue(name, flags)
    if (latest !== null) value.#latest!.value = latest.value
    if (total !== null) value.#total!.value = total.value
    value.#weight = weight
    return value
  }

  drop(): void {
    this.#latest?.drop()
    this.#total?.drop()
  }
}

/** Committed at once, so that the first step of an epoch is structured as all others. */
function slotOf(name: string, beginning: number): Slot {
  return Slot.committedOn(name, TensorStorage.ofHost(Float32Array.of(beginning), specOf('float32', [])))
}

function snapshotOf(slot: Slot | null): Tensor | null {
  return slot === null || slot.value === null ? null : snapshot(slot)
}

/** State of a logged value, as saved. */
export interface LoggedValueState {
  readonly name: string
  readonly flags: LogFlags
  readonly latest: Tensor | null
  readonly total: Tensor | null
  readonly weight: number
}
