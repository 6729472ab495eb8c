import { resolveAlias, stopGradient } from './alias.ts'
import { copyValue } from './build-graph.ts'
import { call } from './call.ts'
import { capture } from './capture.ts'
import { inputValue, recording, withoutRecordingState } from './record.ts'
import { type Subgraph, subgraphOf } from './subgraph.ts'
import type { Node, Value } from './value.ts'

export interface CallFunctionOptions {
  /** Whether the gradient computes the body again, and nothing in it is kept until then. Default false. */
  readonly recompute?: boolean
}

/**
 * Records `fn` as a body of its own and calls it on `inputs`. What `fn` uses from outside (a parameter, a number, a random
 * key) becomes an argument, through which gradients flow as well.
 *
 * @param fn - runs once, on stand-ins for `inputs`; values recorded in it exist only in what it returns
 * @returns what `fn` returned
 */
export function callFunction(
  fn: (inputs: readonly Value[]) => readonly Value[],
  inputs: readonly Value[],
  { recompute = false }: CallFunctionOptions = {},
): readonly Value[] {
  const { body, outside, isConstant } = trace(fn, inputs)
  const results = call(body, [...inputs, ...outside], { recomputed: recompute ? inputs.length : 0 })
  return results.map((result, i) => (isConstant[i]! && result.requiresGrad ? stopGradient(result) : result))
}

interface Trace {
  readonly body: Subgraph
  /** What the body uses and `fn` was not given. */
  readonly outside: readonly Value[]
  /** Of each result, whether no gradient flows through it. */
  readonly isConstant: readonly boolean[]
}

function trace(fn: (inputs: readonly Value[]) => readonly Value[], inputs: readonly Value[]): Trace {
  const { gradEnabled } = recording
  return withoutRecordingState(() => {
    const tape: Node[] = []
    Object.assign(recording, { gradEnabled, tape, tracing: true })
    const standIns = inputs.map(({ spec, requiresGrad }) => inputValue({ spec }, { requiresGrad }))
    const results = fn(standIns)
    recording.tracing = false
    const inside = new Set(tape)
    const outputs = results.map((result) => separate(resolveAlias(result), inside))
    const outside = foundOutside(outputs, new Set(tape), new Set(standIns))
    const body = subgraphOf(capture(outputs, { boundary: [...standIns, ...outside] }))
    for (const node of tape) for (const output of node.outputs) output.expiry = saysToReturn
    return { body, outside, isConstant: results.map((result) => !result.requiresGrad) }
  })
}

// An argument handed through becomes a result of its own.
function separate(value: Value, inside: ReadonlySet<Node>): Value {
  return inside.has(value.node) ? value : copyValue(value)
}

/** Values that nodes inside read and that come from outside, in the order found. */
function foundOutside(
  outputs: readonly Value[],
  inside: ReadonlySet<Node>,
  standIns: ReadonlySet<Value>,
): readonly Value[] {
  const outside = new Set<Value>()
  const seen = new Set<Node>()
  const stack = [...outputs].reverse()
  while (stack.length > 0) {
    const value = stack.pop()!
    if (!inside.has(value.node)) {
      if (!standIns.has(value)) outside.add(value)
      continue
    }
    if (seen.has(value.node)) continue
    seen.add(value.node)
    stack.push(...[...value.node.inputs].reverse())
  }
  return [...outside]
}

const saysToReturn = (): string =>
  'tensor: it was computed in a function that runs as a body of its own, such as that of checkpoint(); return it from there'
