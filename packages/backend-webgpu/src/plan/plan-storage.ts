import type { BufferId, Kernel } from '../kernels/kernel.ts'
import type { Lowering } from '../kernels/lowering.ts'
import { bytesOf } from '../wgsl/layout.ts'
import type { Place, Plan } from './plan.ts'
import type { SharedValues } from './shared-values.ts'

/** The kernels between which a buffer is written first and used last. */
interface Lifetime {
  readonly first: number
  last: number
}

/** Where every buffer lies, and which are one. */
export interface Storage extends Pick<Plan, 'places' | 'takenOver' | 'slots'> {
  readonly rootOf: (buffer: BufferId) => BufferId
}

/** Finds a place for every buffer: those of inputs and outputs, donated ones that outputs take over, and slots. */
export function planStorage(
  { graph, buffers }: Pick<Lowering, 'graph' | 'buffers'>,
  kernels: readonly Kernel[],
  shared: SharedValues,
): Storage {
  const sharedRoot = (buffer: BufferId) => shared.root(buffer)
  const lifetimes = lifetimesOf(kernels, sharedRoot)
  const takenOver = takeOver(graph, kernels, lifetimes, sharedRoot)
  const owners = new Map<BufferId, BufferId>()
  for (const [i, input] of takenOver.entries()) if (input !== undefined) owners.set(graph.outputs[i]!, input)
  const rootOf = (buffer: BufferId) => owners.get(sharedRoot(buffer)) ?? sharedRoot(buffer)

  const places = new Map<BufferId, Place>()
  for (let index = 0; index < graph.inputCount; index++) places.set(index, { kind: 'input', index })
  for (const [index, value] of graph.outputs.entries()) {
    if (takenOver[index] === undefined) places.set(value, { kind: 'output', index })
  }
  const inner = [...lifetimes].filter(([buffer]) => rootOf(buffer) === buffer && !places.has(buffer))
  const slots: number[] = []
  const freeFrom: number[] = []
  for (const [buffer, { first, last }] of inner) {
    const bytes = bytesOf(buffers[buffer]!)
    const index = bestSlot(slots, freeFrom, { bytes, first })
    slots[index] = Math.max(slots[index] ?? 0, bytes)
    freeFrom[index] = last + 1
    places.set(buffer, { kind: 'slot', index })
  }
  return { places, takenOver, slots, rootOf }
}

/** The free slot whose size is nearest, or a new one where all would have to grow to twice their size or waste half. */
function bestSlot(
  slots: readonly number[],
  freeFrom: readonly number[],
  { bytes, first }: { readonly bytes: number; readonly first: number },
): number {
  let best = slots.length
  let least = 2
  for (const [i, size] of slots.entries()) {
    const ratio = Math.max(size, bytes) / Math.min(size, bytes)
    if (freeFrom[i]! > first || ratio > least) continue
    best = i
    least = ratio
  }
  return best
}

function lifetimesOf(kernels: readonly Kernel[], rootOf: (buffer: BufferId) => BufferId): Map<BufferId, Lifetime> {
  const lifetimes = new Map<BufferId, Lifetime>()
  for (const [at, { operands }] of kernels.entries()) {
    for (const { buffer } of operands) {
      const root = rootOf(buffer)
      const known = lifetimes.get(root)
      if (known === undefined) lifetimes.set(root, { first: at, last: at })
      else known.last = at
    }
  }
  return lifetimes
}

/** The donated inputs that outputs may be written over: those that the writing kernel reads last, index by index. */
function takeOver(
  graph: Lowering['graph'],
  kernels: readonly Kernel[],
  lifetimes: ReadonlyMap<BufferId, Lifetime>,
  rootOf: (buffer: BufferId) => BufferId,
): (number | undefined)[] {
  const donated = new Set<BufferId>(graph.donated)
  return graph.outputs.map((value) => {
    const at = lifetimes.get(value)?.first
    if (at === undefined) return undefined
    const { operands, inPlace } = kernels[at]!
    const pair = inPlace.find(([written, read]) => {
      const input = rootOf(operands[read]!.buffer)
      const sameLayout = operands[written]!.spec.dtype === operands[read]!.spec.dtype
      const sameSize = operands[written]!.spec.size === operands[read]!.spec.size
      const isLast = donated.has(input) && lifetimes.get(input)!.last === at
      // What shares the input's place under another name could be read through other strides.
      const isOnly = operands.filter(({ buffer }) => rootOf(buffer) === input).length === 1
      return rootOf(operands[written]!.buffer) === value && sameLayout && sameSize && isLast && isOnly
    })
    if (pair === undefined) return undefined
    const input = rootOf(operands[pair[1]]!.buffer)
    donated.delete(input)
    return input
  })
}
