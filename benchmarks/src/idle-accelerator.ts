import type { Accelerator, DeviceBuffer } from '@voltaic/core'
import { type Graph, hostArray, type TensorSpec } from '@voltaic/core/graph'

/** An accelerator that takes every graph and computes nothing: what remains is the cost of everything around it. */
export class IdleAccelerator implements Accelerator {
  readonly name = 'idle'
  readonly lost: Promise<never> = new Promise(() => {})
  readonly capabilities: Accelerator['capabilities'] = {
    supports: () => 'native',
    composites: new Everything(),
    limits: { maxBufferBytes: Number.POSITIVE_INFINITY },
    numerics: { nonFinite: 'ieee', subnormals: 'keep' },
  }
  /** Graphs compiled, in their order. */
  readonly graphs: Graph[] = []
  readonly #onRun: () => void
  #executions = 0

  /** @param onRun - called when a graph would begin to run */
  constructor(onRun: () => void) {
    this.#onRun = onRun
  }

  async isAvailable(): ReturnType<Accelerator['isAvailable']> {
    return { available: true, device: 'none' }
  }

  async setup(): Promise<void> {}
  async teardown(): Promise<void> {}
  async synchronize(): Promise<void> {}

  upload(_data: unknown, spec: TensorSpec): DeviceBuffer {
    return new NoBuffer(spec)
  }

  async download(buffers: readonly DeviceBuffer[]): ReturnType<Accelerator['download']> {
    return buffers.map(({ spec }) => hostArray(spec.dtype, spec.size))
  }

  copy({ spec }: DeviceBuffer): DeviceBuffer {
    return new NoBuffer(spec)
  }

  async compile(graph: Graph): ReturnType<Accelerator['compile']> {
    this.graphs.push(graph)
    const outputs = graph.outputs.map((value) => graph.values[value]!)
    return {
      outputs,
      run: async () => {
        this.#onRun()
        this.#executions++
        return outputs.map((spec) => new NoBuffer(spec))
      },
      dispose() {},
    }
  }

  stats(): ReturnType<Accelerator['stats']> {
    return { liveBuffers: 0, liveBytes: 0, compiles: this.graphs.length, executions: this.#executions }
  }
}

class NoBuffer implements DeviceBuffer {
  readonly spec: TensorSpec
  readonly bytes = 0

  constructor(spec: TensorSpec) {
    this.spec = spec
  }

  dispose(): void {}
}

/** Names of all composites: each arrives whole, as the one node that the user recorded. */
class Everything extends Set<string> {
  override has(): boolean {
    return true
  }
}
