import { MisconfigurationError } from '../errors/errors.ts'
import type { HookName } from '../module/hooks.ts'
import type { Callback } from './callback.ts'

/** A class, so that what it is given is checked: a hook that there is not, misspelt say, would never be called. */
const hooks: Readonly<Record<HookName, true>> = {
  setup: true,
  onFitStart: true,
  onSanityCheckStart: true,
  onSanityCheckEnd: true,
  onTrainStart: true,
  onTrainEpochStart: true,
  onTrainBatchStart: true,
  onTrainBatchEnd: true,
  onTrainEpochEnd: true,
  onTrainEnd: true,
  onFitEnd: true,
  onValidationStart: true,
  onValidationEpochStart: true,
  onValidationBatchStart: true,
  onValidationBatchEnd: true,
  onValidationEpochEnd: true,
  onValidationEnd: true,
  onTestStart: true,
  onTestEpochStart: true,
  onTestBatchStart: true,
  onTestBatchEnd: true,
  onTestEpochEnd: true,
  onTestEnd: true,
  onPredictStart: true,
  onPredictEpochStart: true,
  onPredictBatchStart: true,
  onPredictBatchEnd: true,
  onPredictEpochEnd: true,
  onPredictEnd: true,
  onBeforeZeroGrad: true,
  onBeforeBackward: true,
  onAfterBackward: true,
  onBeforeOptimizerStep: true,
  onInterrupt: true,
  onException: true,
  onSaveCheckpoint: true,
  onLoadCheckpoint: true,
  teardown: true,
}

/**
 * A callback made of functions. A plain object of hooks is one as well; this one refuses a hook that there is not.
 *
 * ```ts
 * new LambdaCallback({ onTrainEpochEnd: (trainer) => console.info(trainer.callbackMetrics) })
 * ```
 */
export class LambdaCallback {
  /** @throws MisconfigurationError for a name that is no hook's, or what is no function */
  constructor(functions: Callback) {
    for (const [name, hook] of Object.entries(functions)) {
      if (!Object.hasOwn(hooks, name)) {
        throw new MisconfigurationError(
          `LambdaCallback: there is no such hook, got ${name}; there are ${Object.keys(hooks).join(', ')}`,
        )
      }
      if (typeof hook !== 'function') {
        throw new MisconfigurationError(`LambdaCallback: a hook is a function, got ${typeof hook} for ${name}`)
      }
    }
    Object.assign(this, functions)
  }
}
