import { attributeTable } from './attributes.ts'
import type { Composite, Vjp } from './op.ts'
import { inputValue, withoutRecordingState } from './record.ts'
import type { TensorSpec } from './spec.ts'
import type { Value } from './value.ts'

/** What a composite is made of. */
export interface CompositeDefinition<A extends object> {
  readonly name: string
  /** Without it, output specs are those of the decomposition. */
  readonly infer?: (inputs: readonly TensorSpec[], attributes: A) => readonly TensorSpec[]
  readonly decompose: (inputs: readonly Value[], attributes: A) => readonly Value[]
  readonly vjp?: Vjp<A>
}

/** A composite: an op that a backend may take whole, and that is its decomposition everywhere else. */
export function defineComposite<A extends object>(definition: CompositeDefinition<A>): Composite<A> {
  const { name, decompose, vjp } = definition
  return {
    name,
    kind: 'composite',
    attributes: attributeTable(),
    infer: definition.infer ?? inferByDecomposition(decompose),
    decompose,
    vjp,
  }
}

function inferByDecomposition<A extends object>(decompose: CompositeDefinition<A>['decompose']): Composite<A>['infer'] {
  return (specs, attributes) =>
    withoutRecordingState(() => {
      const placeholders = specs.map((spec) => inputValue({ spec }))
      return decompose(placeholders, attributes).map((output) => output.spec)
    })
}
