import { AutogradError, ExpiredTensorError } from '../errors/errors.ts'
import { after } from '../graph/after.ts'
import { alias } from '../graph/alias.ts'
import { add, fullLike } from '../graph/build.ts'
import { type CallAttributes, call, callOp, inline, traceSubgraph } from '../graph/call.ts'
import type { Composite, Vjp, VjpContext } from '../graph/op.ts'
import type { PrimitiveName } from '../graph/primitives.ts'
import { recording } from '../graph/record.ts'
import { formatSpec } from '../graph/spec.ts'
import type { Subgraph } from '../graph/subgraph.ts'
import type { TapOp } from '../graph/tap.ts'
import { type Node, nextTraversal, type Value } from '../graph/value.ts'
import { rules } from './rules.ts'

export interface GradientOptions {
  /** Records the gradients so that they can be differentiated again. Default false. */
  readonly createGraph?: boolean
}

/**
 * Adds the gradients of `root` to the sinks of all leaves that it depends on: what `loss.backward()` does.
 *
 * @param seed - the gradient of `root`; 1 by default, which needs a scalar
 * @throws AutogradError when `root` requires no gradient, or has many elements and no seed
 * @throws ExpiredTensorError when part of its graph belongs to a step that has ended
 */
export function backward(root: Value, seed?: Value, options: GradientOptions = {}): void {
  const gradients = differentiate('backward', [root], [seed ?? defaultSeed('backward', root)], options)
  for (const [leaf, gradient] of gradients) leaf.sink?.accumulate(gradient)
}

/**
 * Gradients of the sum of `outputs` (each weighted by its seed) with respect to `inputs`, which may be any values, not
 * leaves alone; null for an input that no output depends on. Sinks get nothing.
 */
export function gradientsOf(
  outputs: readonly Value[],
  inputs: readonly Value[],
  seeds: readonly (Value | undefined)[] = [],
  options: GradientOptions = {},
): (Value | null)[] {
  const given = outputs.map((output, i) => seeds[i] ?? defaultSeed('grad', output))
  const gradients = differentiate('grad', outputs, given, options, inputs)
  return inputs.map((input) => gradients.get(input) ?? null)
}

function defaultSeed(who: string, root: Value): Value {
  if (root.spec.size !== 1) {
    throw new AutogradError(
      `${who}: only a scalar has a gradient without a seed, got ${formatSpec(root.spec)}; reduce it with sum() or mean(), or pass a gradient`,
    )
  }
  return fullLike(root, 1)
}

function differentiate(
  who: string,
  roots: readonly Value[],
  seeds: readonly Value[],
  { createGraph = false }: GradientOptions,
  wanted?: readonly Value[],
): Map<Value, Value> {
  for (const [i, root] of roots.entries()) checkRoot(who, root, seeds[i]!)
  const before = recording.gradEnabled
  recording.gradEnabled = createGraph
  try {
    return propagate(roots, seeds, wanted === undefined ? hasSink : memberOf(wanted))
  } finally {
    recording.gradEnabled = before
  }
}

function checkRoot(who: string, root: Value, seed: Value): void {
  if (!root.requiresGrad) {
    throw new AutogradError(
      `${who}: it depends on nothing that requires a gradient, got ${formatSpec(root.spec)}; was it detached, or recorded in noGrad()?`,
    )
  }
  if (seed.spec !== root.spec) {
    throw new AutogradError(
      `${who}: the gradient has the shape and dtype of its tensor, got ${formatSpec(seed.spec)} for ${formatSpec(root.spec)}`,
    )
  }
}

/** Walks from the roots to the leaves, each node once all its readers have been. */
function propagate(
  roots: readonly Value[],
  seeds: readonly Value[],
  isWanted: (value: Value) => boolean,
  boundary: ReadonlySet<Value> = new Set(),
): Map<Value, Value> {
  const order = topologicalOrder(roots, boundary)
  const gradients = new Map<Value, Value>()
  const touched: Value[] = []
  const { origin } = recording
  const collect = (value: Value, cotangent: Value): void => {
    if (value.cotangent === null) touched.push(value)
    value.cotangent = value.cotangent === null ? cotangent : add(value.cotangent, cotangent)
  }
  try {
    for (const [i, root] of roots.entries()) collect(root, seeds[i]!)
    for (let n = order.length - 1; n >= 0; n--) {
      const node = order[n]!
      for (const output of node.outputs) {
        if (output.cotangent !== null && isWanted(output)) gradients.set(output, output.cotangent)
      }
      if (node.inputs.length === 0 || node.outputs.every((output) => output.cotangent === null)) continue
      recording.origin = node.origin
      const cotangents = vjpOf(node)(contextOf(node))
      for (const [i, input] of node.inputs.entries()) {
        const cotangent = cotangents[i]
        if (input.requiresGrad && cotangent != null) collect(input, cotangent)
      }
    }
    for (const value of boundary) if (value.cotangent !== null) gradients.set(value, value.cotangent)
    return gradients
  } finally {
    recording.origin = origin
    for (const value of touched) value.cotangent = null
  }
}

function hasSink(value: Value): boolean {
  return value.sink !== null
}

function memberOf(wanted: readonly Value[]): (value: Value) => boolean {
  const wants = new Set(wanted)
  return (value) => wants.has(value)
}

/** Nodes that the roots depend on and that require a gradient, inputs first, up to the boundary. */
function topologicalOrder(roots: readonly Value[], boundary: ReadonlySet<Value>): Node[] {
  const traversal = nextTraversal()
  const order: Node[] = []
  const stack: Node[] = []
  const cursor: number[] = []
  const enter = (value: Value): void => {
    if (!value.requiresGrad || value.node.mark === traversal || boundary.has(value)) return
    if (value.expiry !== null)
      throw new ExpiredTensorError(`backward: part of the graph is gone: ${value.expiry(value)}`)
    value.node.mark = traversal
    stack.push(value.node)
    cursor.push(0)
  }
  for (const root of roots) {
    enter(root)
    while (stack.length > 0) {
      const top = stack.length - 1
      const node = stack[top]!
      const next = cursor[top]!++
      if (next < node.inputs.length) {
        enter(node.inputs[next]!)
        continue
      }
      stack.pop()
      cursor.pop()
      order.push(node)
    }
  }
  return order
}

function contextOf(node: Node): VjpContext<never> {
  return {
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: node.attributes.values as never,
    cotangents: node.outputs.map((output) => output.cotangent),
    needs: (i) => node.inputs[i]!.requiresGrad,
  }
}

function vjpOf(node: Node): Vjp<never> {
  const { op } = node
  if (op.kind === 'primitive') return rules[op.name as PrimitiveName] as Vjp<never>
  if (op.kind === 'alias') return ((op as Partial<TapOp>).vjp as Vjp<never> | undefined) ?? aliasVjp
  if (op === callOp) return callVjp as Vjp<never>
  const composite = op as Composite
  return composite.vjp ?? decompositionVjp(composite)
}

const aliasVjp: Vjp<never> = ({ cotangents }) => [cotangents[0]!]

/** The gradient of a composite without a rule: that of its decomposition, recorded again on aliases of its inputs. */
function decompositionVjp(op: Composite): Vjp<never> {
  return ({ inputs, attributes, cotangents }) => {
    const { gradEnabled } = recording
    recording.gradEnabled = true
    const arguments_ = inputs.map(alias)
    const outputs = op.decompose(arguments_, attributes)
    recording.gradEnabled = gradEnabled
    return throughBody(arguments_, outputs, cotangents)
  }
}

/** Gradients of `outputs` with respect to `arguments_`, and no further. */
function throughBody(
  arguments_: readonly Value[],
  outputs: readonly Value[],
  cotangents: readonly (Value | null)[],
): (Value | null)[] {
  const reached = outputs.flatMap((output, i) => (cotangents[i] != null && output.requiresGrad ? [i] : []))
  const gradients = propagate(
    reached.map((i) => outputs[i]!),
    reached.map((i) => cotangents[i]!),
    () => false,
    new Set(arguments_),
  )
  return arguments_.map((argument) => gradients.get(argument) ?? null)
}

/** The gradient of a call is a call: its body runs the forward body again and goes back through it. */
const callVjp: Vjp<CallAttributes> = ({ inputs, outputs, attributes: { body, recomputed }, cotangents, needs }) => {
  const present = cotangents.flatMap((cotangent, i) => (cotangent === null ? [] : [i]))
  const wanted = inputs.flatMap((_, i) => (needs(i) ? [i] : []))
  const seeds = present.map((i) => cotangents[i]!)
  const { body: backwardBody, unreached } = backwardOf(body, { inputs, outputs, present, wanted })
  const anew = inputs.map((input, i) => (i < recomputed ? after(input, seeds[0]!) : input))
  const results = call(backwardBody, [...anew, ...seeds])
  return inputs.map((_, i) => (needs(i) && !unreached.has(i) ? results[wanted.indexOf(i)]! : null))
}

/** A call whose gradient is asked for. */
interface CalledBody {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Outputs for which a cotangent arrives. */
  readonly present: readonly number[]
  /** Inputs that want a gradient. */
  readonly wanted: readonly number[]
}

interface BackwardBody {
  readonly body: Subgraph
  /** Inputs of the call that no gradient reaches. */
  readonly unreached: ReadonlySet<number>
}

// The gradient of a loop asks for that of one body at every step.
const backwardBodies = new WeakMap<Subgraph, Map<string, BackwardBody>>()

function backwardOf(body: Subgraph, called: CalledBody): BackwardBody {
  const known = backwardBodies.get(body) ?? new Map<string, BackwardBody>()
  backwardBodies.set(body, known)
  const key = `${called.present.join()};${called.wanted.join()}`
  const backwardBody = known.get(key) ?? traceBackward(body, called)
  known.set(key, backwardBody)
  return backwardBody
}

function traceBackward(body: Subgraph, { inputs, outputs, present, wanted }: CalledBody): BackwardBody {
  const seeds = present.map((i) => outputs[i]!)
  const specs = [...inputs, ...seeds].map((value) => value.spec)
  const unreached = new Set<number>()
  const traced = traceSubgraph(
    specs,
    (values) => {
      const arguments_ = values.slice(0, inputs.length)
      const results = inline(body, arguments_)
      const given = results.map((_, i) => (present.includes(i) ? values[inputs.length + present.indexOf(i)]! : null))
      const gradients = throughBody(arguments_, results, given)
      return wanted.map((i) => {
        if (gradients[i] == null) unreached.add(i)
        return gradients[i] ?? fullLike(arguments_[i]!, 0)
      })
    },
    true,
  )
  return { body: traced, unreached }
}
