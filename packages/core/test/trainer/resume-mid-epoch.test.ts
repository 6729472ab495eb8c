import { describe, expect, test } from 'vitest'
import { EarlyStopping } from '../../src/callbacks/early-stopping.ts'
import { EMAWeights } from '../../src/callbacks/ema-weights.ts'
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import { AdamW } from '../../src/optim/adam.ts'
import { LBFGS } from '../../src/optim/lbfgs/lbfgs.ts'
import { ReduceLROnPlateau } from '../../src/optim/lr-scheduler/reduce-lr-on-plateau.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'

import { adam, checkpointsOf, expectSame, fit, type Scene } from '../support/resuming.ts'

const lbfgs: Scene = {
  optimizer: (parameters) => new LBFGS(parameters, { lr: 0.2, maxIter: 3, historySize: 3 }),
}

describe('a fit resumed after any batch ends bit for bit as if it had not ended', () => {
  const epochs = 2

  async function expectResumable(scene: Scene, batches: readonly number[] = [1, 3, 4, 7]): Promise<void> {
    const { outcome, files } = await checkpointsOf(scene, epochs)
    expect(files.length).toBe(5 * epochs)
    for (const [i, file] of files.entries()) {
      if (batches.includes(i)) expectSame(await fit(scene, epochs, decodeCheckpoint(file)), outcome)
    }
  }

  test('whichever it was', async () => {
    await expectResumable(adam, [0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test.each<[what: string, scene: Scene]>([
    ['with open windows of accumulation', { ...adam, options: { accumulateGradBatches: 3 } }],
    ['with LBFGS', lbfgs],
    [
      'with schedulers of steps and plateaus, and validations in the middle of epochs',
      {
        optimizer: (parameters) => {
          const optimizer = new SGD(parameters, { lr: 0.1, momentum: 0.9 })
          return {
            optimizer,
            lrScheduler: {
              scheduler: new ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 0, threshold: 0.5 }),
              interval: 'step',
              frequency: 2,
              monitor: 'val_loss',
            },
          }
        },
        options: { valCheckInterval: 2 },
      },
    ],
    [
      'with two optimizers that take turns',
      {
        optimizer: (parameters) => [
          {
            optimizer: new SGD(parameters.slice(0, 3), { lr: 0.1, momentum: 0.9 }),
            frequency: 2,
          },
          { optimizer: new AdamW(parameters.slice(3), { lr: 0.05 }), frequency: 1 },
        ],
      },
    ],
    ['with limited batches and no sanity check', { ...adam, options: { limitTrainBatches: 5, numSanityValSteps: 0 } }],
    [
      'with averages and a patience',
      { ...adam, callbacks: () => [new EMAWeights({ decay: 0.7 }), new EarlyStopping('val_loss', { patience: 9 })] },
    ],
    [
      'in mixed precision, where gradients of an open window are scaled',
      { ...adam, options: { precision: '16-mixed', accumulateGradBatches: 2 } },
    ],
    [
      'with a scheduler that was already stepped',
      {
        optimizer: (parameters) => {
          const optimizer = new SGD(parameters, { lr: 0.1 })
          return {
            optimizer,
            lrScheduler: { scheduler: new StepLR(optimizer, { stepSize: 2, gamma: 0.5 }), interval: 'step' },
          }
        },
      },
    ],
  ])('%s', async (_, scene) => {
    await expectResumable(scene)
  })
})
