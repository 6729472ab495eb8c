import { recording } from '../graph/record.ts'
import { batchSizeOf } from '../strategy/batch-to-device.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { numbered } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import { transferred } from './transfer.ts'

/**
 * One pass over the training data in which nothing is learned: `trainingStep` runs in training mode and without gradients, so
 * that running statistics move. No hook is called, and nothing that is logged is kept.
 */
export async function passOverTraining(context: LoopContext): Promise<void> {
  const { loaders, options, progress, metrics, module } = context
  const [train] = await loaders.get('train')
  const modes = module.modules().map((inner) => [inner, inner.training] as const)
  module.train()
  try {
    const limit = options.limitTrainBatches === null ? undefined : progress.numBatches
    for await (const { batch, batchIdx } of numbered(train!, limit)) await pass(context, batch, batchIdx)
  } finally {
    metrics.reset()
    for (const [inner, training] of modes) inner.training = training
  }
}

async function pass(context: LoopContext, hostBatch: unknown, batchIdx: number): Promise<void> {
  const { strategy, module, metrics } = context
  const step = await openStep(strategy.accelerator)
  const { gradEnabled } = recording
  recording.gradEnabled = false
  try {
    await commitAssigned()
    const batch = await transferred(context, hostBatch, 0)
    metrics.batchSize = batchSizeOf(batch)
    await metrics.at('trainingStep', () => strategy.step(() => module.trainingStep(batch, batchIdx, 0)))
    await commit()
  } catch (error) {
    rollback()
    throw error
  } finally {
    recording.gradEnabled = gradEnabled
    metrics.batchSize = 1
    step.close()
  }
}
