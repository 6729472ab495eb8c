/** A directed edge with room for `capacity`. */
interface Edge {
  readonly to: number
  capacity: number
  /** The edge the other way round, which takes back what flows here. */
  readonly back: number
}

/**
 * The cheapest way to cut a network in two.
 *
 * L. R. Ford, D. R. Fulkerson, "Maximal flow through a network" (1956), with shortest paths first (J. Edmonds,
 * R. M. Karp, 1972).
 */
export class MinCut {
  readonly source: number = 0
  readonly sink: number = 1
  readonly #edges: Edge[] = []
  readonly #out: number[][] = [[], []]

  vertex(): number {
    return this.#out.push([]) - 1
  }

  /** Cutting between the two, `from` on the source's side, costs `capacity`. */
  edge(from: number, to: number, capacity: number): void {
    const at = this.#edges.length
    this.#edges.push({ to, capacity, back: at + 1 }, { to: from, capacity: 0, back: at })
    this.#out[from]!.push(at)
    this.#out[to]!.push(at + 1)
  }

  /** The vertices on the source's side of a cheapest cut, as few as there can be. */
  solve(): ReadonlySet<number> {
    for (;;) {
      const reachedBy = this.#search()
      if (reachedBy[this.sink] === -1) {
        return new Set([...this.#out.keys()].filter((vertex) => vertex === this.source || reachedBy[vertex] !== -1))
      }
      const path: Edge[] = []
      for (let at = this.sink; at !== this.source; ) {
        const edge = this.#edges[reachedBy[at]!]!
        path.push(edge)
        at = this.#edges[edge.back]!.to
      }
      const flow = path.reduce((least, edge) => Math.min(least, edge.capacity), Number.POSITIVE_INFINITY)
      for (const edge of path) {
        edge.capacity -= flow
        this.#edges[edge.back]!.capacity += flow
      }
    }
  }

  /** For each vertex that still can be reached, the edge by which it is, until the sink is; else −1. */
  #search(): Int32Array {
    const reachedBy = new Int32Array(this.#out.length).fill(-1)
    const queue = [this.source]
    for (const vertex of queue) {
      for (const at of this.#out[vertex]!) {
        const { to, capacity } = this.#edges[at]!
        if (capacity <= 0 || to === this.source || reachedBy[to] !== -1) continue
        reachedBy[to] = at
        if (to === this.sink) return reachedBy
        queue.push(to)
      }
    }
    return reachedBy
  }
}
