import type { OnnxInitializer, OnnxModel } from '../proto/index.ts'

/**
 * The same model with other names for some of its values. Where a new name is taken by a value that keeps its own, that one
 * gives way.
 */
export function renameValues(model: OnnxModel, names: ReadonlyMap<string, string>): OnnxModel {
  const taken = new Set(names.values())
  const nameOf = (name: string): string => {
    const given = names.get(name)
    if (given !== undefined || name === '') return given ?? ''
    let free = name
    while (taken.has(free)) free += '_'
    return free
  }
  const named = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, name: nameOf(item.name) }))
  const { nodes, inputs, outputs, initializers } = model.graph
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) })),
      inputs: named(inputs),
      outputs: named(outputs),
      initializers: named(initializers),
    },
  }
}

/** The same model with tensors in the place of inputs; one that nothing reads is left out. */
export function fillInputs(model: OnnxModel, tensors: readonly OnnxInitializer[]): OnnxModel {
  const { graph } = model
  const filled = new Set(tensors.map(({ name }) => name))
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !filled.has(name)),
      initializers: [...tensors.filter(({ name }) => read.has(name)), ...graph.initializers],
    },
  }
}
