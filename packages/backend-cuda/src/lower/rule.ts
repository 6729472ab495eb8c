import type { TensorSpec } from '@voltaic/core'
import type { DType, PrimitiveAttributes, PrimitiveName } from '@voltaic/core/graph'
import type { TfDType } from '../binding/tf-dtype.ts'
import type { Raw } from '../program/program-builder.ts'
import type { Emitter, Quirks } from './emitter.ts'

/** A node of the graph on its way to raw ops. */
export interface LoweredNode<A> {
  /** In dtypes that the rule takes; what was wider or narrower is cast before and after. */
  readonly inputs: readonly Raw[]
  readonly inputSpecs: readonly TensorSpec[]
  readonly outputSpecs: readonly TensorSpec[]
  /** By which capabilities are asked: that of the first input, or of the output where there is none. */
  readonly dtype: DType
  readonly attributes: A
}

/** How an op becomes raw ops. */
export interface Rule<A> {
  readonly lower: (emit: Emitter, node: LoweredNode<A>) => Raw | readonly Raw[]
  /** Dtypes that come as they are stored: others come widened, half as float, uint8 and bool as int32. */
  readonly takes: readonly TfDType[]
  /** Products are added up: half comes widened where kernels would add up in half. */
  readonly sums?: boolean
  /** Results are numbers of the inputs, or small whole ones: bfloat16 needs no rounding. */
  readonly exact?: boolean
  /** The order of numbers matters: uint32 comes shifted by 2³¹, so that the order of int32 is its own. */
  readonly ordered?: boolean
}

/** How a composite becomes raw ops where it can in one piece; elsewhere its decomposition does. */
export interface CompositeRule<A> extends Rule<A> {
  readonly fuses: (node: Pick<LoweredNode<A>, 'inputSpecs' | 'dtype' | 'attributes'>, quirks: Quirks) => boolean
}

export type Rules<K extends PrimitiveName = PrimitiveName> = {
  readonly [Name in K]: Rule<PrimitiveAttributes[Name]>
}

export const everything: readonly TfDType[] = ['float', 'double', 'half', 'int32', 'int64', 'uint8', 'bool']
export const floats: readonly TfDType[] = ['float', 'double', 'half']
/** Of ops whose half kernels are missing, or would add up in half precision. */
export const wideFloats: readonly TfDType[] = ['float', 'double']
export const arithmetic: readonly TfDType[] = ['float', 'double', 'half', 'int32']
export const wideArithmetic: readonly TfDType[] = ['float', 'double', 'int32']
