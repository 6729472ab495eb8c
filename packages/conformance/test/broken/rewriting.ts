import { type Accelerator, type DeviceBuffer, type Executable, reference } from '@voltaic/core'
import {
  buildGraph,
  capture,
  type Graph,
  type GraphNode,
  placeholders,
  primitives,
  record,
  replay,
  type Value,
  withoutRecordingState,
} from '@voltaic/core/graph'
import { decorated, decoratedExecutable } from '../../src/decorators/decorated.ts'

/** What a node becomes: other values of the same specs; undefined leaves it as it is. */
export type Visit = (node: GraphNode, inputs: readonly Value[], graph: Graph) => readonly Value[] | undefined

/** A reference that runs other graphs than it is given. */
export function rewriting(visit: Visit, inner: Accelerator = reference()): Accelerator {
  return decorated(inner, { compile: (graph) => compileRewritten(inner, graph, visit) })
}

/** A reference of which every fifth run is of a rewritten graph. */
export function alternating(visit: Visit, inner: Accelerator = reference()): Accelerator {
  let runs = 0
  return decorated(inner, {
    async compile(graph) {
      const [honest, other] = [await inner.compile(graph), await compileRewritten(inner, graph, visit)]
      return decoratedExecutable(honest, {
        run: (inputs, scalars) => (++runs % 5 === 0 ? other : honest).run(inputs, scalars),
        dispose() {
          honest.dispose()
          other.dispose()
        },
      })
    },
    // Two executables for one graph.
    stats: () => ({ ...inner.stats(), compiles: inner.stats().compiles / 2 }),
  })
}

async function compileRewritten(inner: Accelerator, graph: Graph, visit: Visit): Promise<Executable> {
  const { rewritten, positions } = rewrite(graph, visit)
  const executable = await inner.compile(rewritten)
  return decoratedExecutable(executable, {
    outputs: graph.outputs.map((id) => graph.values[id]!),
    async run(inputs, scalars) {
      const results = await executable.run(inputs, scalars)
      const given = new Set<DeviceBuffer>()
      return positions.map((position) => {
        const result = results[position]!
        // Outputs that have become one value are still buffers of their own.
        if (given.has(result)) return inner.copy(result)
        given.add(result)
        return result
      })
    },
  })
}

function rewrite(graph: Graph, visit: Visit): { readonly rewritten: Graph; readonly positions: readonly number[] } {
  return withoutRecordingState(() => {
    const leaves = placeholders(graph)
    const values = replay(
      graph,
      leaves,
      (node, inputs) => visit(node, inputs, graph) ?? record(node.op, inputs, node.attributes as never),
    )
    const outputs = graph.outputs.map((id) => {
      const value = values[id]!
      // A result is a buffer of its own.
      return leaves.includes(value) ? record(primitives.reshape, [value], { shape: value.spec.shape })[0]! : value
    })
    const donated = new Set(graph.donated.map((i) => leaves[i]!))
    const built = buildGraph(capture(outputs, { leaves, donates: (leaf) => donated.has(leaf) }))
    return { rewritten: built.graph, positions: built.positions }
  })
}
