import { type Accelerator, manualSeed, reference, type Tensor, Trainer } from '@voltaic/core'
import { type HostBatch, Mlp } from './mlp.ts'

const comparedSteps = 5
const relativeTolerance = 1e-4

/**
 * Trains one epoch of `batches` from the same weights on `accelerator` and, for the first steps, on the reference.
 *
 * @returns the last loss
 * @throws Error when losses differ, are not finite or do not fall
 */
export async function checkLosses(accelerator: Accelerator, batches: readonly HostBatch[]): Promise<number> {
  const losses = await lossesOn(accelerator, batches)
  const expected = await lossesOn(reference(), batches.slice(0, comparedSteps))
  for (const [step, loss] of expected.entries()) {
    const difference = Math.abs(losses[step]! - loss) / Math.abs(loss)
    if (difference <= relativeTolerance) continue
    throw new Error(`${accelerator.name}: the loss of step ${step} is ${loss} on the reference, got ${losses[step]}`)
  }
  const [first, last] = [losses[0]!, losses.at(-1)!]
  if (!losses.every(Number.isFinite) || last >= first) {
    throw new Error(`${accelerator.name}: losses are finite and fall, got ${first} at first and ${last} at last`)
  }
  return last
}

async function lossesOn(accelerator: Accelerator, batches: readonly HostBatch[]): Promise<number[]> {
  manualSeed(1)
  const losses: number[] = []
  const noteLoss = {
    async onTrainBatchEnd(_trainer: unknown, _module: unknown, outputs: unknown): Promise<void> {
      losses.push(await (outputs as { readonly loss: Tensor }).loss.item())
    },
  }
  const trainer = new Trainer({ accelerator, maxEpochs: 1, enableProgressBar: false, callbacks: [noteLoss] })
  await trainer.fit(new Mlp(), { train: batches })
  return losses
}
