import { type Graph, isPrimitive, makersOf, readersOf, type ValueId } from './graph.ts'
import { type Group, groupNodes, isReduction } from './group-nodes.ts'
import type { ElementwiseName, ReductionName, Region, RegionOutput, RegionReduction, Register } from './region.ts'
import { RegionProgram, type Source } from './region-program.ts'
import {
  broadcastView,
  flipView,
  isWhole,
  permuteView,
  reshapeView,
  type StridedView,
  sliceView,
  wholeView,
} from './strided-view.ts'

/** What is left to do with a list of nodes: steps in an order in which they can be done. */
export type FusedStep =
  /** A loop nest. */
  | { readonly kind: 'region'; readonly region: Region }
  /** The elements of `source` under the shape of `value`; costs nothing where storage can be shared. */
  | { readonly kind: 'alias'; readonly value: ValueId; readonly source: ValueId }
  /** A node that is no region's: a contraction, a sort, a gather. */
  | { readonly kind: 'node'; readonly node: number }

export interface FuseOptions {
  /** The most values that a region may read and write together, literals and runtime scalars apart. Default: no limit. */
  readonly maxOperands?: number
}

/**
 * Turns nodes of a graph into regions: elementwise nodes of one shape together, reductions at their ends. Movement
 * becomes strides of what regions read; only what others need of it is copied, by regions of its own. Literals become
 * constants of the programs.
 *
 * The same graph gives the same steps, and each number is computed by the same operations as without it, once.
 *
 * @param nodes - indices of the nodes to turn, in the order of the graph
 * @param needed - their values that must be there afterwards: outputs of the graph, and what other nodes read. May name
 * values of literals that others need.
 */
export function fuse(
  graph: Graph,
  nodes: readonly number[],
  needed: ReadonlySet<ValueId>,
  { maxOperands = Number.POSITIVE_INFINITY }: FuseOptions = {},
): FusedStep[] {
  return new Fusion(graph, nodes, needed, groupNodes(graph, { nodes, needed, maxOperands })).steps()
}

class Fusion {
  readonly #graph: Graph
  readonly #nodes: ReadonlySet<number>
  readonly #needed: ReadonlySet<ValueId>
  readonly #groupOf: Map<number, Group> = new Map()
  readonly #makers: readonly number[]
  readonly #readers: readonly (readonly number[])[]
  readonly #sources: Map<ValueId, Source> = new Map()
  readonly #done: Set<ValueId> = new Set()
  readonly #steps: FusedStep[] = []

  constructor(graph: Graph, nodes: readonly number[], needed: ReadonlySet<ValueId>, groups: readonly Group[]) {
    this.#graph = graph
    this.#nodes = new Set(nodes)
    this.#needed = needed
    this.#makers = makersOf(graph)
    this.#readers = readersOf(graph)
    for (const group of groups) for (const node of group.nodes) this.#groupOf.set(node, group)
  }

  steps(): FusedStep[] {
    for (const node of this.#nodes) {
      if (!this.#isView(node)) this.#require(this.#graph.nodes[node]!.outputs[0]!)
      for (const output of this.#graph.nodes[node]!.outputs) if (this.#needed.has(output)) this.#require(output)
    }
    return this.#steps
  }

  /** Appends the steps that make `value`, those that it depends on first. */
  #require(value: ValueId): void {
    const node = this.#makers[value]!
    if (this.#done.has(value) || !this.#nodes.has(node)) return
    const group = this.#groupOf.get(node)
    if (group !== undefined) return this.#requireGroup(group)
    if (this.#isView(node)) return this.#copy(value)
    const { inputs, outputs } = this.#graph.nodes[node]!
    for (const output of outputs) this.#done.add(output)
    for (const input of inputs) this.#require(input)
    this.#steps.push({ kind: 'node', node })
  }

  #requireGroup(group: Group): void {
    for (const node of group.nodes) for (const output of this.#graph.nodes[node]!.outputs) this.#done.add(output)
    const region = this.#region(group)
    for (const input of region.inputs) this.#require(input.value)
    this.#steps.push({ kind: 'region', region })
  }

  /** Writes out what is only a view: shares storage where the order of elements is that of its source. */
  #copy(value: ValueId): void {
    this.#done.add(value)
    const source = this.#source(value)
    const { shape, size } = this.#graph.values[value]!
    if (!this.#isConstant(source.value) && isWhole(source) && this.#graph.values[source.value]!.size === size) {
      // A reshape that no strides can say is its own source: it shares with its operand.
      const shared = source.value === value ? this.#graph.nodes[this.#makers[value]!]!.inputs[0]! : source.value
      this.#require(shared)
      this.#steps.push({ kind: 'alias', value, source: shared })
      return
    }
    const program = new RegionProgram(this.#graph, this.#makers, shape)
    const register = program.read(source)
    const region = { ...program.parts(), nodes: [this.#makers[value]!], outputs: [{ value, register }] }
    for (const input of region.inputs) this.#require(input.value)
    this.#steps.push({ kind: 'region', region: { ...region, reducedAxes: [], reductions: [] } })
  }

  #region({ nodes, shape, axes = [] }: Group): Region {
    const group = new Set(nodes)
    const program = new RegionProgram(this.#graph, this.#makers, shape)
    const outputs: RegionOutput[] = []
    const reductions: RegionReduction[] = []
    const registers = new Map<ValueId, Register>()
    for (const i of nodes) {
      const {
        op,
        inputs,
        outputs: [value],
      } = this.#graph.nodes[i]!
      const args = inputs.map((input) => registers.get(input) ?? program.read(this.#source(input)))
      if (isReduction(this.#graph, i) && axes.length > 0) {
        reductions.push({ value: value!, register: args[0]!, op: op.name as ReductionName })
        continue
      }
      // A reduction over no axis is its operand.
      const register = isReduction(this.#graph, i)
        ? args[0]!
        : program.compute(op.name as ElementwiseName, this.#graph.values[value!]!.dtype, args)
      registers.set(value!, register)
      const leaves = this.#needed.has(value!) || this.#readers[value!]!.some((j) => this.#nodes.has(j) && !group.has(j))
      if (leaves) outputs.push({ value: value!, register })
    }
    return { nodes, ...program.parts(), outputs, reducedAxes: axes, reductions }
  }

  /** Where the elements of `value` are found. */
  #source(value: ValueId): Source {
    let source = this.#sources.get(value)
    if (source === undefined) {
      source = this.#viewed(value) ?? { value, ...wholeView(this.#graph.values[value]!.shape) }
      this.#sources.set(value, source)
    }
    return source
  }

  #viewed(value: ValueId): Source | undefined {
    const node = this.#graph.nodes[this.#makers[value]!]
    if (node === undefined) return undefined
    // The numbers of an iota are those of one axis, seen from all others.
    if (isPrimitive(node, 'iota')) {
      const { shape, axis } = node.attributes
      return { value, shape, strides: shape.map((_, i) => (i === axis ? 1 : 0)), offset: 0 }
    }
    if (!this.#nodes.has(this.#makers[value]!)) return undefined
    const inner = () => this.#source(node.inputs[0]!)
    const over = (view: StridedView | undefined) => view && { ...view, value: inner().value }
    if (isPrimitive(node, 'broadcastTo')) return over(broadcastView(inner(), node.attributes.shape))
    if (isPrimitive(node, 'permute')) return over(permuteView(inner(), node.attributes.axes))
    if (isPrimitive(node, 'flip')) return over(flipView(inner(), node.attributes.axes))
    if (isPrimitive(node, 'reshape')) return over(reshapeView(inner(), node.attributes.shape))
    if (!isPrimitive(node, 'slice')) return undefined
    const { starts, ends, steps } = node.attributes
    return over(sliceView(inner(), starts, ends, steps))
  }

  /** Whether `value` is known without reading memory. */
  #isConstant(value: ValueId): boolean {
    return isConstant(this.#graph, this.#makers[value]!)
  }

  #isView(i: number): boolean {
    const { op } = this.#graph.nodes[i]!
    return isConstant(this.#graph, i) || (op.kind === 'primitive' && movements.has(op.name))
  }
}

const movements: ReadonlySet<string> = new Set(['reshape', 'broadcastTo', 'permute', 'slice', 'flip'])

function isConstant(graph: Graph, i: number): boolean {
  const node = graph.nodes[i]
  return node !== undefined && (isPrimitive(node, 'literal') || isPrimitive(node, 'iota'))
}
