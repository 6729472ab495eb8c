import type { DType } from '@voltaic/core'
import type { GraphNode, PrimitiveAttributes, PrimitiveName, TensorSpec, ValueId } from '@voltaic/core/graph'
import type { ModelBuilder } from '../model/model-builder.ts'
import type { OnnxValue } from '../model/onnx-value.ts'

/** What a lowering sees of the part of a graph around its node. */
export interface Surroundings {
  readonly b: ModelBuilder
  spec(id: ValueId): TensorSpec
  /** The node of this part that makes a value; `undefined` where it comes from outside. */
  maker(id: ValueId): GraphNode | undefined
  /** How many times the nodes of this part read a value; being an output counts as one. */
  uses(id: ValueId): number
  /** A value in some shape that broadcasts to its own: what elementwise ops read. */
  loose(id: ValueId): OnnxValue
  /** A value in its own shape. */
  exact(id: ValueId): OnnxValue
}

/** A node at work. */
export interface LoweringContext<A> {
  readonly b: ModelBuilder
  readonly attributes: A
  /** Specs of the node's outputs. */
  readonly outputs: readonly TensorSpec[]
  readonly node: GraphNode
  readonly around: Surroundings
}

/** Emits the ops of one node; gives its outputs, or the one output. */
export type Lower<A> = (inputs: readonly OnnxValue[], context: LoweringContext<A>) => OnnxValue | readonly OnnxValue[]

/**
 * How one op becomes ONNX. What stands in a table of lowerings was run against the reference for each of its dtypes, edge
 * values included: a dtype for which ONNX Runtime's kernel is missing or means something else, and no cheap exact detour
 * exists, is not listed.
 */
export interface Lowering<A> {
  /** Dtypes for which it is exact, by the one that decides (`decidingDType`). */
  readonly dtypes: readonly DType[]
  /** Whether inputs and outputs may stay in a smaller shape that broadcasts to their own. */
  readonly elementwise: boolean
  readonly lower: Lower<A>
  /** A better form that reaches into the nodes before; tried first. */
  readonly fold?: (context: LoweringContext<A>) => OnnxValue | undefined
  /** Nodes it refuses although the dtype is right. */
  readonly refuses?: (inputs: readonly TensorSpec[], attributes: A) => boolean
}

/** Lowerings of some primitives. */
export type Lowerings<K extends PrimitiveName> = { readonly [Name in K]: Lowering<PrimitiveAttributes[Name]> }

type Extras<A> = Pick<Lowering<A>, 'fold' | 'refuses'>

/** A lowering that reads and writes whole tensors. */
export function whole<A>(dtypes: readonly DType[], lower: Lower<A>, extras: Extras<A> = {}): Lowering<A> {
  return { dtypes, elementwise: false, lower, ...extras }
}

/** A lowering that computes each element on its own, with broadcasting. */
export function elementwise<A>(dtypes: readonly DType[], lower: Lower<A>, extras: Extras<A> = {}): Lowering<A> {
  return { dtypes, elementwise: true, lower, ...extras }
}

/** The dtypes that ONNX Runtime's CPU provider computes in without leaving them. */
export const singles: readonly DType[] = ['float32']
/** Those that it converts to and from float32, and moves. */
export const halves: readonly DType[] = ['float16', 'bfloat16']
export const floats: readonly DType[] = ['float32', 'float64']
export const integers: readonly DType[] = ['int32', 'uint32', 'uint8']
export const numbers: readonly DType[] = [...floats, ...integers]
export const everything: readonly DType[] = [...numbers, 'bool']
