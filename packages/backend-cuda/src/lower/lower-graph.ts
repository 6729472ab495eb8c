import { decidingDType } from '@voltaic/core'
import {
  buildGraph,
  type Composite,
  capture,
  expand,
  type Graph,
  type GraphNode,
  inputValue,
  type PrimitiveName,
  type ValueId,
  withoutRecordingState,
} from '@voltaic/core/graph'
import type { Program } from '../program/program.ts'
import { ProgramBuilder, type Raw } from '../program/program-builder.ts'
import type { AttributeNumbers } from '../program/raw-attributes.ts'
import { Emitter, type Quirks } from './emitter.ts'
import { type CompositeRule, type LoweredNode, type Rule, wideArithmetic } from './rule.ts'
import { shareAdamPowers } from './rules/adam.ts'
import { compositeRules } from './rules/composites.ts'
import { indexingRules } from './rules/indexing.ts'
import { rules } from './rules.ts'
import { lowerScalar } from './scalars.ts'
import { exchangeOrder, narrow, roundToBfloat16, storage, widen } from './storage.ts'

/** Composites that the backend takes whole. */
export const composites: ReadonlySet<string> = new Set(Object.keys(compositeRules))

export interface LoweredGraph {
  /** Its outputs are the graph's and, where indices are to be checked by us, whether all are in range: 0-d, bool. */
  readonly program: Program
  /** Names of the ops whose indices those are. */
  readonly checked: readonly string[]
}

/** The raw ops of a graph whose ops are all supported. */
export function lowerGraph(graph: Graph, attributeNumbers: AttributeNumbers, quirks: Quirks): LoweredGraph {
  const builder = new ProgramBuilder(attributeNumbers, graph.inputCount)
  const emit = new Emitter(builder, quirks)
  const values: Raw[] = []
  for (let i = 0; i < graph.inputCount; i++) {
    const { dtype, shape } = graph.values[i]!
    values[i] = builder.input(i, { dtype: storage[dtype], shape })
  }
  for (const scalar of graph.scalars) {
    const raw = lowerScalar(emit, scalar)
    values[scalar.id] = raw
    emit.scalars.set(raw.slot, scalar)
  }
  shareAdamPowers(
    emit,
    graph.nodes.filter((node) => node.op.name === 'adamUpdate' && fusingRule(emit, graph, node) !== undefined),
    values,
  )
  lowerNodes(emit, graph, values)
  const outputs = graph.outputs.map((id) => values[id]!)
  builder.source = 'index checks'
  // All in one, behind the outputs of the graph.
  const checks = emit.checks.length === 0 ? [] : [emit.checks.reduce((a, b) => emit.op('LogicalAnd', a, b))]
  return {
    program: builder.build({ outputs: [...outputs, ...checks], donated: graph.donated }),
    checked: checkedOps(graph),
  }
}

/** Names of the ops that take indices, for messages. */
function checkedOps(graph: Graph): string[] {
  const names = new Set<string>(Object.keys(indexingRules))
  return [...new Set(graph.nodes.map(({ op }) => op.name).filter((name) => names.has(name)))]
}

/** Lowers all nodes; `values` begins with the inputs and scalars. */
function lowerNodes(emit: Emitter, graph: Graph, values: Raw[]): void {
  for (const node of graph.nodes) {
    emit.builder.source = node.op.name
    const inputs = node.inputs.map((id) => values[id]!)
    const outputs = lowerNode(emit, graph, node, inputs)
    for (const [i, raw] of outputs.entries()) values[node.outputs[i]!] = raw
  }
}

function lowerNode(emit: Emitter, graph: Graph, node: GraphNode, inputs: readonly Raw[]): readonly Raw[] {
  const specsOf = (ids: readonly ValueId[]) => ids.map((id) => graph.values[id]!)
  const [inputSpecs, outputSpecs] = [specsOf(node.inputs), specsOf(node.outputs)]
  // Kernels differ over what has no elements, and some divide by their number.
  if (outputSpecs.every(({ size }) => size === 0)) {
    return outputSpecs.map(({ dtype, shape }) => emit.full(0, storage[dtype], shape))
  }
  const dtype = decidingDType(graph, node)
  const lowered = { inputs, inputSpecs, outputSpecs, dtype, attributes: node.attributes }
  if (node.op.kind === 'primitive')
    return applyRule(emit, rules[node.op.name as PrimitiveName] as Rule<object>, lowered)
  const rule = fusingRule(emit, graph, node)
  if (rule !== undefined) return applyRule(emit, rule, lowered)
  return lowerDecomposed(emit, node.op as unknown as Composite<object>, lowered)
}

/** The rule by which a composite becomes raw ops in one piece, if it can. */
function fusingRule({ quirks }: Emitter, graph: Graph, node: GraphNode): CompositeRule<object> | undefined {
  const rule = compositeRules[node.op.name] as CompositeRule<object>
  const inputSpecs = node.inputs.map((id) => graph.values[id]!)
  const fuses = rule.fuses({ inputSpecs, dtype: decidingDType(graph, node), attributes: node.attributes }, quirks)
  return fuses ? rule : undefined
}

function applyRule(emit: Emitter, rule: Rule<object>, node: LoweredNode<object>): readonly Raw[] {
  const takes = rule.sums && emit.quirks.halfSums ? wideArithmetic : rule.takes
  const inputs = node.inputs.map((raw, i) => {
    const wide = widen(emit, raw, takes)
    return rule.ordered && node.inputSpecs[i]!.dtype === 'uint32' ? exchangeOrder(emit, wide) : wide
  })
  const lowered = rule.lower(emit, { ...node, inputs })
  const outputs = Array.isArray(lowered) ? (lowered as readonly Raw[]) : [lowered as Raw]
  return outputs.map((raw, i) => {
    const { dtype } = node.outputSpecs[i]!
    if (rule.ordered && dtype === 'uint32') return exchangeOrder(emit, raw)
    if (dtype === 'bfloat16' && rule.exact !== true) return roundToBfloat16(emit, raw)
    return narrow(emit, raw, dtype)
  })
}

function lowerDecomposed(emit: Emitter, op: Composite<object>, node: LoweredNode<object>): readonly Raw[] {
  const built = withoutRecordingState(() => {
    const leaves = node.inputSpecs.map((spec) => inputValue({ spec }))
    return buildGraph(capture(op.decompose(leaves, node.attributes), { leaves }))
  })
  const { graph, positions } = expand(built, composites)
  const values = [...node.inputs]
  lowerNodes(emit, graph, values)
  return positions.map((position) => values[graph.outputs[position]!]!)
}
