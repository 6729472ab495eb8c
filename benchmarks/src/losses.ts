import { type Accelerator, manualSeed, reference, type Tensor, Trainer } from '@voltaic/core'
import { type HostBatch, Mlp } from './mlp.ts'
import type { Precision } from './workload.ts'

const comparedSteps = 5
/** Half types are computed in float32 and rounded: what is summed up in another order may be rounded to a neighbour. */
const relativeTolerances: Readonly<Record<Precision, number>> = {
  '32-true': 1e-4,
  '16-mixed': 1e-2,
  'bf16-mixed': 2e-2,
  'bf16-true': 4e-2,
}

/**
 * Trains one epoch of `batches` from the same weights on `accelerator` and, for the first steps, on the reference.
 *
 * @returns the last loss
 * @throws Error when losses differ, are not finite or do not fall
 */
export async function checkLosses(
  accelerator: Accelerator,
  batches: readonly HostBatch[],
  precision: Precision = '32-true',
): Promise<number> {
  const losses = await lossesOn(accelerator, batches, precision)
  const expected = await lossesOn(reference(), batches.slice(0, comparedSteps), precision)
  for (const [step, loss] of expected.entries()) {
    const difference = Math.abs(losses[step]! - loss) / Math.abs(loss)
    if (difference <= relativeTolerances[precision]) continue
    throw new Error(`${accelerator.name}: the loss of step ${step} is ${loss} on the reference, got ${losses[step]}`)
  }
  const [first, last] = [losses[0]!, losses.at(-1)!]
  if (!losses.every(Number.isFinite) || last >= first) {
    throw new Error(`${accelerator.name}: losses are finite and fall, got ${first} at first and ${last} at last`)
  }
  return last
}

async function lossesOn(
  accelerator: Accelerator,
  batches: readonly HostBatch[],
  precision: Precision,
): Promise<number[]> {
  manualSeed(1)
  const losses: number[] = []
  const noteLoss = {
    async onTrainBatchEnd(_trainer: unknown, _module: unknown, outputs: unknown): Promise<void> {
      losses.push(await (outputs as { readonly loss: Tensor }).loss.item())
    },
  }
  const trainer = new Trainer({ accelerator, precision, maxEpochs: 1, enableProgressBar: false, callbacks: [noteLoss] })
  await trainer.fit(new Mlp(), { train: batches })
  return losses
}
