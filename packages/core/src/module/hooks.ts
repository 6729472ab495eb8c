import type { Optimizer } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'

type Batch = [batch: unknown, batchIdx: number]
type BatchEnd = [outputs: unknown, batch: unknown, batchIdx: number]
type EvaluationBatch = [...Batch, dataloaderIdx: number]
type EvaluationBatchEnd = [...BatchEnd, dataloaderIdx: number]

/** Every hook of module and callbacks, with what the loop passes to it. */
export interface HookArguments {
  onFitStart: []
  onTrainStart: []
  onTrainEpochStart: []
  onTrainBatchStart: Batch
  onTrainBatchEnd: BatchEnd
  onTrainEpochEnd: []
  onTrainEnd: []
  onFitEnd: []
  onValidationStart: []
  onValidationEpochStart: []
  onValidationBatchStart: EvaluationBatch
  onValidationBatchEnd: EvaluationBatchEnd
  onValidationEpochEnd: []
  onValidationEnd: []
  onTestStart: []
  onTestEpochStart: []
  onTestBatchStart: EvaluationBatch
  onTestBatchEnd: EvaluationBatchEnd
  onTestEpochEnd: []
  onTestEnd: []
  onPredictStart: []
  onPredictBatchStart: EvaluationBatch
  onPredictBatchEnd: EvaluationBatchEnd
  onPredictEnd: []
  onBeforeZeroGrad: [optimizer: Optimizer]
  onBeforeBackward: [loss: Tensor]
  onAfterBackward: []
  onBeforeOptimizerStep: [optimizer: Optimizer, optimizerIdx: number]
  onException: [error: unknown]
}

/** The name of a hook. */
export type HookName = keyof HookArguments

/**
 * Calls a hook: of the callbacks, then of the module.
 *
 * @returns what the module's hook returned
 */
export type CallHook = <Name extends HookName>(name: Name, ...args: HookArguments[Name]) => Promise<unknown>
