import type { Accelerator } from '../accelerator/accelerator.ts'
import type { Module } from '../nn/module.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import type { PrecisionPlugin } from '../precision/precision-plugin.ts'
import { handOver, moveSlots, releaseAccelerator, withAccelerator } from '../tensor/accelerator-in-use.ts'
import { commit } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { toTensors } from './batch-to-device.ts'
import { checkPrecision } from './check-precision.ts'
import type { Step, Strategy } from './strategy.ts'

/** One process, one device. */
export class SingleDeviceStrategy implements Strategy {
  readonly accelerator: Accelerator
  readonly precision: PrecisionPlugin
  readonly globalRank: number = 0
  readonly worldSize: number = 1
  readonly isGlobalZero: boolean = true

  constructor(accelerator: Accelerator, precision: PrecisionPlugin) {
    this.accelerator = accelerator
    this.precision = precision
  }

  async setup(module: Module): Promise<void> {
    await this.accelerator.setup()
    try {
      checkPrecision(this.accelerator, this.precision)
      await handOver(this.accelerator)
      this.precision.convertModule(module)
      await this.#realiseParameters()
      const slots = [...module.parameters(), ...module.buffers()].map(({ slot }) => slot)
      // Another run's commit may have realised them where that runs.
      await moveSlots(slots, this.accelerator)
    } catch (error) {
      await this.teardown()
      throw error
    }
  }

  /** Fresh parameters are recorded draws: realised here, they are not part of the first step's graph. */
  async #realiseParameters(): Promise<void> {
    const step = await openStep(this.accelerator)
    try {
      await commit()
    } finally {
      step.close()
    }
  }

  async teardown(): Promise<void> {
    try {
      await releaseAccelerator(this.accelerator)
    } finally {
      await this.accelerator.teardown()
    }
  }

  run<T>(fn: () => Promise<T>): Promise<T> {
    return withAccelerator(this.accelerator, fn)
  }

  batchToDevice(batch: unknown): unknown {
    return this.precision.convertInput(toTensors(batch))
  }

  step<Result>(step: Step<Result>): Result {
    return this.precision.forwardContext(step)
  }

  async backward(loss: Tensor, backward: (loss: Tensor) => void | Promise<void>): Promise<Tensor> {
    await this.precision.backward(loss, backward)
    return this.precision.postBackward(loss)
  }

  async allReduce(tensors: readonly Tensor[]): Promise<Tensor[]> {
    return [...tensors]
  }

  optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    return this.precision.optimizerStep(optimizer, closure, options)
  }

  async broadcast<T>(value: T): Promise<T> {
    return value
  }

  async barrier(): Promise<void> {}

  noBackwardSync<T>(fn: () => T): T {
    return fn()
  }
}
