import type { TfDType } from '../binding/tf-dtype.ts'

export type Shape = readonly number[]

/** What is known of a raw tensor before anything runs. */
export interface RawSpec {
  readonly dtype: TfDType
  readonly shape: Shape
}

/** An input of a call; the numbers of a small integer constant are known, since shapes may depend on them. */
export interface RawInput extends RawSpec {
  readonly numbers?: readonly number[]
  /** Of the handle of a variable: what the variable holds. */
  readonly variable?: RawSpec
}

/** Attributes of a call by name; those of kind `type` are names of dtypes. */
export type RawAttributes = Readonly<Record<string, boolean | number | string | readonly number[]>>

/** What an attribute may be. All that a definition lists must be given: nothing is left to a default of TensorFlow's. */
export type AttributeDefinition =
  | { readonly kind: 'type'; readonly of: readonly TfDType[] }
  | { readonly kind: 'string'; readonly of: readonly string[] | 'any' }
  | { readonly kind: 'bool' | 'int' | 'float' | 'shape' }
  | { readonly kind: 'ints'; readonly length: number }

/** A call whose dtypes and attributes fit: what remains is whether its shapes do. */
export interface RawCall {
  readonly name: string
  readonly inputs: readonly RawInput[]
  readonly attributes: RawAttributes
  /** @throws AcceleratorError naming the op */
  fail(problem: string): never
}

/**
 * An op of TensorFlow as this backend calls it. An argument is a dtype, the name of a `type` attribute, or `N*T`: as many of
 * `T` as attribute `N` says. `T` lists the dtypes that TensorFlow 1.15 and 2.9 both define the op for, as far as the
 * backend uses them.
 */
export interface OpDefinition {
  readonly attributes: Readonly<Record<string, AttributeDefinition>>
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Shapes of the outputs. */
  readonly infer: (call: RawCall) => readonly Shape[]
}
