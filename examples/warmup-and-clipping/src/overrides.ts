import type { GradientClippingOptions, OptimizerStepOptions } from '@voltaic/core'
import { lr, Recorded } from './recorded.ts'

export const warmupSteps = 5

/** The learning rate rises to its full value over the first steps, without a scheduler. */
class WarmUp extends Recorded {
  override async optimizerStep({ optimizer, optimizerClosure }: OptimizerStepOptions): Promise<void> {
    // The steps before this one.
    const scale = Math.min(1, (this.globalStep + 1) / warmupSteps)
    for (const group of optimizer.paramGroups) group.lr = scale * lr
    await optimizer.step(optimizerClosure)
  }
}

/** A steps in every batch, B in every second. */
class Alternating extends Recorded {
  override async optimizerStep(options: OptimizerStepOptions): Promise<void> {
    const { batchIdx, optimizer, optimizerIdx, optimizerClosure } = options
    if (optimizerIdx === 0 || (batchIdx + 1) % 2 === 0) await optimizer.step(optimizerClosure)
    // Forward and backward without an update; the gradients go with the next closure.
    else await optimizerClosure()
  }
}

/** Only the gradients of A are clipped. */
class ClippingA extends Recorded {
  override configureGradientClipping({ optimizer, optimizerIdx, ...clipping }: GradientClippingOptions): void {
    if (optimizerIdx === 0) this.clipGradients(optimizer, clipping)
  }
}

/** B may have gradients of twice the norm. */
class ClippingBLess extends Recorded {
  override configureGradientClipping(options: GradientClippingOptions): void {
    const { optimizer, optimizerIdx, gradientClipVal, gradientClipAlgorithm } = options
    const value = optimizerIdx === 1 ? gradientClipVal! * 2 : gradientClipVal
    this.clipGradients(optimizer, { gradientClipVal: value, gradientClipAlgorithm })
  }
}

/** The overrides by name. */
export const overrides = {
  'warm-up': WarmUp,
  alternating: Alternating,
  'clipping A': ClippingA,
  'clipping B at twice the value': ClippingBLess,
} as const
