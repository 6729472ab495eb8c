import type { DType } from '../graph/dtype.ts'
import type { Module } from '../nn/module.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** How gradients are clipped: by their joint Euclidean norm, or element by element. */
export type GradientClipAlgorithm = 'norm' | 'value'

/** State of a plugin, as saved. */
export type PrecisionStateDict = Readonly<Record<string, unknown>>

/**
 * What a precision changes about training, at Lightning's hook points. A strategy calls them; a plugin knows no loop and no
 * accelerator.
 */
export interface PrecisionPlugin {
  /** The name by which it is asked for: `'32-true'`. */
  readonly precision: string
  /** The dtype that it takes beside float32: an accelerator that does not declare it is refused. */
  readonly dtype: DType
  /** Casts parameters and buffers, once, before training. */
  convertModule(module: Module): void
  /** Casts the floating tensors of a batch. */
  convertInput<Batch>(batch: Batch): Batch
  /** Runs a training, validation, test or predict step; of one that is asynchronous until its promise is settled. */
  forwardContext<T>(step: () => T): T
  /** The loss as it goes into the backward pass: scaled, say. */
  preBackward(loss: Tensor): Tensor
  /**
   * Adds up the gradients of `loss`, as given by `preBackward`.
   *
   * @param run - the backward pass, `loss.backward()` unless a module overrides it
   */
  backward(loss: Tensor, run: (loss: Tensor) => void | Promise<void>): Promise<void>
  /** The loss as it is shown after the backward pass. */
  postBackward(loss: Tensor): Tensor
  /**
   * One step of `optimizer`.
   *
   * @param closure - forward, backward, `unscaleGradients` if there was a loss, and the hooks before the update
   * @param options - for the optimizer's step
   * @returns what the closure returned
   */
  optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null>
  /** Whether the last step of `optimizer` was skipped: known at once, or a bool scalar that the commit of the step realises. */
  wasSkipped(optimizer: Optimizer): boolean | Tensor
  /** After a commit with skipped steps. @throws UnderflowError when no step can succeed any more */
  checkSkipped(): Promise<void>
  /** Brings the gradients of `optimizer` to their true size; a second call in the same step changes nothing. */
  unscaleGradients(optimizer: Optimizer): void
  /** Clips the gradients of `optimizer`; `clipValue` ≤ 0 clips nothing. */
  clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void
  stateDict(): PrecisionStateDict
  loadStateDict(state: PrecisionStateDict): void
}
