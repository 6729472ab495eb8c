import { expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

/** The rate halves with every third batch of an epoch. */
class Scheduled extends Regression {
  override configureOptimizers(): OptimizerConfig {
    const optimizer = new SGD(this.parameters(), { lr: 0.1, momentum: 0.9 })
    const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 })
    return { optimizer, lrScheduler: { scheduler, interval: 'step', frequency: 3 } }
  }
}

// Recorded with Lightning 2.2.5: two epochs of four batches, saved; and two more from the file.
const recorded = {
  half: [
    0.7221764933649037, -0.10398025110721644, 0.3523531440481258, 0.2786238352205228, 0.694726458853748,
    -0.21549795431299867, 0.05933388621672681, -0.35043286954982,
  ],
  whole: [
    0.7775245593812085, -0.07532551119047891, 0.351754915289548, 0.2556158761975541, 0.7164730374952241,
    -0.15093939511034643, 0.007060282958139588, -0.4483599061194064,
  ],
}

async function expectRecorded(module: Regression, weights: readonly number[]): Promise<void> {
  for (const [i, x] of (await module.numbers()).entries()) expect(x).toBeCloseTo(weights[i]!, 14)
}

test('a resumed fit has the weights of the recorded one', async () => {
  const [first, second] = [new Scheduled(), new Scheduled()]
  const train = batches(4)
  const before = quietTrainer({ maxEpochs: 2 })
  await before.fit(first, { train })
  await expectRecorded(first, recorded.half)
  const checkpoint = decodeCheckpoint(await encodeCheckpoint(await before.dumpCheckpoint()))

  const after = quietTrainer({ maxEpochs: 4 })
  await after.fit(second, { train }, { checkpoint })
  await expectRecorded(second, recorded.whole)
  expect([after.globalStep, after.currentEpoch]).toEqual([16, 4])
})
