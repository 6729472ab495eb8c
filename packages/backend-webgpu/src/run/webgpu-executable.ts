import { AcceleratorError, type DeviceBuffer, type Executable } from '@voltaic/core'
import { formatSpec, type TensorSpec } from '@voltaic/core/graph'
import type { PooledBuffer } from '../device/buffer-pool.ts'
import { bufferUsage } from '../device/flags.ts'
import type { GpuBuffer } from '../device/gpu-buffer.ts'
import type { GpuDevice } from '../device/gpu-device.ts'
import type { Pipeline } from '../device/pipelines.ts'
import { formatPlan } from '../plan/format-plan.ts'
import type { Plan } from '../plan/plan.ts'
import { BindGroups } from './bind-groups.ts'

/** Dispatches that are submitted together: the device begins with the first ones while the others are written. */
const BATCH = 128

/** A planned graph, compiled. */
export class WebGpuExecutable implements Executable {
  readonly outputs: readonly TensorSpec[]
  readonly plan: Plan
  readonly #device: GpuDevice
  readonly #pipelines: readonly Pipeline[]
  readonly #bindGroups: BindGroups
  readonly #scalars: GPUBuffer | undefined
  #isDisposed = false

  private constructor(device: GpuDevice, plan: Plan, pipelines: readonly Pipeline[]) {
    this.outputs = plan.graph.outputs.map((value) => plan.graph.values[value]!)
    this.plan = plan
    this.#device = device
    this.#pipelines = pipelines
    const { scalarBytes } = plan.graph
    if (plan.kernels.some(({ usesScalars }) => usesScalars)) {
      const usage = bufferUsage.uniform | bufferUsage.copyTarget
      this.#scalars = device.gpu.createBuffer({ size: Math.ceil(scalarBytes / 16) * 16, usage })
    }
    this.#bindGroups = new BindGroups(device, plan, pipelines, this.#scalars)
    device.add(this)
  }

  static async compile(device: GpuDevice, plan: Plan): Promise<WebGpuExecutable> {
    const pipelines = await Promise.all(plan.kernels.map((kernel) => device.pipelines.get(kernel)))
    device.checkOpen()
    return new WebGpuExecutable(device, plan, pipelines)
  }

  // Declared async, so that whatever throws rejects; all is enqueued before the call returns.
  async run(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): Promise<readonly DeviceBuffer[]> {
    const buffers = this.#check(inputs, scalars)
    const { pool, gpu } = this.#device
    const slots = this.plan.slots.map((bytes) => pool.take(bytes))
    const outputs = this.outputs.map((spec, i) => {
      return this.plan.takenOver[i] === undefined ? this.#device.allocate(spec) : undefined
    })
    if (this.#scalars !== undefined) gpu.queue.writeBuffer(this.#scalars, 0, scalars)
    this.#enqueue(buffers, outputs, slots)
    for (const slot of slots) pool.give(slot)
    return this.#finish(buffers, outputs)
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#device.remove(this)
    this.#scalars?.destroy()
    this.#bindGroups.clear()
  }

  /** Forgets what names memory that is gone. */
  evict(buffers: readonly PooledBuffer[]): void {
    this.#bindGroups.evict(buffers)
  }

  /** The plan as text. */
  toString(): string {
    return formatPlan(this.plan)
  }

  #enqueue(
    inputs: readonly GpuBuffer[],
    outputs: readonly (GpuBuffer | undefined)[],
    slots: readonly PooledBuffer[],
  ): void {
    const { kernels } = this.plan
    if (kernels.length === 0) return
    const { gpu } = this.#device
    this.#bindGroups.place({
      inputs: inputs.map(({ memory }) => memory),
      outputs: outputs.map((output) => output?.memory),
      slots,
    })
    for (let first = 0; first < kernels.length; first += BATCH) {
      const encoder = gpu.createCommandEncoder()
      const pass = encoder.beginComputePass()
      for (let i = first; i < Math.min(first + BATCH, kernels.length); i++) {
        const [x, y, z] = kernels[i]!.workgroups
        pass.setPipeline(this.#pipelines[i]!.pipeline)
        pass.setBindGroup(0, this.#bindGroups.get(i))
        pass.dispatchWorkgroups(x, y, z)
      }
      pass.end()
      gpu.queue.submit([encoder.finish()])
    }
  }

  #finish(inputs: readonly GpuBuffer[], outputs: readonly (GpuBuffer | undefined)[]): readonly GpuBuffer[] {
    this.#device.executions++
    const results = outputs.map((output, i) => {
      return output ?? this.#device.adopt(this.outputs[i]!, inputs[this.plan.takenOver[i]!]!.handOver())
    })
    for (const i of this.plan.graph.donated) inputs[i]!.dispose()
    return results
  }

  #check(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): readonly GpuBuffer[] {
    const { values, inputCount, donated, scalarBytes } = this.plan.graph
    this.#device.checkOpen()
    if (this.#isDisposed) throw new AcceleratorError('webgpu: the executable was disposed; compile the graph again')
    if (inputs.length !== inputCount) {
      throw new AcceleratorError(`webgpu: the graph has ${inputCount} input(s), got ${inputs.length}`)
    }
    const buffers = inputs.map((input, i) => {
      const buffer = this.#device.own(input)
      // Reading the memory checks that the buffer is alive.
      if (buffer.spec === values[i] && buffer.memory.bytes > 0) return buffer
      throw new AcceleratorError(`webgpu: input ${i} is ${formatSpec(values[i]!)}, got ${formatSpec(buffer.spec)}`)
    })
    for (const i of donated) {
      if (buffers.indexOf(buffers[i]!) === buffers.lastIndexOf(buffers[i]!)) continue
      throw new AcceleratorError(`webgpu: a donated buffer is given once, got input ${i} at another place too`)
    }
    if (scalars.byteLength !== scalarBytes) {
      throw new AcceleratorError(`webgpu: the scalars take ${scalarBytes} bytes, got ${scalars.byteLength}`)
    }
    return buffers
  }
}
