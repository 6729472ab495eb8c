import { noGrad } from '../autograd/no-grad.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { stopGradient } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { bytesPerElement, type DType, isFloat } from '../graph/dtype.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import type { Module } from '../nn/module.ts'
import type { Buffer, Parameter } from '../tensor/parameter.ts'
import { Slot } from '../tensor/slot.ts'
import { snapshot } from '../tensor/snapshot.ts'
import type { Tensor } from '../tensor/tensor.ts'

export interface AveragedWeightsOptions {
  /** Whether buffers of floats are averaged, too. */
  readonly buffers: boolean
}

/** State of averages, as saved: tensors by the name of their parameter. */
export type AveragedWeightsState = ReadonlyMap<string, Tensor>

/**
 * A second set of the weights of a module, moved towards the first now and then. It lives on the device beside them; half types
 * are averaged in float32, which small steps do not get lost in.
 */
export class AveragedWeights {
  readonly #weights: readonly (readonly [string, Parameter | Buffer])[]
  readonly #averages = new Map<string, Slot>()
  /** The weights as trained, while the averages are in their place. */
  #trained: ReadonlyMap<string, Tensor> | null = null

  constructor(module: Module, { buffers }: AveragedWeightsOptions) {
    const averaged = buffers ? module.namedBuffers().filter(([, { dtype }]) => isFloat(dtype)) : []
    this.#weights = [...module.namedParameters(), ...averaged]
  }

  /** Whether there is an average yet. */
  get isEmpty(): boolean {
    return this.#averages.size === 0
  }

  /** Moves each average to average + share·(weight − average); the first time it becomes the weight. */
  update(share: number): void {
    for (const [name, weight] of this.#weights) {
      const dtype = averageDType(weight.dtype)
      const value = noGrad(() => build.cast(stopGradient(weight.slot.value!), dtype))
      const slot = this.#averages.get(name)
      if (slot === undefined) this.#averages.set(name, new Slot('average', value, { keepsInitial: true }))
      else slot.value = noGrad(() => towards(slot.value!, value, share))
    }
  }

  /** Puts the averages in the place of the weights, until `restore`. */
  swapIn(): void {
    if (this.#trained !== null || this.isEmpty) return
    this.#trained = new Map(this.#weights.map(([name, weight]) => [name, snapshot(weight.slot)]))
    this.copyIn()
  }

  /** Puts the weights back that `swapIn` took away. */
  restore(): void {
    if (this.#trained === null) return
    for (const [name, weight] of this.#weights) weight.assign(this.#trained.get(name)!)
    this.#trained = null
  }

  /** Puts the averages in the place of the weights for good. */
  copyIn(): void {
    for (const [name, weight] of this.#weights) {
      const slot = this.#averages.get(name)
      if (slot !== undefined) weight.assign(noGrad(() => snapshot(slot).to(weight.dtype)))
    }
  }

  /** Snapshots of the averages. */
  stateDict(): AveragedWeightsState {
    return new Map(Array.from(this.#averages, ([name, slot]) => [name, snapshot(slot)]))
  }

  /** @throws MisconfigurationError when the state is of other weights; nothing has changed then */
  loadStateDict(who: string, state: AveragedWeightsState): void {
    const names = this.#weights.map(([name]) => name)
    const strange = [...state.keys()].filter((name) => !names.includes(name))
    const missing = names.filter((name) => !state.has(name))
    if (state.size > 0 && strange.length + missing.length > 0) {
      throw new MisconfigurationError(
        `${who}: the averages are of other weights, got ${[...strange, ...missing.map((name) => `no ${name}`)].join(', ')}`,
      )
    }
    this.#averages.clear()
    for (const [name, { value }] of state) {
      this.#averages.set(name, new Slot('average', stopGradient(value), { keepsInitial: true }))
    }
  }
}

function towards(average: Value, weight: Value, share: number): Value {
  const step = build.mul(build.sub(weight, average), scalarValue(share, average.spec.dtype))
  return stopGradient(build.add(average, step))
}

function averageDType(dtype: DType): DType {
  return isFloat(dtype) && bytesPerElement(dtype) < 4 ? 'float32' : dtype
}
