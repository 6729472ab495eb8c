import { defineComposite } from '../../composite.ts'
import { record } from '../../record.ts'
import type { Value } from '../../value.ts'

/** What an update is computed from. */
export interface UpdateInputs<State extends string, Scalar extends string> {
  /** The parameter. */
  readonly p: Value
  /** Its gradient. */
  readonly g: Value
  /** By the names under which PyTorch saves it. */
  readonly state: Readonly<Record<State, Value>>
  /** Hyper-parameters, as runtime scalars of the parameter's dtype. */
  readonly scalars: Readonly<Record<Scalar, Value>>
}

/** What comes of it. */
export interface Updated<State extends string> {
  readonly p: Value
  readonly state: Readonly<Record<State, Value>>
}

/** Records an update as one node. */
export type Update<State extends string, Scalar extends string, A extends object> = (
  inputs: UpdateInputs<State, Scalar>,
  attributes: A,
) => Updated<State>

export interface UpdateDefinition<State extends string, Scalar extends string, A extends object> {
  /** Of the composite. */
  readonly name: string
  /** The state that there is, by attributes. Each piece keeps its shape and dtype. */
  readonly state: (attributes: A) => readonly State[]
  readonly scalars: readonly Scalar[]
  readonly update: (inputs: UpdateInputs<State, Scalar>, attributes: A) => Updated<State>
}

/** An optimizer's update of one parameter: a composite, which a backend that fuses runs in one pass. */
export function defineUpdate<State extends string, Scalar extends string, A extends object>(
  definition: UpdateDefinition<State, Scalar, A>,
): Update<State, Scalar, A> {
  const { name, state: stateOf, scalars: scalarNames, update } = definition
  const firstState = 2 + scalarNames.length
  const op = defineComposite<A>({
    name,
    infer: ([p, ...rest]) => [p!, ...rest.slice(firstState - 1)],
    decompose: ([p, g, ...rest], attributes) => {
      const names = stateOf(attributes)
      const scalars = named(scalarNames, rest)
      const updated = update({ p: p!, g: g!, scalars, state: named(names, rest.slice(scalarNames.length)) }, attributes)
      return [updated.p, ...names.map((piece) => updated.state[piece])]
    },
  })
  return ({ p, g, state, scalars }, attributes) => {
    const names = stateOf(attributes)
    const inputs = [p, g, ...scalarNames.map((scalar) => scalars[scalar]), ...names.map((piece) => state[piece])]
    const [updated, ...pieces] = record(op, inputs, attributes)
    return { p: updated!, state: named(names, pieces) }
  }
}

function named<Name extends string>(names: readonly Name[], values: readonly Value[]): Record<Name, Value> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<Name, Value>
}
