import type { Graph, ValueId } from '@voltaic/core/graph'
import type { CpuDevice } from '../device/cpu-device.ts'
import type { SessionStep } from '../plan/plan.ts'
import { modelOf, nameOf } from './model.ts'
import type { OrtSession, OrtTensor } from './ort.ts'
import { sessionOptions } from './session-options.ts'

/** One ONNX session over the device's memory: nothing is copied on its way in. */
export class CpuSession {
  readonly #device: CpuDevice
  readonly #graph: Graph
  readonly #session: OrtSession
  readonly #inputs: readonly ValueId[]
  readonly #outputs: readonly ValueId[]

  private constructor(device: CpuDevice, graph: Graph, session: OrtSession, { inputs, outputs }: SessionStep) {
    this.#device = device
    this.#graph = graph
    this.#session = session
    this.#inputs = inputs
    this.#outputs = outputs
  }

  static async create(device: CpuDevice, graph: Graph, step: SessionStep): Promise<CpuSession> {
    const model = modelOf(graph, step)
    const session = await device.ort.InferenceSession.create(model, sessionOptions(device.threads))
    return new CpuSession(device, graph, session, step)
  }

  /** Runs once, on the bytes at the addresses of its values. */
  async run(pointerOf: (value: ValueId) => number): Promise<void> {
    const tensors = (values: readonly ValueId[]) => {
      const named: Record<string, OrtTensor> = {}
      for (const value of values) {
        named[nameOf(value)] = this.#device.tensors.at(pointerOf(value), this.#graph.values[value]!)
      }
      return named
    }
    await this.#session.run(tensors(this.#inputs), tensors(this.#outputs))
  }

  dispose(): void {
    void this.#session.release()
  }
}
