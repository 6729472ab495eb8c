import { MisconfigurationError } from '../errors/errors.ts'
import { formatSpec } from '../graph/spec.ts'
import { tap } from '../graph/tap.ts'
import type { Value } from '../graph/value.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Gradients of inputs or outputs in their order; null for one that has none, or is no tensor. */
export type Gradients = readonly (Tensor | null)[]

/** Gets the gradients of inputs and outputs, and gives those of the inputs. */
export type OnGradients = (gradInputs: Gradients, gradOutputs: Gradients) => Gradients

/**
 * One call of a function whose gradients are looked at: its tensors, and those in arrays among its results, go under names of
 * their own, at which the backward pass calls.
 */
export class TappedCall {
  /** What to call the function with. */
  readonly inputs: unknown[]
  readonly #onGradients: OnGradients
  readonly #tapsInputs: boolean
  #gradOutputs: Gradients = []

  constructor(inputs: readonly unknown[], onGradients: OnGradients) {
    this.#onGradients = onGradients
    const places = differentiable(inputs)
    this.#tapsInputs = places.length > 0
    this.inputs = tapped(inputs, places, (cotangents) => {
      const changed = this.#call(spread(cotangents, places, inputs.length))
      return cotangents.map((cotangent, i) => checked(cotangent, changed[places[i]!] ?? null))
    })
  }

  /** What the function returned, to be returned in its place. */
  output(result: unknown): unknown {
    const outputs: readonly unknown[] = Array.isArray(result) ? result : [result]
    const places = differentiable(outputs)
    const taps = tapped(outputs, places, (cotangents) => {
      this.#gradOutputs = spread(cotangents, places, outputs.length)
      // Where no input has a gradient this is the end of the way back.
      if (!this.#tapsInputs) this.#call(this.inputs.map(() => null))
      return cotangents
    })
    return Array.isArray(result) ? taps : taps[0]
  }

  #call(gradInputs: Gradients): Gradients {
    const changed = this.#onGradients(gradInputs, this.#gradOutputs)
    if (changed.length !== gradInputs.length) {
      throw new MisconfigurationError(
        `registerFullBackwardHook: a hook gives a gradient or null for each of ${gradInputs.length} inputs, got ${changed.length}`,
      )
    }
    return changed
  }
}

/** Where in a list there are tensors with gradients. */
function differentiable(list: readonly unknown[]): number[] {
  return list.flatMap((x, i) => (x instanceof Tensor && x.requiresGrad ? [i] : []))
}

type OnCotangents = (cotangents: readonly (Value | null)[]) => readonly (Value | null)[]

function tapped(list: readonly unknown[], places: readonly number[], onCotangents: OnCotangents): unknown[] {
  const result = [...list]
  if (places.length === 0) return result
  const values = tap(
    places.map((place) => (list[place] as Tensor).value),
    onCotangents,
  )
  for (const [i, place] of places.entries()) result[place] = new Tensor(values[i]!)
  return result
}

function spread(cotangents: readonly (Value | null)[], places: readonly number[], length: number): Gradients {
  const gradients = new Array<Tensor | null>(length).fill(null)
  for (const [i, cotangent] of cotangents.entries()) if (cotangent) gradients[places[i]!] = new Tensor(cotangent)
  return gradients
}

function checked(cotangent: Value | null, changed: Tensor | null): Value | null {
  if (changed === null) return null
  if (cotangent !== null && changed.value.spec !== cotangent.spec) {
    throw new MisconfigurationError(
      `registerFullBackwardHook: a gradient keeps its shape and dtype, ${formatSpec(cotangent.spec)}, got ${formatSpec(changed.value.spec)}`,
    )
  }
  return changed.value
}
