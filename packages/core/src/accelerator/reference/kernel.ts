import type { PrimitiveAttributes, PrimitiveName } from '../../graph/primitives.ts'
import type { TensorSpec } from '../../graph/spec.ts'

/** A tensor at work: whatever its dtype, the numbers it holds, as float64 and row-major. */
export interface Operand {
  readonly spec: TensorSpec
  readonly data: Float64Array
}

/**
 * Computes `outputs`, which come zeroed, from `inputs`. A kernel computes in float64 and leaves rounding to whoever calls
 * it: every output is rounded once, as its dtype rounds, integers by wrapping. It never writes to its inputs.
 */
export type Kernel<A> = (inputs: readonly Operand[], outputs: readonly Operand[], attributes: A) => void

/** Kernels of the primitives `K`. */
export type Kernels<K extends PrimitiveName = PrimitiveName> = {
  readonly [Name in K]: Kernel<PrimitiveAttributes[Name]>
}
