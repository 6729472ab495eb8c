import { ShapeError } from '../../../errors/errors.ts'
import { cast } from '../../build.ts'
import { defineComposite } from '../../composite.ts'
import type { DType } from '../../dtype.ts'
import type { Composite } from '../../op.ts'
import { formatSpec } from '../../spec.ts'
import type { Value } from '../../value.ts'

/** What an update is computed from. */
export interface UpdateInputs<State extends string, Scalar extends string> {
  /** The parameter. */
  readonly p: Value
  /** Its gradient. */
  readonly g: Value
  /** By the names under which PyTorch saves it. */
  readonly state: Readonly<Record<State, Value>>
  /** Hyper-parameters, as runtime scalars of the dtype in which the update is computed. */
  readonly scalars: Readonly<Record<Scalar, Value>>
}

/** What comes of it. */
export interface Updated<State extends string> {
  readonly p: Value
  readonly state: Readonly<Record<State, Value>>
}

/** An optimizer's update of one parameter, written once. */
export interface UpdateDefinition<State extends string, Scalar extends string, A extends object> {
  /** Of the composite. */
  readonly name: string
  /** The state that there is, by attributes. Each piece keeps its shape and dtype. */
  readonly state: (attributes: A) => readonly State[]
  readonly scalars: readonly Scalar[]
  readonly update: (inputs: UpdateInputs<State, Scalar>, attributes: A) => Updated<State>
}

/**
 * The composite of an update, which a backend that fuses runs in one pass. Inputs p, g, the scalars and the state, in the order
 * in which they are named; outputs p and the state.
 */
export interface UpdateOp<State extends string, Scalar extends string, A extends object> extends Composite<A> {
  readonly state: (attributes: A) => readonly State[]
  readonly scalars: readonly Scalar[]
}

/** The dtype in which a parameter of `dtype` is updated: float32 for half types, whose steps would be lost in rounding. */
export function updateDType(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype
}

/** The op of an update. Half types are computed in float32 and rounded once. */
export function defineUpdate<State extends string, Scalar extends string, A extends object>(
  definition: UpdateDefinition<State, Scalar, A>,
): UpdateOp<State, Scalar, A> {
  const { name, state, scalars, update } = definition
  const composite = defineComposite<A>({
    name,
    infer: ([p, g, ...rest]) => {
      if (g !== p) {
        throw new ShapeError(
          `${name}: a gradient has shape and dtype of its parameter, ${formatSpec(p!)}, got ${formatSpec(g!)}`,
        )
      }
      return [p!, ...rest.slice(scalars.length)]
    },
    decompose: (inputs, attributes) => {
      const [p, g, ...rest] = inputs.map((x) => cast(x, updateDType(x.spec.dtype)))
      const pieces = state(attributes)
      const ofState = named(pieces, rest.slice(scalars.length))
      const updated = update({ p: p!, g: g!, scalars: named(scalars, rest), state: ofState }, attributes)
      const before = [inputs[0]!, ...inputs.slice(2 + scalars.length)]
      const after = [updated.p, ...pieces.map((piece) => updated.state[piece])]
      return after.map((x, i) => cast(x, before[i]!.spec.dtype))
    },
  })
  return { ...composite, state, scalars }
}

function named<Name extends string>(names: readonly Name[], values: readonly Value[]): Record<Name, Value> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<Name, Value>
}
