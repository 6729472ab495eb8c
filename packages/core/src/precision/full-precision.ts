import type { DType } from '../graph/dtype.ts'
import type { Module } from '../nn/module.ts'
import { clipGradNorm, clipGradValue } from '../optim/clip.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { GradientClipAlgorithm, PrecisionPlugin, PrecisionStateDict } from './precision-plugin.ts'

/** '32-true': everything as the module has it. What others are made of, too: it changes nothing. */
export class FullPrecision implements PrecisionPlugin {
  readonly precision: string = '32-true'
  readonly dtype: DType = 'float32'

  convertModule(_module: Module): void {}

  convertInput<Batch>(batch: Batch): Batch {
    return batch
  }

  forwardContext<T>(step: () => T): T {
    return step()
  }

  preBackward(loss: Tensor): Tensor {
    return loss
  }

  async backward(loss: Tensor, run: (loss: Tensor) => void | Promise<void>): Promise<void> {
    await run(loss)
  }

  postBackward(loss: Tensor): Tensor {
    return loss
  }

  optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    return optimizer.step(closure, options)
  }

  wasSkipped(_optimizer: Optimizer): boolean | Tensor {
    return false
  }

  async checkSkipped(): Promise<void> {}

  unscaleGradients(_optimizer: Optimizer): void {}

  clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void {
    if (clipValue <= 0) return
    const parameters = optimizer.paramGroups.flatMap((group) => group.params)
    if (algorithm === 'norm') clipGradNorm(parameters, clipValue)
    else clipGradValue(parameters, clipValue)
  }

  stateDict(): PrecisionStateDict {
    return {}
  }

  loadStateDict(_state: PrecisionStateDict): void {}
}
