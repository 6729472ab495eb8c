import { type DType, decidingDType } from '@voltaic/core'
import type { GraphNode, TensorSpec } from '@voltaic/core/graph'
import { ruleOf } from './rules/rules.ts'

/**
 * Whether ONNX Runtime's CPU provider computes `op`, a primitive or a composite of `onnxComposites`, as the reference does.
 *
 * @param dtype - the one that decides: of the first input, of what `where` chooses from, of the output of a source
 */
export function supportsOnnx(op: string, dtype: DType): boolean {
  return ruleOf(op)?.dtypes.includes(dtype) ?? false
}

/** Whether this very node can be lowered: its op on its dtype, with its shapes and attributes. */
export function isLowerable(values: readonly TensorSpec[], node: GraphNode): boolean {
  const rule = ruleOf(node.op.name)
  if (rule === undefined || !rule.dtypes.includes(decidingDType({ values }, node))) return false
  const inputs = node.inputs.map((id) => values[id]!)
  return !(rule.refuses?.(inputs, node.attributes) ?? false)
}
