import { MisconfigurationError } from '../errors/errors.ts'
import type { LoopContext } from './loop-context.ts'

/**
 * A batch on its way from the loader to a step, through the transfer hooks: those of the data module where it has them, the
 * module's otherwise. Called inside a step, in which its tensors live.
 *
 * @throws MisconfigurationError when a hook gives nothing back
 */
export async function transferred(context: LoopContext, hostBatch: unknown, dataloaderIdx: number): Promise<unknown> {
  let batch = hostBatch
  for (const hook of ['onBeforeBatchTransfer', 'transferBatchToDevice', 'onAfterBatchTransfer'] as const) {
    const { module, transferHooks } = context
    batch =
      transferHooks[hook] === undefined
        ? await module[hook](batch, dataloaderIdx)
        : await transferHooks[hook](batch, dataloaderIdx)
    if (batch === undefined) {
      throw new MisconfigurationError(`${hook}: returns the batch, got undefined; return what the step is to get`)
    }
  }
  return batch
}
