import type { ValueId } from '@voltaic/core/graph'
import type { Word } from '../kernels/kernel.ts'
import type { DeviceMemory } from '../memory/index.ts'
import type { Plan } from '../plan/plan.ts'
import type { ModuleStep } from '../wasm/kernel-module.ts'

/** Addresses of one run. */
export interface RunAddresses {
  readonly inputs: readonly number[]
  /** Of the graph's outputs, those in the place of an input among them. */
  readonly outputs: readonly number[]
  readonly scratch: number
}

/**
 * What the kernels of an executable read: their descriptors, one after the other, and before them the runtime scalars.
 * A run writes the addresses of its buffers into it; all else stays as it is.
 */
export class Descriptors {
  readonly steps: readonly ModuleStep[]
  readonly #memory: DeviceMemory
  readonly #plan: Plan
  readonly #pointer: number
  readonly #bytes: number
  readonly #words: Uint32Array
  readonly #scalars: Uint8Array
  /** Places of addresses in `#words`, and beside each the slot and the bytes past it. */
  readonly #fills: Int32Array
  readonly #offsets: Uint32Array
  /** Inputs, outputs, scratch. */
  readonly #slots: Uint32Array

  /** @throws AcceleratorError when there is no room */
  constructor(memory: DeviceMemory, plan: Plan) {
    const { scalarBytes, inputCount, outputs } = plan.graph
    const calls = plan.steps.flatMap((step) => (step.kind === 'wasm' ? step.calls : []))
    const words = calls.flatMap((call) => call.words)
    this.#memory = memory
    this.#plan = plan
    this.#bytes = scalarBytes + 4 * words.length
    this.#pointer = memory.allocate(this.#bytes)
    this.#scalars = new Uint8Array(memory.buffer, this.#pointer, scalarBytes)
    this.#words = new Uint32Array(memory.buffer, this.#pointer + scalarBytes, words.length)
    this.#slots = new Uint32Array(inputCount + outputs.length + 1)
    this.steps = this.#placeSteps()
    const dynamic = words.flatMap((word, at) => this.#initialise(word, at))
    this.#fills = Int32Array.from(dynamic.flatMap(({ at, slot }) => [at, slot]))
    this.#offsets = Uint32Array.from(dynamic.map(({ offset }) => offset))
  }

  /** Prepares a run. */
  fill({ inputs, outputs, scratch }: RunAddresses, scalars: ArrayBuffer): void {
    const slots = this.#slots
    slots.set(inputs)
    slots.set(outputs, inputs.length)
    slots[slots.length - 1] = scratch
    this.#scalars.set(new Uint8Array(scalars))
    const [words, fills, offsets] = [this.#words, this.#fills, this.#offsets]
    for (let i = 0; i < offsets.length; i++) words[fills[2 * i]!] = slots[fills[2 * i + 1]!]! + offsets[i]!
  }

  /** The address of a value in the run that was prepared last. */
  pointerOf(value: ValueId): number {
    const { slot, offset } = this.#locate(value)
    return slot === undefined ? offset : this.#slots[slot]! + offset
  }

  free(): void {
    this.#memory.free(this.#pointer, this.#bytes)
  }

  #placeSteps(): ModuleStep[] {
    let descriptors = this.#pointer + this.#scalars.length
    return this.#plan.steps.flatMap((step) => {
      if (step.kind === 'session') return []
      const placed = { calls: step.calls, descriptors }
      for (const call of step.calls) descriptors += 4 * call.words.length
      return [placed]
    })
  }

  /** Writes a word that never changes; says how to fill one that does. */
  #initialise(word: Word, at: number): { at: number; slot: number; offset: number }[] {
    if (typeof word === 'number') {
      this.#words[at] = word
      return []
    }
    const { slot, offset } = this.#locate(word.value)
    if (slot !== undefined) return [{ at, slot, offset: offset + word.bytes }]
    this.#words[at] = offset + word.bytes
    return []
  }

  #locate(value: ValueId): { slot: number | undefined; offset: number } {
    const place = this.#plan.places[value]
    const { inputCount } = this.#plan.graph
    switch (place?.kind) {
      case 'input':
        return { slot: place.index, offset: 0 }
      case 'output':
        return { slot: inputCount + place.index, offset: 0 }
      case 'scratch':
        return { slot: this.#slots.length - 1, offset: place.offset }
      case 'scalar':
        return { slot: undefined, offset: this.#pointer + place.offset }
      case undefined:
        throw new TypeError(`cpu: value ${value} has no place`)
    }
  }
}
