import type { DType } from '@voltaic/core'
import type { Graph, ValueId } from '@voltaic/core/graph'
import { encodeModel, isLowerable, lowerPart, supportsOnnx, valueName } from '@voltaic/onnx'
import type { SessionStep } from '../plan/plan.ts'

/** Whether ONNX Runtime runs a node of a graph as the reference does. */
export function canRun({ values, nodes }: Graph, index: number): boolean {
  return isLowerable(values, nodes[index]!)
}

/** Whether ONNX Runtime runs an op on a dtype. */
export function runsInOrt(op: string, dtype: DType): boolean {
  return supportsOnnx(op, dtype)
}

/** The bytes of the model that a session step is. */
export function modelOf({ values, nodes }: Graph, step: SessionStep): Uint8Array {
  const { inputs, outputs } = step
  // Runtime scalars lie in the memory like all else: they come as inputs without dimensions.
  const part = { values, nodes: step.nodes.map((i) => nodes[i]!), inputs, scalars: [], outputs }
  return encodeModel(lowerPart(part).model)
}

/** The name of a value in the model. */
export function nameOf(value: ValueId): string {
  return valueName(value)
}
