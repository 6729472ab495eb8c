import { attributeTable, type InferenceTrie, type Interned, internAttributes } from './attributes.ts'
import { isFloat } from './dtype.ts'
import type { Composite, Op } from './op.ts'
import { specOf, type TensorSpec } from './spec.ts'
import { type Node, type Storage, Value } from './value.ts'

/** Ambient state of recording, per realm. Each part is set by one place, which restores it. */
export interface RecordingState {
  /** Whether outputs require a gradient when an input does (`noGrad`). */
  gradEnabled: boolean
  /** Nodes of the open step, in order, but for its leaves (the step's scope). */
  tape: Node[] | null
  /** Whether a body is being traced (`callFunction`): what stops a gradient has to be a node of it. */
  tracing: boolean
  /** Whether each node captures the line that recorded it (`detectAnomaly`). */
  captureOrigins: boolean
  /** The line that a gradient belongs to: that of the node whose rule is recording. */
  origin: string | undefined
  /** Nodes recorded since the program began. */
  nodes: number
}

export const recording: RecordingState = {
  gradEnabled: true,
  tape: null,
  tracing: false,
  captureOrigins: false,
  origin: undefined,
  nodes: 0,
}

/** Records `op` on `inputs` and gives its outputs. */
export function record<A extends object>(op: Op<A>, inputs: readonly Value[], attributes: A): readonly Value[] {
  const interned = internAttributes(op.attributes, attributes)
  const specs = infer(op, interned, inputs)
  let transient = false
  let requiresGrad = false
  for (const input of inputs) {
    if (input.node.transient) transient = true
    if (input.requiresGrad) requiresGrad = true
  }
  return makeNode(op, interned, inputs, specs, transient, requiresGrad && recording.gradEnabled)
}

/** Records an op of one output. */
export function recordOne<A extends object>(op: Op<A>, inputs: readonly Value[], attributes: A): Value {
  return record(op, inputs, attributes)[0]!
}

/** Records an op of one output which counts as a leaf: it requires a gradient whatever its inputs do. */
export function recordLeaf<A extends object>(op: Op<A>, input: Value, attributes: A): Value {
  const interned = internAttributes(op.attributes, attributes)
  return makeNode(op, interned, [input], infer(op, interned, [input]), input.node.transient, true)[0]!
}

function infer<A extends object>(op: Op<A>, interned: Interned<A>, inputs: readonly Value[]): readonly TensorSpec[] {
  let trie: InferenceTrie = interned.inferred
  for (const { spec } of inputs) {
    let next = trie.next.get(spec.id)
    if (next === undefined) {
      next = { next: new Map(), outputs: undefined }
      trie.next.set(spec.id, next)
    }
    trie = next
  }
  trie.outputs ??= op.infer(
    inputs.map((input) => input.spec),
    interned.values,
  )
  return trie.outputs
}

function makeNode<A extends object>(
  op: Op<A>,
  attributes: Interned<A>,
  inputs: readonly Value[],
  specs: readonly TensorSpec[],
  transient: boolean,
  requiresGrad: boolean,
): readonly Value[] {
  const outputs: Value[] = []
  const origin = recording.captureOrigins ? (recording.origin ?? originOfCall()) : undefined
  const operands = stopsGradients(op) ? inputs.map(stopped) : inputs
  const order = recording.nodes++
  const node: Node = {
    op: op as unknown as Op,
    attributes,
    inputs: operands,
    outputs,
    order,
    transient,
    origin,
    mark: 0,
  }
  for (let i = 0; i < specs.length; i++) {
    const spec = specs[i]!
    outputs.push(new Value(node, i, spec, requiresGrad && isFloat(spec.dtype)))
  }
  // A leaf's storage outlives the step or not as its owner decides: only what is computed is on the tape.
  if (recording.tape !== null && op.kind !== 'leaf') recording.tape.push(node)
  return outputs
}

/**
 * The same value without its gradient, as a node: a body that was traced is differentiated from its graph, where neither an
 * alias nor `noGrad` leaves a trace.
 */
export const stopGradientOp: Composite<Readonly<Record<never, never>>> = {
  name: 'stopGradient',
  kind: 'composite',
  attributes: attributeTable(),
  infer: (inputs) => inputs,
  decompose: (inputs) => inputs,
  vjp: () => [null],
}

// Recorded in noGrad(), inside a body.
function stopsGradients<A extends object>(op: Op<A>): boolean {
  return recording.tracing && !recording.gradEnabled && (op as unknown) !== stopGradientOp
}

function stopped(x: Value): Value {
  return x.requiresGrad ? recordOne(stopGradientOp, [x], {}) : x
}

// Deep enough to reach the user's line behind nested modules.
const originDepth = 100

function originOfCall(): string | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = originDepth
  const { stack } = new Error('recorded here')
  Error.stackTraceLimit = stackTraceLimit
  return stack
}

function leafOp<A extends object>(name: string): Op<A> {
  return { name, kind: 'leaf', attributes: attributeTable(), infer: () => [] }
}

/** A value that exists: a buffer on a device, or host data on its way to one. */
const inputOp: Op<{ readonly role: string }> = leafOp('input')
/** A number that arrives with each run: the learning rate, a random counter. */
const scalarOp: Op<{ readonly role: string }> = leafOp('scalar')
/** A number the user wrote: structure, until it is seen with a second value. */
export const numberOp: Op<{ readonly role: string }> = leafOp('number')

const inputAttributes = internAttributes(inputOp.attributes, { role: 'input' })
const scalarAttributes = internAttributes(scalarOp.attributes, { role: 'scalar' })
const numberAttributes = internAttributes(numberOp.attributes, { role: 'number' })

/** The storage of a leaf that carries a plain number. */
export class NumberStorage implements Storage {
  readonly spec: TensorSpec
  readonly value: number

  constructor(spec: TensorSpec, value: number) {
    this.spec = spec
    this.value = value
  }
}

export interface LeafOptions {
  readonly requiresGrad?: boolean
  /** Whether what is computed from it expires with the step. */
  readonly transient?: boolean
}

/** A leaf on `storage`. */
export function inputValue(storage: Storage, { requiresGrad = false, transient = false }: LeafOptions = {}): Value {
  const [value] = makeNode(inputOp, inputAttributes, [], [storage.spec], transient, requiresGrad)
  value!.storage = storage
  return value!
}

/** A 0-d runtime scalar: its value changes without a new executable. */
export function scalarValue(x: number, dtype: TensorSpec['dtype'] = 'float32'): Value {
  const spec = specOf(dtype, [])
  const [value] = makeNode(scalarOp, scalarAttributes, [], [spec], false, false)
  value!.storage = new NumberStorage(spec, x)
  return value!
}

/** A 0-d number of the user's: structure until it is seen with a second value in the same place. */
export function numberValue(x: number, dtype: TensorSpec['dtype'] = 'float32'): Value {
  const spec = specOf(dtype, [])
  const [value] = makeNode(numberOp, numberAttributes, [], [spec], false, false)
  value!.storage = new NumberStorage(spec, x)
  return value!
}

/**
 * Runs `fn` with recording as at rest: no step, no gradient, no origins. For traces that belong to no user's step, such
 * as the expansion of a composite.
 */
export function withoutRecordingState<T>(fn: () => T): T {
  const { gradEnabled, tape, tracing, captureOrigins } = recording
  Object.assign(recording, { gradEnabled: false, tape: null, tracing: false, captureOrigins: false })
  try {
    return fn()
  } finally {
    Object.assign(recording, { gradEnabled, tape, tracing, captureOrigins })
  }
}
