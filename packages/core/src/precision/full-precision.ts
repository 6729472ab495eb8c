import type { Module } from '../nn/module.ts'
import { clipGradNorm, clipGradValue } from '../optim/clip.ts'
import type { Closure, Optimizer, StepOptions } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { GradientClipAlgorithm, PrecisionPlugin, PrecisionStateDict } from './precision-plugin.ts'

/** '32-true': everything as the module has it. */
export class FullPrecision implements PrecisionPlugin {
  readonly precision: string = '32-true'

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

  backward(loss: Tensor): void {
    loss.backward()
  }

  postBackward(loss: Tensor): Tensor {
    return loss
  }

  optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    return optimizer.step(closure, options)
  }

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
