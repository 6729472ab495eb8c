import type { DType, Graph, Region, ValueId } from '@voltaic/core/graph'
import { type BufferSpec, isPacked } from '../wgsl/layout.ts'
import type { BufferId, Kernel, KernelOperand } from './kernel.ts'
import { scalarExpression } from './region/program.ts'

/** What kernels may count on. */
export interface KernelLimits {
  /** Buffers that a kernel may bind. */
  readonly maxBuffers: number
  /** Invocations of a workgroup: a power of two. */
  readonly maxThreads: number
  /** Bytes of memory that a workgroup shares. */
  readonly maxSharedBytes: number
}

/** The kernels of a graph, as they are found, and the buffers that they use beside its values. */
export class Lowering {
  readonly graph: Graph
  readonly limits: KernelLimits
  readonly kernels: Kernel[] = []
  readonly #buffers: BufferSpec[]
  readonly #scalars: ReadonlyMap<ValueId, Graph['scalars'][number]>

  constructor(graph: Graph, limits: KernelLimits) {
    this.graph = graph
    this.limits = limits
    this.#buffers = graph.values.map(({ dtype, size }) => ({ dtype, size, wide: false }))
    this.#scalars = new Map(graph.scalars.map((scalar) => [scalar.id, scalar]))
  }

  /** Specs of all buffers: first the values of the graph. */
  get buffers(): readonly BufferSpec[] {
    return this.#buffers
  }

  spec(buffer: BufferId): BufferSpec {
    return this.#buffers[buffer]!
  }

  /** A buffer that only kernels know. */
  temporary(dtype: DType, size: number): BufferId {
    return this.#buffers.push({ dtype, size, wide: true }) - 1
  }

  read(buffer: BufferId): KernelOperand {
    return { buffer, spec: this.spec(buffer), access: 'read' }
  }

  write(buffer: BufferId): KernelOperand {
    return { buffer, spec: this.spec(buffer), access: 'write' }
  }

  emit(kernel: Kernel): void {
    this.kernels.push(kernel)
  }

  /** The expression of a runtime scalar; `undefined` where `value` is none. */
  scalar(value: ValueId): string | undefined {
    const scalar = this.#scalars.get(value)
    return scalar && scalarExpression(scalar)
  }

  /**
   * A buffer in which every number of `value` can be stored apart: its own, or one from which `finish` packs them.
   */
  target(value: ValueId): BufferId {
    const spec = this.spec(value)
    return isPacked(spec) ? this.temporary(spec.dtype, spec.size) : value
  }

  /** The region that copies the numbers of `buffer` to `value`, where they are two: to be lowered after what fills `buffer`. */
  packing(buffer: BufferId, value: ValueId): Region | undefined {
    if (buffer === value) return undefined
    const { dtype, size } = this.spec(value)
    return {
      nodes: [],
      shape: [size],
      inputs: [{ value: buffer, strides: [1], offset: 0 }],
      program: [{ op: 'load', dtype, input: 0 }],
      outputs: [{ value, register: 0 }],
      reducedAxes: [],
      reductions: [],
    }
  }

  /** Shape of a value of the graph. */
  shape(value: ValueId): readonly number[] {
    return this.graph.values[value]!.shape
  }
}
