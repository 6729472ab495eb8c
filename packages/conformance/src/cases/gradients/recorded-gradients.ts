import { grad, Tensor } from '@voltaic/core'
import type { Value } from '@voltaic/core/graph'

/** Gradients of Σ cotangent · output with respect to `leaves`; null where nothing depends on one. */
export function recordedGradients(
  outputs: readonly Value[],
  leaves: readonly Value[],
  cotangents: readonly Value[],
): (Value | null)[] {
  const tensors = (values: readonly Value[]) => values.map((value) => new Tensor(value))
  const gradients = grad(tensors(outputs), tensors(leaves), { gradOutputs: tensors(cotangents) })
  return gradients.map((gradient) => gradient?.value ?? null)
}

/** The leaves that require a gradient, in the order found. */
export function leavesOf(outputs: readonly Value[]): Value[] {
  const seen = new Set<Value>()
  const visit = (value: Value): void => {
    if (seen.has(value)) return
    seen.add(value)
    for (const input of value.node.inputs) visit(input)
  }
  for (const output of outputs) visit(output)
  return [...seen].filter((value) => value.storage !== null && value.requiresGrad)
}
