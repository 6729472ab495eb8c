import { add } from '../graph/build.ts'
import type { GradientSink, Value } from '../graph/value.ts'
import { Slot } from './slot.ts'

/** Where the gradients of one leaf are added up; null until the first arrives. */
export class GradientSlot implements GradientSink {
  readonly slot: Slot

  constructor(name: string) {
    this.slot = new Slot(`${name}.grad`, null)
  }

  get value(): Value | null {
    return this.slot.value
  }

  set value(value: Value | null) {
    // Nothing to commit where there was nothing and is nothing.
    if (value !== null || this.slot.value !== null) this.slot.value = value
  }

  accumulate(gradient: Value): void {
    const { value } = this.slot
    this.slot.value = value === null ? gradient : add(value, gradient)
  }
}
