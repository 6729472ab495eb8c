import type { PooledBuffer } from '../device/buffer-pool.ts'
import type { GpuDevice } from '../device/gpu-device.ts'
import type { Pipeline } from '../device/pipelines.ts'
import type { Place, Plan } from '../plan/plan.ts'

/** The memory of a run. */
export interface RunMemory {
  readonly inputs: readonly PooledBuffer[]
  /** `undefined` for those in the place of an input. */
  readonly outputs: readonly (PooledBuffer | undefined)[]
  readonly slots: readonly PooledBuffer[]
}

interface CachedGroup {
  readonly buffers: readonly PooledBuffer[]
  readonly group: GPUBindGroup
}

/** A pool gives the same buffers in turn, so a kernel meets few different sets of them. */
const MAX_GROUPS = 8

/**
 * Bind groups of an executable's kernels, kept for as long as the buffers are. A group costs several times what a dispatch
 * costs, and keeps its buffers from being freed.
 */
export class BindGroups {
  readonly #device: GpuDevice
  readonly #plan: Plan
  readonly #pipelines: readonly Pipeline[]
  readonly #scalars: GPUBuffer | undefined
  /** For each kernel where its buffers come from. */
  readonly #sources: readonly (readonly Place[])[]
  readonly #groups: CachedGroup[][]
  #memory: RunMemory = { inputs: [], outputs: [], slots: [] }

  constructor(device: GpuDevice, plan: Plan, pipelines: readonly Pipeline[], scalars: GPUBuffer | undefined) {
    this.#device = device
    this.#plan = plan
    this.#pipelines = pipelines
    this.#scalars = scalars
    this.#sources = plan.kernels.map(({ bindings }) => bindings.map(({ buffer }) => plan.places.get(buffer)!))
    this.#groups = plan.kernels.map(() => [])
  }

  /** Says where the buffers of the next run lie. */
  place(memory: RunMemory): void {
    this.#memory = memory
  }

  /** The group of kernel `i` in the run that was placed last. */
  get(i: number): GPUBindGroup {
    const buffers = this.#sources[i]!.map((place) => this.#find(place))
    const groups = this.#groups[i]!
    const known = groups.find((cached) => cached.buffers.every((buffer, j) => buffer === buffers[j]))
    if (known !== undefined) return known.group
    const group = this.#create(i, buffers)
    if (groups.length >= MAX_GROUPS) groups.shift()
    groups.push({ buffers, group })
    return group
  }

  /** Forgets groups of buffers that are gone. */
  evict(gone: readonly PooledBuffer[]): void {
    const dead = new Set(gone)
    for (const [i, groups] of this.#groups.entries()) {
      this.#groups[i] = groups.filter(({ buffers }) => !buffers.some((buffer) => dead.has(buffer)))
    }
  }

  clear(): void {
    for (const groups of this.#groups) groups.length = 0
    this.#memory = { inputs: [], outputs: [], slots: [] }
  }

  #find(place: Place): PooledBuffer {
    const { inputs, outputs, slots } = this.#memory
    return { input: inputs, output: outputs, slot: slots }[place.kind][place.index]!
  }

  #create(i: number, buffers: readonly PooledBuffer[]): GPUBindGroup {
    const { bindings, usesScalars, checksIndices } = this.#plan.kernels[i]!
    const all: GPUBufferBinding[] = buffers.map(({ buffer }, j) => ({ buffer, size: bindings[j]!.bytes }))
    if (usesScalars) all.push({ buffer: this.#scalars! })
    if (checksIndices) all.push({ buffer: this.#device.faults })
    return this.#device.gpu.createBindGroup({
      layout: this.#pipelines[i]!.layout,
      entries: all.map((resource, binding) => ({ binding, resource })),
    })
  }
}
