import type { Graph, ValueId } from '@voltaic/core/graph'

/** Values that lie in the same bytes: a reshape and what it reshapes. */
export class SharedValues {
  readonly #graph: Graph
  readonly #outputs: ReadonlySet<ValueId>
  readonly #roots: ValueId[]

  constructor(graph: Graph) {
    this.#graph = graph
    this.#outputs = new Set(graph.outputs)
    this.#roots = graph.values.map((_, value) => value)
  }

  /** The value that stands for all that share bytes with `value`; an output of the graph, where one is among them. */
  root(value: ValueId): ValueId {
    return this.#roots[value]!
  }

  /** Lets `value` lie where `source` does; false where both are buffers of their own. */
  share(value: ValueId, source: ValueId): boolean {
    const [a, b] = [this.root(value), this.root(source)]
    if (this.#isBuffer(a) && this.#isBuffer(b)) return false
    const [kept, merged] = this.#isBuffer(a) ? [a, b] : [b, a]
    for (const [i, root] of this.#roots.entries()) if (root === merged) this.#roots[i] = kept
    return true
  }

  #isBuffer(value: ValueId): boolean {
    return value < this.#graph.inputCount + this.#graph.scalars.length || this.#outputs.has(value)
  }
}
