import { AcceleratorError, type DeviceBuffer, type Executable } from '@voltaic/core'
import { formatSpec, type TensorSpec, type ValueId } from '@voltaic/core/graph'
import type { CpuBuffer } from './device/cpu-buffer.ts'
import type { CpuDevice } from './device/cpu-device.ts'
import { Descriptors } from './device/descriptors.ts'
import { formatPlan } from './plan/format-plan.ts'
import type { Plan } from './plan/plan.ts'
import { CpuSession } from './session/cpu-session.ts'
import { instantiateKernels } from './wasm/kernel-module.ts'

type Runner =
  | { readonly kind: 'wasm'; readonly run: () => void }
  | { readonly kind: 'session'; readonly session: CpuSession }

/** A planned graph, compiled. */
export class CpuExecutable implements Executable {
  readonly outputs: readonly TensorSpec[]
  readonly plan: Plan
  readonly #device: CpuDevice
  readonly #descriptors: Descriptors
  readonly #runners: readonly Runner[]
  readonly #isSynchronous: boolean
  #state: 'live' | 'disposed' = 'live'

  private constructor(device: CpuDevice, plan: Plan, descriptors: Descriptors, runners: readonly Runner[]) {
    this.outputs = plan.graph.outputs.map((value) => plan.graph.values[value]!)
    this.plan = plan
    this.#device = device
    this.#descriptors = descriptors
    this.#runners = runners
    this.#isSynchronous = runners.every((runner) => runner.kind === 'wasm')
    device.add(this)
  }

  static async compile(device: CpuDevice, plan: Plan): Promise<CpuExecutable> {
    const descriptors = new Descriptors(device.memory, plan)
    try {
      const functions = await instantiateKernels(descriptors.steps, device.memory.wasm)
      const runners: Runner[] = []
      for (const step of plan.steps) {
        if (step.kind === 'wasm') runners.push({ kind: 'wasm', run: functions.shift()! })
        else runners.push({ kind: 'session', session: await CpuSession.create(device, plan.graph, step) })
      }
      return new CpuExecutable(device, plan, descriptors, runners)
    } catch (error) {
      descriptors.free()
      throw error
    }
  }

  // Declared async, so that whatever throws rejects; the checks run before the call returns.
  async run(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): Promise<readonly DeviceBuffer[]> {
    const buffers = this.#check(inputs, scalars)
    const { queue } = this.#device
    if (queue.idle && this.#isSynchronous) return this.#runNow(buffers, scalars)
    for (const buffer of buffers) buffer.hold()
    const block = queue.idle ? scalars : scalars.slice(0)
    try {
      return await queue.add(() => this.#run(buffers, block))
    } finally {
      for (const buffer of buffers) buffer.release()
    }
  }

  dispose(): void {
    if (this.#state === 'disposed') return
    this.#state = 'disposed'
    this.#device.remove(this)
    void this.#release()
  }

  /** The plan as text. */
  toString(): string {
    return formatPlan(this.plan)
  }

  async #release(): Promise<void> {
    await this.#device.queue.drain()
    this.#descriptors.free()
    for (const runner of this.#runners) if (runner.kind === 'session') runner.session.dispose()
  }

  #runNow(inputs: readonly CpuBuffer[], scalars: ArrayBuffer): readonly CpuBuffer[] {
    const pointers = this.#begin(inputs, scalars)
    try {
      for (const runner of this.#runners) if (runner.kind === 'wasm') runner.run()
    } catch (error) {
      this.#abandon(pointers)
      throw error
    }
    return this.#finish(inputs, pointers)
  }

  async #run(inputs: readonly CpuBuffer[], scalars: ArrayBuffer): Promise<readonly CpuBuffer[]> {
    const pointers = this.#begin(inputs, scalars)
    try {
      const pointerOf = (value: ValueId) => this.#descriptors.pointerOf(value)
      for (const runner of this.#runners) {
        if (runner.kind === 'wasm') runner.run()
        else await runner.session.run(pointerOf)
      }
    } catch (error) {
      this.#abandon(pointers)
      throw error
    }
    return this.#finish(inputs, pointers)
  }

  /** Gives each output its block, and writes all addresses into the descriptors. */
  #begin(inputs: readonly CpuBuffer[], scalars: ArrayBuffer): readonly number[] {
    const { takenOver, scratchBytes } = this.plan
    const { memory } = this.#device
    const addresses = inputs.map((buffer) => buffer.heldPointer)
    const scratch = this.#device.scratch(scratchBytes)
    const pointers: number[] = []
    try {
      for (const [i, spec] of this.outputs.entries()) {
        const input = takenOver[i]
        pointers.push(input === undefined ? memory.allocate(spec.bytes) : addresses[input]!)
      }
    } catch (error) {
      this.#abandon(pointers)
      throw error
    }
    this.#descriptors.fill({ inputs: addresses, outputs: pointers, scratch }, scalars)
    return pointers
  }

  /** Frees the outputs of a run that failed. */
  #abandon(pointers: readonly number[]): void {
    for (const [i, pointer] of pointers.entries()) {
      if (this.plan.takenOver[i] === undefined) this.#device.memory.free(pointer, this.outputs[i]!.bytes)
    }
  }

  #finish(inputs: readonly CpuBuffer[], pointers: readonly number[]): readonly CpuBuffer[] {
    this.#device.executions++
    for (const input of this.plan.takenOver) if (input !== undefined) inputs[input]!.handOver()
    for (const input of this.plan.graph.donated) inputs[input]!.dispose()
    return pointers.map((pointer, i) => this.#device.adopt(this.outputs[i]!, pointer))
  }

  #check(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): readonly CpuBuffer[] {
    const { values, inputCount, donated, scalarBytes } = this.plan.graph
    this.#device.checkOpen()
    if (this.#state === 'disposed')
      throw new AcceleratorError('cpu: the executable was disposed; compile the graph again')
    if (inputs.length !== inputCount) {
      throw new AcceleratorError(`cpu: the graph has ${inputCount} input(s), got ${inputs.length}`)
    }
    const buffers = inputs.map((input, i) => {
      const buffer = this.#device.own(input)
      // Reading the address checks that the buffer is alive.
      if (buffer.spec === values[i] && buffer.pointer >= 0) return buffer
      throw new AcceleratorError(`cpu: input ${i} is ${formatSpec(values[i]!)}, got ${formatSpec(buffer.spec)}`)
    })
    for (const i of donated) {
      if (buffers.indexOf(buffers[i]!) === buffers.lastIndexOf(buffers[i]!)) continue
      throw new AcceleratorError(`cpu: a donated buffer is given once, got input ${i} at another place too`)
    }
    if (scalars.byteLength !== scalarBytes) {
      throw new AcceleratorError(`cpu: the scalars take ${scalarBytes} bytes, got ${scalars.byteLength}`)
    }
    return buffers
  }
}
