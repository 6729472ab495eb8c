import type { Graph, ValueId } from '@voltaic/core/graph'
import type { BufferId } from '../kernels/kernel.ts'

/** Values that lie in one buffer: a reshape and what it reshapes. */
export class SharedValues {
  readonly #graph: Graph
  readonly #outputs: ReadonlySet<ValueId>
  readonly #roots: Map<BufferId, BufferId> = new Map()

  constructor(graph: Graph) {
    this.#graph = graph
    this.#outputs = new Set(graph.outputs)
  }

  /** The buffer that stands for all that `buffer` lies in one place with; an output of the graph, where one is among them. */
  root(buffer: BufferId): BufferId {
    return this.#roots.get(buffer) ?? buffer
  }

  /** Lets `value` lie where `source` does; false where both are buffers of their own. */
  share(value: ValueId, source: ValueId): boolean {
    const [a, b] = [this.root(value), this.root(source)]
    if (this.#isBuffer(a) && this.#isBuffer(b)) return false
    const [kept, merged] = this.#isBuffer(a) ? [a, b] : [b, a]
    for (const [buffer, root] of this.#roots) if (root === merged) this.#roots.set(buffer, kept)
    this.#roots.set(merged, kept)
    return true
  }

  #isBuffer(value: ValueId): boolean {
    return value < this.#graph.inputCount + this.#graph.scalars.length || this.#outputs.has(value)
  }
}
