import { ShapeError } from '../errors/errors.ts'
import { leafAlias, stopGradient } from '../graph/alias.ts'
import { cast } from '../graph/build.ts'
import type { DType } from '../graph/dtype.ts'
import { inputValue } from '../graph/record.ts'
import { formatSpec, type TensorSpec } from '../graph/spec.ts'
import type { GradientSink, Value } from '../graph/value.ts'
import { realm } from './realm.ts'
import { disposeValue } from './step-scope.ts'
import { releaseWith, type TensorStorage } from './storage.ts'

export interface SlotOptions {
  readonly requiresGrad?: boolean
  /** Where gradients of the slot's leaves go. */
  readonly sink?: GradientSink | null
  /** Whether a rollback before the first commit goes back to the first value, and not to null. Default false. */
  readonly keepsInitial?: boolean
}

/**
 * A place whose value changes from step to step: a parameter, a buffer, a gradient, a piece of optimizer state. It holds
 * the value as of the last commit and the one assigned since; a commit realises the latter, a throw in mid-step forgets it.
 */
export class Slot {
  readonly name: string
  readonly #options: SlotOptions
  #current: Value | null
  #committed: Value | null
  /** What a rollback goes back to in place of the committed value: before the first commit, and after a cast. */
  #initial: Value | null

  constructor(name: string, value: Value | null, options: SlotOptions = {}) {
    this.name = name
    this.#options = options
    this.#committed = null
    this.#current = null
    if (value !== null) this.value = value
    this.#initial = options.keepsInitial ? this.#current : null
  }

  /** The value as assigned last, realised or not. */
  get value(): Value | null {
    return this.#current
  }

  set value(value: Value | null) {
    this.#current = value === null ? null : this.#asLeaf(value)
    realm.dirty.add(this)
  }

  #asLeaf(value: Value): Value {
    const { requiresGrad = false, sink = null } = this.#options
    return requiresGrad ? leafAlias(value, sink) : value
  }

  /** Empties the slot at once, without a commit: its bytes go back. */
  drop(): void {
    if (this.#committed !== null) disposeValue(this.#committed)
    this.#committed = null
    this.#current = null
    this.#initial = null
    realm.dirty.delete(this)
  }

  /** The value as of the last commit. */
  get committed(): Value | null {
    return this.#committed
  }

  /**
   * Assigns a value of the same spec.
   *
   * @throws ShapeError when it has another
   */
  assign(value: Value): void {
    const spec = this.#current?.spec
    if (spec !== undefined && value.spec !== spec) {
      throw new ShapeError(`${this.name}: keeps shape and dtype, ${formatSpec(spec)}, got ${formatSpec(value.spec)}`)
    }
    this.value = value
  }

  /**
   * Casts the value, and the one that a rollback goes back to. Gradients of what was recorded with the value before are cast,
   * too.
   */
  recast(dtype: DType): void {
    const current = this.#current
    const base = this.#initial ?? this.#committed
    this.#initial = base === null ? null : this.#recast(base, dtype)
    if (current !== null) this.#current = current === base ? this.#initial : this.#recast(current, dtype)
    if (current !== null || base !== null) realm.dirty.add(this)
  }

  #recast(value: Value, dtype: DType): Value {
    const { sink } = value
    if (sink !== null) value.sink = { accumulate: (gradient) => sink.accumulate(cast(gradient, dtype)) }
    return this.#asLeaf(stopGradient(cast(value, dtype)))
  }

  /**
   * Makes `storage`, the realised `captured`, the committed value. What was assigned in the meantime stays current.
   *
   * @returns the leaf that the slot held before, still owning its storage
   */
  commit(captured: Value | null, storage: TensorStorage | null): Value | null {
    const before = this.#committed
    const leaf = storage === null ? null : this.#leafOn(storage)
    this.#committed = leaf
    this.#initial = null
    if (this.#current === captured) {
      this.#current = leaf
      realm.dirty.delete(this)
    }
    return before
  }

  /** Forgets what was assigned since the last commit. */
  rollback(): void {
    this.#current = this.#initial ?? this.#committed
    if (this.#current === this.#committed) realm.dirty.delete(this)
  }

  /** The spec of the current value. */
  get spec(): TensorSpec | null {
    return this.#current?.spec ?? null
  }

  #leafOn(storage: TensorStorage): Value {
    const { requiresGrad = false, sink = null } = this.#options
    const leaf = inputValue(storage, { requiresGrad, transient: true })
    leaf.sink = sink
    // A run of steps ends in a teardown, which frees everything; outside of one a slot may be forgotten at any time.
    if (realm.step === null) releaseWith(leaf, storage)
    return leaf
  }

  /** A leaf on host data, committed at once: how weights are loaded. */
  static committedOn(name: string, storage: TensorStorage, options: SlotOptions = {}): Slot {
    const slot = new Slot(name, null, options)
    slot.#committed = slot.#leafOn(storage)
    slot.#current = slot.#committed
    return slot
  }
}
