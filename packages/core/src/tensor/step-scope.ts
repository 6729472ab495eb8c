import type { Accelerator } from '../accelerator/accelerator.ts'
import { resolveAlias } from '../graph/alias.ts'
import { recording } from '../graph/record.ts'
import { formatSpec } from '../graph/spec.ts'
import { type Node, nextTraversal, type Value } from '../graph/value.ts'
import { realm } from './realm.ts'
import { keepFrom, releaseWith, TensorStorage } from './storage.ts'

/**
 * The lifetime of one step. What is recorded in it expires when it closes, unless it was realised and kept, or depends on
 * no batch, parameter or buffer.
 */
export class StepScope {
  /** Where the step's graphs run, whatever is in use outside of it; null: what is in use. */
  readonly accelerator: Accelerator | null
  readonly #tape: Node[] = []
  /** Values that live on after the step. */
  readonly #kept = new Set<Value>()
  /** Values realised in the step, and its batch. */
  readonly #owned = new Set<Value>()
  /** Host data of tensors created in the step, which has been or will be uploaded. */
  readonly #uploads = new Set<TensorStorage>()

  constructor(accelerator: Accelerator | null = null) {
    this.accelerator = accelerator
  }

  get tape(): Node[] {
    return this.#tape
  }

  /** Values to be realised by the commit because they were kept. */
  get kept(): ReadonlySet<Value> {
    return this.#kept
  }

  keep(value: Value): void {
    this.#kept.add(value)
  }

  /** Gives the step a realised value: its storage is released when the step closes. */
  own(value: Value): void {
    this.#owned.add(value)
  }

  /** Gives the step the device copy of host data: it goes when the step closes, the host data stays. */
  lendUpload(storage: TensorStorage): void {
    this.#uploads.add(storage)
  }

  /** Ends the step: what nobody kept expires. */
  close(): void {
    const recorded = nextTraversal()
    for (const node of this.#tape) node.mark = recorded
    for (const value of this.#owned) {
      const { storage, node } = value
      if (storage === null) continue
      const isOfStep = node.mark === recorded || node.op.kind === 'leaf'
      if (isOfStep && !this.#kept.has(value)) this.#release(value, storage as TensorStorage)
      else releaseWith(value, storage as TensorStorage)
    }
    for (const node of this.#tape) {
      if (!node.transient) continue
      for (const output of node.outputs) if (output.storage === null) output.expiry ??= expiredWithStep
      node.inputs = letGo
    }
    for (const storage of this.#uploads) storage.dropUpload()
    this.#tape.length = 0
    this.#owned.clear()
    this.#kept.clear()
    this.#uploads.clear()
  }

  #release(value: Value, storage: TensorStorage): void {
    storage.release()
    value.storage = null
    // What depends on nothing of the step is computed again when it is asked for.
    if (value.node.transient) value.expiry = expiredWithStep
  }
}

/** In the place of the inputs of a node whose step has ended. */
const letGo: readonly Value[] = []

const expiredWithStep = (value: Value): string =>
  `tensor: it expired with its step, got ${formatSpec(value.spec)} of ${value.node.op.name}; return it, log it, or call .keep() on it inside the step`

/** Ends the life of a leaf whose bytes are gone. */
export function expireLeaf(leaf: Value, reason: string): void {
  leaf.storage = null
  leaf.expiry = ({ spec }) =>
    `tensor: ${reason}, got ${formatSpec(spec)}; read it before, or call .keep() on what you compute from it`
}

let queue: Promise<void> = Promise.resolve()

const patienceMs = 10_000

/** Waits for the steps before, and says so when that takes long: what is waited for may itself be waiting. */
async function patiently(before: Promise<void>): Promise<void> {
  if (realm.step === null) return before
  const timer = setTimeout(() => {
    console.warn(
      'step: has waited ten seconds for another step to end; a Trainer run begun inside a step waits for ever: begin it between batches, in onTrainEpochEnd say',
    )
  }, patienceMs)
  await before
  clearTimeout(timer)
}

/** An open step. Closing it twice does nothing. */
export interface OpenStep {
  readonly scope: StepScope
  close(): void
}

/**
 * Opens a step once the steps before it are closed: one step is open per realm.
 *
 * @param accelerator - where its graphs run; default: the one in use
 */
export async function openStep(accelerator: Accelerator | null = null): Promise<OpenStep> {
  const before = queue
  let release = () => {}
  queue = new Promise((resolve) => {
    release = resolve
  })
  await patiently(before)
  const scope = new StepScope(accelerator)
  realm.step = scope
  recording.tape = scope.tape
  let open = true
  return {
    scope,
    close() {
      if (!open) return
      open = false
      recording.tape = null
      realm.step = null
      scope.close()
      release()
    },
  }
}

/** Makes a freshly realised value's bytes belong to the open step, or else to whoever can reach the value. */
export function adopt(value: Value, storage: TensorStorage): void {
  value.storage = storage
  if (realm.step !== null) realm.step.own(value)
  else releaseWith(value, storage)
}

/**
 * Keeps a value beyond the open step. One that is realised, or another name of one that is, becomes an owner of the bytes at
 * once; a pending one is realised by the next commit.
 */
export function keepValue(value: Value): void {
  shareStorage(value)
  if (realm.step !== null) realm.step.keep(value)
  else if (value.storage === null) realm.wanted.add(value)
}

/** Makes another name of a realised value an owner of the bytes: what it names may be let go before it. */
export function shareStorage(value: Value): void {
  const { storage } = resolveAlias(value)
  if (value.storage === null && storage instanceof TensorStorage) adopt(value, storage.retain())
}

/** Gives the bytes of a value back at once. What depends on it can still be computed, unless it is a leaf. */
export function disposeValue(value: Value): void {
  if (!(value.storage instanceof TensorStorage)) return
  keepFrom(value)
  value.storage.release()
  value.storage = null
  if (value.node.op.kind === 'leaf' || value.node.inputs === letGo) expireLeaf(value, 'it was disposed')
}
