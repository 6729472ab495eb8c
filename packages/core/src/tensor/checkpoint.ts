import { stopGradient } from '../graph/alias.ts'
import { callFunction } from '../graph/call-function.ts'
import { recording } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import { valueOf } from './methods/handle.ts'
import { realm } from './realm.ts'
import type { Slot } from './slot.ts'
import { Tensor } from './tensor.ts'

/**
 * Runs `fn` so that its intermediate results are not kept for the gradient but computed again there: memory for time
 * (T. Chen et al., "Training deep nets with sublinear memory cost", 2016). Results and gradients are those of
 * `fn(...inputs)`, random numbers included.
 *
 * @param fn - of tensors, synchronous; it may use parameters and tensors from outside, and assign buffers (once). What it
 * computes and does not return cannot be read.
 * @param inputs - what is kept for the gradient, and what it is computed again from
 * @returns what `fn` returns: a tensor, or several
 * @throws TypeError when `fn` returns anything but tensors, such as a promise
 */
export function checkpoint<R extends Tensor | readonly Tensor[]>(
  fn: (...inputs: Tensor[]) => R,
  ...inputs: readonly Tensor[]
): R {
  const values = inputs.map((input) => valueOf('checkpoint', input))
  if (!recording.gradEnabled) return checked(fn(...inputs))
  let returned: R | undefined
  let assigned: readonly Assignment[] = []
  const results = callFunction(
    (standIns) => {
      const assignments = trackAssignments()
      try {
        returned = checked(fn(...standIns.map((value) => new Tensor(value))))
        assigned = assignments.found()
      } finally {
        assignments.undo()
      }
      const tensors: readonly Tensor[] = [returned].flat()
      return [...tensors.map((result) => result.value), ...assigned.map(({ value }) => value)]
    },
    values,
    { recompute: true },
  )
  const count = results.length - assigned.length
  for (const [i, { slot }] of assigned.entries()) slot.assign(stopGradient(results[count + i]!))
  const tensors = results.slice(0, count).map((value) => new Tensor(value))
  return (returned instanceof Tensor ? tensors[0]! : tensors) as R
}

function checked<R>(returned: R): R {
  const results: readonly unknown[] = Array.isArray(returned) ? returned : [returned]
  if (returned instanceof Promise) returned.catch(() => {})
  for (const result of results) valueOf('checkpoint', result, 'a function that returns a tensor, or several')
  return returned
}

interface Assignment {
  readonly slot: Slot
  readonly value: Value
}

/** What `fn` assigns to slots (running statistics, say): inside the body they are results like all others. */
function trackAssignments(): { found(): Assignment[]; undo(): void } {
  const before = new Map(Array.from(realm.dirty, (slot) => [slot, slot.value]))
  const found = (): Assignment[] =>
    Array.from(realm.dirty).flatMap((slot) => {
      const { value } = slot
      return value === null || value === before.get(slot) ? [] : [{ slot, value }]
    })
  const undo = (): void => {
    for (const { slot } of found()) {
      const value = before.get(slot)
      if (value === undefined) slot.rollback()
      else slot.value = value
    }
  }
  return { found, undo }
}
