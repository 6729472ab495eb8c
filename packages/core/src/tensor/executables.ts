import type { Accelerator, Executable } from '../accelerator/accelerator.ts'
import { type BuiltGraph, buildGraph, expand } from '../graph/build-graph.ts'
import { type Capture, sameKey } from '../graph/capture.ts'
import type { Graph } from '../graph/graph.ts'
import type { NumberStorage } from '../graph/record.ts'

/** An executable, and how a capture of its structure is run on it. */
export interface CachedExecutable {
  readonly graph: Graph
  readonly executable: Executable
  /** Where each captured output is found among the results. */
  readonly positions: readonly number[]
  /** Places of the user's numbers that arrive as runtime scalars. */
  readonly promoted: readonly number[]
}

interface Entry {
  readonly key: Int32Array
  /** Places of the user's numbers that have been seen with two values, for good. */
  readonly promoted: Set<number>
  numbers: readonly number[]
  compiled: Promise<CachedExecutable>
  settled: CachedExecutable | null
  usedAt: number
  bytes: number
}

export interface ExecutableCacheOptions {
  /** Most executables kept. Default 512. */
  readonly maxCount?: number
  /** How many are kept whatever their size. Default 8. */
  readonly minCount?: number
  /** Most bytes of values that the kept executables' graphs may name in all. Default 8 GiB. */
  readonly maxBytes?: number
}

/** Counters of a cache. */
export interface ExecutableStats {
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  readonly cached: number
}

/** Compiled graphs by structure: no structure is compiled twice while it is kept. */
export class ExecutableCache {
  readonly #accelerator: Accelerator
  readonly #entries = new Map<number, Entry[]>()
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #minCount: number
  #count = 0
  #bytes = 0
  #clock = 0
  #hits = 0
  #misses = 0
  #evictions = 0
  #warned = false

  constructor(
    accelerator: Accelerator,
    { maxCount = 512, minCount = 8, maxBytes = 8 * 2 ** 30 }: ExecutableCacheOptions = {},
  ) {
    this.#accelerator = accelerator
    this.#maxCount = maxCount
    this.#minCount = minCount
    this.#maxBytes = maxBytes
  }

  /** The executable for a capture, compiled if it is new. A hit is returned as it is, not as a promise. */
  get(captured: Capture): CachedExecutable | Promise<CachedExecutable> {
    const known = this.#entries.get(captured.hash)?.find((entry) => sameKey(entry.key, captured.key))
    if (known !== undefined && this.#numbersAgree(known, captured)) {
      this.#hits++
      known.usedAt = ++this.#clock
      return known.settled ?? known.compiled
    }
    this.#misses++
    if (known !== undefined) return this.#recompile(known, captured)
    return this.#add(captured)
  }

  stats(): ExecutableStats {
    return { hits: this.#hits, misses: this.#misses, evictions: this.#evictions, cached: this.#count }
  }

  /** Disposes of everything. */
  clear(): void {
    for (const entries of this.#entries.values()) for (const entry of entries) discard(entry)
    this.#entries.clear()
    this.#count = 0
    this.#bytes = 0
  }

  /** Whether the user's numbers are those compiled in; one that differs is promoted. */
  #numbersAgree(entry: Entry, captured: Capture): boolean {
    let agree = true
    for (const [i, value] of numbersOf(captured).entries()) {
      if (entry.promoted.has(i) || Object.is(value, entry.numbers[i])) continue
      entry.promoted.add(i)
      agree = false
    }
    return agree
  }

  #add(captured: Capture): Promise<CachedExecutable> {
    const entry: Entry = {
      key: captured.key.slice(),
      promoted: new Set(),
      numbers: numbersOf(captured),
      compiled: Promise.reject(new Error('not compiled')),
      settled: null,
      usedAt: ++this.#clock,
      bytes: 0,
    }
    entry.compiled.catch(() => {})
    this.#entries.set(captured.hash, [...(this.#entries.get(captured.hash) ?? []), entry])
    this.#count++
    return this.#compile(entry, captured)
  }

  #recompile(entry: Entry, captured: Capture): Promise<CachedExecutable> {
    entry.numbers = numbersOf(captured)
    entry.usedAt = ++this.#clock
    this.#bytes -= entry.bytes
    entry.bytes = 0
    discard(entry)
    return this.#compile(entry, captured)
  }

  #compile(entry: Entry, captured: Capture): Promise<CachedExecutable> {
    // The capture's key and marks are valid only now: the graph is built before anything is awaited.
    const { graph, positions } = this.#build(entry, captured)
    const promoted = [...entry.promoted].sort((a, b) => a - b)
    entry.settled = null
    entry.bytes = graph.values.reduce((total, spec) => total + spec.bytes, 0)
    this.#bytes += entry.bytes
    this.#evict(entry)
    const compiled = this.#accelerator.compile(graph).then((executable) => {
      const settled = { graph, executable, positions, promoted }
      entry.settled = settled
      return settled
    })
    entry.compiled = compiled
    compiled.catch(() => this.#remove(entry))
    return compiled
  }

  #build(entry: Entry, captured: Capture): BuiltGraph {
    try {
      return expand(buildGraph(captured, entry.promoted), this.#accelerator.capabilities.composites)
    } catch (error) {
      this.#remove(entry)
      throw error
    }
  }

  #evict(fresh: Entry): void {
    if (!this.#isOverfull()) return
    const entries = [...this.#entries.values()].flat().sort((a, b) => a.usedAt - b.usedAt)
    for (const entry of entries) {
      if (!this.#isOverfull()) return
      if (entry === fresh || entry.settled === null) continue
      this.#remove(entry)
      discard(entry)
      this.#evictions++
      this.#warnOnce()
    }
  }

  #isOverfull(): boolean {
    // However large one model is, its training and its validation must not push each other out.
    return this.#count > this.#maxCount || (this.#bytes > this.#maxBytes && this.#count > this.#minCount)
  }

  #warnOnce(): void {
    // Large graphs take turns by their bytes: nothing is wrong with the program then.
    if (this.#warned || this.#count < this.#maxCount) return
    this.#warned = true
    console.warn(
      `${this.#accelerator.name}: more than ${this.#maxCount} graphs were compiled and the oldest are being dropped; do shapes or structure change every step? Pad batches to a few fixed shapes`,
    )
  }

  #remove(entry: Entry): void {
    for (const [hash, entries] of this.#entries) {
      if (!entries.includes(entry)) continue
      const rest = entries.filter((other) => other !== entry)
      if (rest.length === 0) this.#entries.delete(hash)
      else this.#entries.set(hash, rest)
      this.#count--
      this.#bytes -= entry.bytes
      return
    }
  }
}

function numbersOf(captured: Capture): number[] {
  return captured.numbers.map((number) => (number.storage as NumberStorage).value)
}

function discard(entry: Entry): void {
  entry.compiled.then(
    ({ executable }) => executable.dispose(),
    () => {},
  )
}
