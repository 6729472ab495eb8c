import type { ModuleHost, RunningTrainer } from '../module/module-host.ts'
import { TrainingModule } from '../module/training-module.ts'
import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import { backward } from './backward.ts'
import { estimatedSteppingBatches } from './estimated-steps.ts'
import type { LoopContext } from './loop-context.ts'

/** What happens between the closure and the update: hooks, and in automatic optimization clipping. */
export async function beforeOptimizerStep(
  { module, call, options, optimizers }: LoopContext,
  wrapped: WrappedOptimizer,
): Promise<void> {
  const { optimizer } = wrapped
  const optimizerIdx = optimizers.wrapped.indexOf(wrapped)
  await call('onBeforeOptimizerStep', optimizer, optimizerIdx)
  if (!module.automaticOptimization) return
  const { gradientClipVal, gradientClipAlgorithm } = options
  await module.configureGradientClipping({ optimizer, optimizerIdx, gradientClipVal, gradientClipAlgorithm })
}

/** What a module in the loop of `context` can call. */
export function moduleHost(context: LoopContext): ModuleHost {
  const { progress, metrics, strategy, promises } = context
  return {
    get globalStep() {
      return progress.globalStep
    },
    get currentEpoch() {
      return progress.epoch
    },
    trainer: runningTrainer(context),
    get optimizers() {
      return context.optimizers.wrapped
    },
    get lrSchedulers() {
      return context.optimizers.schedulers.map(({ scheduler }) => scheduler)
    },
    log: (name, value, options) => metrics.log(name, value, options),
    batchToDevice: (batch) => strategy.batchToDevice(batch),
    manualBackward: (loss) => promises.hand('this.manualBackward(loss)', () => backward(context, loss)),
    unscaleGradients: (optimizer) => strategy.precision.unscaleGradients(optimizer),
    clipGradients(optimizer, clipValue, algorithm) {
      strategy.precision.clipGradients(optimizer, clipValue, algorithm)
    },
  }
}

function runningTrainer(context: LoopContext): RunningTrainer {
  const { progress, accumulation, metrics } = context
  return {
    get currentEpoch() {
      return progress.epoch
    },
    get globalStep() {
      return progress.globalStep
    },
    get accumulateGradBatches() {
      return accumulation.batches
    },
    get isLastBatch() {
      return progress.isLastBatch
    },
    get sanityChecking() {
      return progress.sanityChecking
    },
    get estimatedSteppingBatches() {
      return estimatedSteppingBatches(context)
    },
    get callbackMetrics() {
      return metrics.callbackMetrics
    },
    get shouldStop() {
      return progress.shouldStop
    },
    set shouldStop(shouldStop) {
      progress.shouldStop = shouldStop
    },
  }
}

/** Whether the module overrides a hook in which the gradients of the step before can be seen. */
export function looksAtGradients(module: TrainingModule): boolean {
  const { onBeforeZeroGrad, optimizerZeroGrad } = TrainingModule.prototype
  return module.onBeforeZeroGrad !== onBeforeZeroGrad || module.optimizerZeroGrad !== optimizerZeroGrad
}
