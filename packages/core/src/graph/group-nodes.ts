import { type Graph, isPrimitive, makersOf, readersOf, type ValueId } from './graph.ts'
import type { ReduceAttributes } from './primitives.ts'
import { elementwiseNames, reductionNames } from './region.ts'
import { sameShape } from './shape.ts'
import type { Shape } from './spec.ts'

/** Nodes that become one region. */
export interface Group {
  /** In the order of the graph. */
  readonly nodes: readonly number[]
  /** The index space. */
  readonly shape: Shape
  /** Axes that its reductions fold; `undefined` without reductions. */
  readonly axes: readonly number[] | undefined
}

/** How nodes are grouped. */
export interface GroupOptions {
  /** Nodes that may be grouped, in the order of the graph. */
  readonly nodes: readonly number[]
  /** Values wanted by others than `nodes`. */
  readonly needed: ReadonlySet<ValueId>
  /** The most values that a group may read and write together, literals and runtime scalars apart. */
  readonly maxOperands: number
}

const elementwise: ReadonlySet<string> = new Set(elementwiseNames)
const reducing: ReadonlySet<string> = new Set(reductionNames)

/** Whether node `i` is elementwise. */
function isElementwise(graph: Graph, i: number): boolean {
  const { op } = graph.nodes[i]!
  return op.kind === 'primitive' && elementwise.has(op.name)
}

/** Whether node `i` is a reduction that may end a region. */
export function isReduction(graph: Graph, i: number): boolean {
  const { op } = graph.nodes[i]!
  return op.kind === 'primitive' && reducing.has(op.name)
}

/**
 * Groups elementwise nodes of one shape with those that make their operands, and reductions with what they reduce.
 *
 * Each node joins the groups of its operands, one after the other, where no path leads out of the group and back in: so
 * groups can always be put in an order. Where its results wait for a reduction of that group, it is left to the group that
 * waits, which then need not read what it made. Nodes that are not elementwise nor a reduction are in no group.
 */
export function groupNodes(graph: Graph, options: GroupOptions): Group[] {
  const groups = new Grouping(graph, options)
  for (const i of options.nodes) {
    if (isElementwise(graph, i)) groups.addElementwise(i)
    else if (isReduction(graph, i)) groups.addReduction(i)
  }
  return groups.list()
}

class Grouping {
  readonly #graph: Graph
  readonly #options: GroupOptions
  readonly #makers: readonly number[]
  readonly #readers: readonly (readonly number[])[]
  readonly #groups: Map<number, Group> = new Map()
  readonly #nodes: ReadonlySet<number>
  /** The traversal that saw a node last. */
  readonly #marks: Int32Array
  #traversals = 0

  constructor(graph: Graph, options: GroupOptions) {
    this.#graph = graph
    this.#nodes = new Set(options.nodes)
    this.#marks = new Int32Array(graph.nodes.length)
    this.#options = options
    this.#makers = makersOf(graph)
    this.#readers = readersOf(graph)
  }

  list(): Group[] {
    return [...new Set(this.#groups.values())]
  }

  addElementwise(node: number): void {
    const { inputs, outputs } = this.#graph.nodes[node]!
    this.#put({ nodes: [node], shape: this.#graph.values[outputs[0]!]!.shape, axes: undefined })
    for (const input of inputs) {
      // What a reduction gave is there only once its whole group has run.
      if (isReductionNode(this.#graph, this.#makers[input]!)) continue
      this.#join(node, this.#makers[input]!)
    }
  }

  addReduction(node: number): void {
    const { inputs, attributes } = this.#graph.nodes[node]!
    const { axes } = attributes as ReduceAttributes
    const { shape } = this.#graph.values[inputs[0]!]!
    this.#put({ nodes: [node], shape, axes: axes.length === 0 ? undefined : axes })
    const maker = this.#makers[inputs[0]!]!
    if (!isReductionNode(this.#graph, maker)) this.#join(node, maker)
  }

  #put(group: Group): void {
    for (const node of group.nodes) this.#groups.set(node, group)
  }

  #join(node: number, maker: number): void {
    const a = this.#groups.get(maker)
    const b = this.#groups.get(node)!
    if (a === undefined || a === b || !sameShape(a.shape, b.shape)) return
    if (a.axes !== undefined && b.axes !== undefined && !sameShape(a.axes, b.axes)) return
    const nodes = [...a.nodes, ...b.nodes].sort((x, y) => x - y)
    if (this.#leavesAndReturns(nodes) || this.#waits(nodes)) return
    if (this.#operands(nodes) > this.#options.maxOperands) return
    this.#put({ nodes, shape: a.shape, axes: a.axes ?? b.axes })
  }

  /** Whether a path leads from the nodes out of them and back, which would make a cycle of the group. */
  #leavesAndReturns(nodes: readonly number[]): boolean {
    const group = new Set(nodes)
    if (nodes.some((node) => this.#readsReductionWithin(node, group))) return true
    const mark = ++this.#traversals
    const stack: number[] = []
    const enter = (i: number) => {
      for (const member of this.#groups.get(i)?.nodes ?? [i]) {
        if (this.#marks[member] === mark) continue
        this.#marks[member] = mark
        stack.push(member)
      }
    }
    for (const node of nodes) for (const maker of this.#makersOf(node)) if (!group.has(maker)) enter(maker)
    while (stack.length > 0) {
      for (const maker of this.#makersOf(stack.pop()!)) {
        if (group.has(maker)) return true
        enter(maker)
      }
    }
    return false
  }

  /** Whether a node that no reduction of the group needs has results that are used, in its shape, together with theirs. */
  #waits(nodes: readonly number[]): boolean {
    const reductions = nodes.filter((node) => isReduction(this.#graph, node))
    if (reductions.length === 0) return false
    const group = new Set(nodes)
    const reduced = this.#reach(reductions, (node) => this.#makersOf(node).filter((maker) => group.has(maker)))
    const idle = nodes.filter((node) => !reduced.has(node))
    if (idle.length === 0) return false
    const { shape } = this.#graph.values[this.#graph.nodes[idle[0]!]!.outputs[0]!]!
    const behind = this.#reach(reductions, (node) => this.#readersOf(node))
    const isBeside = (node: number) =>
      isElementwise(this.#graph, node) &&
      sameShape(this.#graph.values[this.#graph.nodes[node]!.outputs[0]!]!.shape, shape)
    const after = this.#reach(idle, (node) => this.#readersOf(node).filter(isBeside))
    return [...after].some((node) => behind.has(node))
  }

  /** `nodes` and all that is found from them. */
  #reach(nodes: readonly number[], next: (node: number) => readonly number[]): ReadonlySet<number> {
    const reached = new Set(nodes)
    // A set that grows while it is walked is walked to its end.
    for (const node of reached) for (const found of next(node)) reached.add(found)
    return reached
  }

  /** Nodes of the list that read what `node` makes. */
  #readersOf(node: number): number[] {
    return this.#graph.nodes[node]!.outputs.flatMap((output) => this.#readers[output]!).filter((reader) =>
      this.#nodes.has(reader),
    )
  }

  /** Nodes of the list that make the operands of `node`. */
  #makersOf(node: number): number[] {
    return this.#graph.nodes[node]!.inputs.map((input) => this.#makers[input]!).filter((maker) =>
      this.#nodes.has(maker),
    )
  }

  #readsReductionWithin(node: number, group: ReadonlySet<number>): boolean {
    return this.#graph.nodes[node]!.inputs.some((input) => {
      const maker = this.#makers[input]!
      return group.has(maker) && isReductionNode(this.#graph, maker)
    })
  }

  /** Whether `value` comes with the program or with the run, and not from a buffer. */
  #isNumber(value: ValueId): boolean {
    const { inputCount, scalars, nodes } = this.#graph
    const maker = this.#makers[value]!
    if (maker < 0) return value >= inputCount && value < inputCount + scalars.length
    return isPrimitive(nodes[maker]!, 'literal')
  }

  /** Distinct values read from outside, and values read or needed outside. */
  #operands(nodes: readonly number[]): number {
    const group = new Set(nodes)
    const operands = new Set<ValueId>()
    for (const node of nodes) {
      const { inputs, outputs } = this.#graph.nodes[node]!
      for (const input of inputs) {
        if (!group.has(this.#makers[input]!) && !this.#isNumber(input)) operands.add(input)
      }
      for (const output of outputs) {
        const wanted = this.#options.needed.has(output) || this.#readers[output]!.some((reader) => !group.has(reader))
        if (wanted) operands.add(output)
      }
    }
    return operands.size
  }
}

function isReductionNode(graph: Graph, node: number): boolean {
  return node >= 0 && isReduction(graph, node)
}
