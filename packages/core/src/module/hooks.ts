import type { Optimizer } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Stage } from './data-hooks.ts'

type Batch = [batch: unknown, batchIdx: number]
type BatchEnd = [outputs: unknown, batch: unknown, batchIdx: number]
type EvaluationBatch = [...Batch, dataloaderIdx: number]
type EvaluationBatchEnd = [...BatchEnd, dataloaderIdx: number]

/** Every hook that callbacks have, most of them as the module does, with what the loop passes to it. */
export interface HookArguments {
  setup: [stage: Stage]
  onFitStart: []
  onSanityCheckStart: []
  onSanityCheckEnd: []
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
  onPredictEpochStart: []
  onPredictBatchStart: EvaluationBatch
  onPredictBatchEnd: EvaluationBatchEnd
  onPredictEpochEnd: []
  onPredictEnd: []
  onBeforeZeroGrad: [optimizer: Optimizer]
  onBeforeBackward: [loss: Tensor]
  onAfterBackward: []
  onBeforeOptimizerStep: [optimizer: Optimizer, optimizerIdx: number]
  onInterrupt: []
  onException: [error: unknown]
  onSaveCheckpoint: [checkpoint: Record<string, unknown>]
  onLoadCheckpoint: [checkpoint: Readonly<Record<string, unknown>>]
  teardown: [stage: Stage]
}

/** The name of a hook. */
export type HookName = keyof HookArguments

/**
 * Calls a hook: of the callbacks, then of the module.
 *
 * @returns what the module's hook returned
 */
export type CallHook = <Name extends HookName>(name: Name, ...args: HookArguments[Name]) => Promise<unknown>
