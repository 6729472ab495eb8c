import { ExpiredTensorError } from '../errors/errors.ts'
import { resolveAlias, stopGradient } from '../graph/alias.ts'
import { inputValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import { Slot } from './slot.ts'
import { releaseWith, TensorStorage } from './storage.ts'
import { Tensor } from './tensor.ts'

/**
 * The value that `slot` holds now, as a tensor that no later assignment, step or donation changes. Nothing is copied: a
 * realised value gets one more owner, and the device copies it only if the next update would overwrite it.
 *
 * A value that is still pending is realised with the slot at the next commit, in a step or outside, and outlives the step.
 *
 * @throws ExpiredTensorError when the slot is empty
 */
export function snapshot(slot: Slot): Tensor {
  if (slot.value === null) throw new ExpiredTensorError(`snapshot: the slot is empty, got ${slot.name} without a value`)
  const value = resolveAlias(slot.value)
  if (!(value.storage instanceof TensorStorage)) return new PendingSnapshot(value)
  const leaf = inputValue(value.storage)
  releaseWith(leaf, value.storage.retain())
  return new Tensor(leaf)
}

// The slot of a snapshot that nobody can reach any more gives its bytes back.
const finalisation = new FinalizationRegistry<Slot>((slot) => slot.drop())

/** A snapshot of what is not realised yet: a slot of its own, so that the next commit realises it, too. */
class PendingSnapshot extends Tensor {
  readonly #slot: Slot
  /** The value as recorded; for as long as no commit has realised it, and should that be rolled back. */
  #recorded: Value | null

  constructor(value: Value) {
    super(null)
    this.#recorded = stopGradient(value)
    this.#slot = new Slot('snapshot', this.#recorded)
    finalisation.register(this, this.#slot)
  }

  override get value(): Value {
    if (this.#slot.committed !== null) this.#recorded = null
    return this.#recorded ?? this.#slot.value!
  }
}
