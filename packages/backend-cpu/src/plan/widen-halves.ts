import {
  type DType,
  type Graph,
  type GraphNode,
  isPrimitive,
  primitives,
  specOf,
  type TensorSpec,
  type ValueId,
} from '@voltaic/core/graph'
import { type HalfDType, isHalf, roundToHalf } from '../kernels/dtypes.ts'

/**
 * The same graph with all arithmetic on half types done in float32: operands are widened, and every result is rounded by a
 * cast to its half type and back. What only moves elements stays as it is, and casts that nobody needs are gone.
 *
 * A value of a half type has a twin, the float32 of the same numbers, where something computes with it; values of the
 * graph keep their numbers, and new ones follow.
 */
export function widenHalves(graph: Graph): Graph {
  if (!graph.values.some(({ dtype }) => isHalf(dtype))) return graph
  return new Widening(graph).graph()
}

/** Primitives whose results are among the numbers that they read, or that every half type holds as its operands. */
const exact: ReadonlySet<string> = new Set([
  ...['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'minimum', 'maximum', 'where', 'max', 'min'],
  ...['sort', 'topK', 'maxPool'],
])
const movements: ReadonlySet<string> = new Set([
  ...['reshape', 'permute', 'broadcastTo', 'slice', 'pad', 'concat', 'flip', 'indexSelect', 'gather', 'scatter'],
])

class Widening {
  readonly #graph: Graph
  readonly #values: TensorSpec[]
  readonly #nodes: GraphNode[] = []
  /** The twins that are there. */
  readonly #twins: Map<ValueId, ValueId> = new Map()
  /** What the graph's own casts to float32 make: the twins of what they read. */
  readonly #casts: Map<ValueId, ValueId> = new Map()
  /** The float32 of which values of half types are the rounded ones. */
  readonly #unrounded: Map<ValueId, ValueId> = new Map()
  /** Values of half types that are there as such: inputs, and what is moved or converted from others. */
  readonly #given: Set<ValueId> = new Set()

  constructor(graph: Graph) {
    this.#graph = graph
    this.#values = [...graph.values]
    for (let input = 0; input < graph.inputCount; input++) this.#give(input)
    for (const node of graph.nodes) {
      const [x, y] = [node.inputs[0]!, node.outputs[0]!]
      if (isPrimitive(node, 'cast') && this.#isHalf(x) && node.attributes.dtype === 'float32') this.#casts.set(x, y)
    }
  }

  graph(): Graph {
    const scalars = this.#graph.scalars.map((scalar) => this.#scalar(scalar))
    for (const node of this.#graph.nodes) this.#widen(node)
    const read = new Set([...this.#nodes.flatMap(({ inputs }) => inputs), ...this.#graph.outputs])
    for (const output of this.#graph.outputs) if (this.#isHalf(output)) this.#narrow(output, read)
    return withoutDeadNodes({ ...this.#graph, values: this.#values, scalars, nodes: this.#nodes })
  }

  /** Runtime scalars of half types travel as float32. */
  #scalar(scalar: Graph['scalars'][number]): Graph['scalars'][number] {
    const { dtype, id } = scalar
    if (!isHalf(dtype)) return scalar
    this.#values[id] = specOf('float32', [])
    const rounded = this.#cast(id, this.#fresh(dtype, []))
    this.#twins.set(id, this.#cast(rounded, this.#fresh('float32', [])))
    return { ...scalar, dtype: 'float32' }
  }

  #widen(node: GraphNode): void {
    const { op, inputs, outputs } = node
    if (![...inputs, ...outputs].some((value) => this.#isHalf(value))) this.#nodes.push(node)
    else if (isPrimitive(node, 'cast')) this.#convert(inputs[0]!, outputs[0]!)
    else if (movements.has(op.name) && inputs.every((input) => !this.#isHalf(input) || this.#given.has(input))) {
      this.#nodes.push(node)
      for (const output of outputs) this.#give(output)
    } else this.#compute(node)
  }

  #compute(node: GraphNode): void {
    const { op, inputs, outputs, attributes } = node
    const dtype = [...outputs, ...inputs].map((value) => this.#graph.values[value]!.dtype).find(isHalf)!
    const isExact = exact.has(op.name) || movements.has(op.name) || op.name === 'literal'
    const results = outputs.map((output) => {
      if (!this.#isHalf(output)) return output
      return isExact ? this.#twinOf(output) : this.#fresh('float32', this.#graph.values[output]!.shape)
    })
    this.#nodes.push({
      op,
      attributes: inFloat32(dtype, attributes),
      inputs: inputs.map((input) => this.#wide(input)),
      outputs: results,
    })
    for (const [i, output] of outputs.entries()) {
      if (!this.#isHalf(output)) continue
      if (isExact) this.#twins.set(output, results[i]!)
      else this.#round(results[i]!, output)
    }
  }

  #convert(x: ValueId, y: ValueId): void {
    const [from, to] = [this.#graph.values[x]!.dtype, this.#graph.values[y]!.dtype]
    if (isHalf(from)) {
      if (isHalf(to)) this.#round(this.#wide(x), y)
      else if (to !== 'float32') this.#cast(this.#wide(x), y)
      else if (this.#wide(x) !== y) this.#cast(this.#wide(x), y)
      return
    }
    if (from === 'float32') return this.#round(x, y)
    // By way of float32 these would be rounded twice.
    if (from === 'float64' || (to === 'bfloat16' && (from === 'int32' || from === 'uint32'))) {
      this.#cast(x, y)
      return this.#give(y)
    }
    const number = this.#cast(x, from === 'bool' || from === 'uint8' ? this.#twinOf(y) : this.#freshLike(y))
    if (from === 'bool' || from === 'uint8') this.#twins.set(y, number)
    else this.#round(number, y)
  }

  /** `half` is `number`, rounded. */
  #round(number: ValueId, half: ValueId): void {
    const { dtype, shape } = this.#graph.values[half]!
    // No one else reads it: sessions take half types neither in nor hand them out.
    this.#unrounded.set(half, number)
    const rounded = this.#cast(number, this.#fresh(dtype, shape))
    this.#twins.set(half, this.#cast(rounded, this.#twinOf(half)))
  }

  /** The twin of a value of a half type; any other value as it is. */
  #wide(value: ValueId): ValueId {
    if (!isHalf(this.#graph.values[value]!.dtype)) return value
    const known = this.#twins.get(value)
    if (known !== undefined) return known
    const twin = this.#cast(value, this.#twinOf(value))
    this.#twins.set(value, twin)
    return twin
  }

  /** Sees to it that a value of a half type is there; one whose twin nobody reads is rounded but once. */
  #narrow(value: ValueId, read: ReadonlySet<ValueId>): void {
    if (this.#given.has(value)) return
    const twin = this.#twins.get(value)!
    this.#cast(read.has(twin) ? twin : (this.#unrounded.get(value) ?? twin), value)
  }

  #cast(x: ValueId, y: ValueId): ValueId {
    const { dtype } = this.#values[y]!
    this.#nodes.push({ op: primitives.cast, attributes: { dtype }, inputs: [x], outputs: [y] })
    return y
  }

  #give(value: ValueId): void {
    if (this.#isHalf(value)) this.#given.add(value)
  }

  #twinOf(half: ValueId): ValueId {
    return this.#casts.get(half) ?? this.#freshLike(half)
  }

  #freshLike(value: ValueId): ValueId {
    return this.#fresh('float32', this.#graph.values[value]!.shape)
  }

  #fresh(dtype: DType, shape: TensorSpec['shape']): ValueId {
    return this.#values.push(specOf(dtype, shape)) - 1
  }

  #isHalf(value: ValueId): boolean {
    return isHalf(this.#graph.values[value]!.dtype)
  }
}

/** Attributes that name a dtype or hold a number of one. */
function inFloat32(dtype: HalfDType, attributes: object): object {
  const widened = 'dtype' in attributes ? { ...attributes, dtype: 'float32' } : attributes
  if (!('value' in widened) || typeof widened.value !== 'number') return widened
  return { ...widened, value: roundToHalf(dtype, widened.value) }
}

function withoutDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs)
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((output) => needed.has(output))) return false
    for (const input of inputs) needed.add(input)
    return true
  })
  return { ...graph, nodes: nodes.reverse() }
}
