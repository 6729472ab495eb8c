import { attributeTable } from './attributes.ts'
import type { Op } from './op.ts'
import type { None } from './primitives.ts'
import { recording, recordLeaf, recordOne, stopGradientOp } from './record.ts'
import type { GradientSink, Value } from './value.ts'

const aliasOp: Op<None> = {
  name: 'alias',
  kind: 'alias',
  attributes: attributeTable(),
  infer: (inputs) => inputs,
}

/** The same value under a name of its own. Costs nothing: an alias is no node of a captured graph. */
export function alias(x: Value): Value {
  return recordOne(aliasOp, [x], {})
}

/** The same value, through which no gradient flows. */
export function stopGradient(x: Value): Value {
  const { gradEnabled } = recording
  recording.gradEnabled = false
  const stopped = recording.tracing ? recordOne(stopGradientOp, [x], {}) : alias(x)
  recording.gradEnabled = gradEnabled
  return stopped
}

/**
 * The same value as a leaf of its own, which requires a gradient: what a parameter is between the optimizer's update and
 * the commit that realises it. No gradient flows further back.
 */
export function leafAlias(x: Value, sink: GradientSink | null): Value {
  const leaf = recordLeaf(aliasOp, stopGradient(x), {})
  leaf.sink = sink
  return leaf
}

/** The value behind aliases that are not realised themselves. */
export function resolveAlias(value: Value): Value {
  let resolved = value
  while (resolved.node.op.kind === 'alias' && resolved.storage === null && resolved.expiry === null) {
    resolved = resolved.node.inputs[resolved.index]!
  }
  return resolved
}
