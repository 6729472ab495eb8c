import type { AttributeTable } from './attributes.ts'
import type { TensorSpec } from './spec.ts'
import type { Value } from './value.ts'

/**
 * - `leaf`: a value that is there already (`input`), a number that arrives with each run (`scalar`), or a user's
 *   literal (`number`);
 * - `primitive`: one of the closed list, which every backend implements;
 * - `composite`: has a decomposition into other ops; a backend may declare it and gets it whole.
 */
export type OpKind = 'leaf' | 'alias' | 'primitive' | 'composite'

/** An operation: its name and its rule for output specs. */
export interface Op<A extends object = never> {
  readonly name: string
  readonly kind: OpKind
  readonly attributes: AttributeTable
  /** Output specs. @throws ShapeError, DTypeError or OutOfRangeError, named after the op */
  readonly infer: (inputs: readonly TensorSpec[], attributes: A) => readonly TensorSpec[]
}

/** The gradient of an op, as recorded ops. */
export interface VjpContext<A extends object> {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: A
  /** Cotangents of the outputs; null where none arrives. */
  readonly cotangents: readonly (Value | null)[]
  /** Whether input `i` wants a gradient. */
  needs(i: number): boolean
}

/**
 * Vector-Jacobian product: from the cotangents of the outputs to those of the inputs; null for an input that wants none.
 * A cotangent has the spec of its value.
 */
export type Vjp<A extends object> = (context: VjpContext<A>) => readonly (Value | null)[]

/** A rule for each op of a table of attributes. */
export type Rules<Attributes> = {
  readonly [K in keyof Attributes]: Attributes[K] extends object ? Vjp<Attributes[K]> : never
}

/** An op with a decomposition. */
export interface Composite<A extends object = never> extends Op<A> {
  readonly kind: 'composite'
  /** The same outputs from simpler ops. */
  readonly decompose: (inputs: readonly Value[], attributes: A) => readonly Value[]
  /** The gradient in one piece; without it, that of the decomposition is taken. */
  readonly vjp: Vjp<A> | undefined
}
