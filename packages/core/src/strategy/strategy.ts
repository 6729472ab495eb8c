import type { Accelerator } from '../accelerator/accelerator.ts'
import type { Module } from '../nn/module.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import type { PrecisionPlugin } from '../precision/precision-plugin.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A step of the user's: training, validation, test or predict. */
export type Step<Result> = () => Result

/**
 * Where and how steps run: owns an accelerator and a precision plugin, and decides what several processes exchange. Loops
 * speak to it alone.
 */
export interface Strategy {
  readonly accelerator: Accelerator
  readonly precision: PrecisionPlugin
  /** Number of this process, 0 ≤ globalRank < worldSize. */
  readonly globalRank: number
  readonly worldSize: number
  /** Whether this process is the one that writes and prints. */
  readonly isGlobalZero: boolean
  /** Opens the accelerator and brings the module to it. When it rejects, everything is as before. */
  setup(module: Module): Promise<void>
  /** Brings every tensor back to the host, where it stays usable, and closes the accelerator. */
  teardown(): Promise<void>
  /** Runs `fn` with this strategy's accelerator in use. */
  run<T>(fn: () => Promise<T>): Promise<T>
  /** A batch of host arrays as tensors, which expire with the step. */
  batchToDevice(batch: unknown): unknown
  /** Runs a step of the user's in the precision's context. */
  step<Result>(step: Step<Result>): Result
  /**
   * Adds up the gradients of `loss`.
   *
   * @param backward - the module's hook, which gets the loss as the precision wants it
   * @returns the loss as it is shown
   */
  backward(loss: Tensor, backward: (loss: Tensor) => void | Promise<void>): Promise<Tensor>
  /** The mean of each tensor over all processes. */
  allReduce(tensors: readonly Tensor[]): Promise<Tensor[]>
  optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null>
  /** `value` of process `from`, on every process. */
  broadcast<T>(value: T, from?: number): Promise<T>
  /** Waits for all processes. */
  barrier(): Promise<void>
  /** Runs `fn`, in which backward passes exchange no gradients. */
  noBackwardSync<T>(fn: () => T): T
}
