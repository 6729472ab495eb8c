import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AdamW,
  CSVLogger,
  DataLoader,
  hostTensor,
  Linear,
  ModelCheckpoint,
  manualSeed,
  reference,
  type Tensor,
  TensorBoardLogger,
  Trainer,
  TrainingModule,
} from '@voltaic/core'
import { checkpointFolder, logFolder, readCheckpoint, readSafetensors, writeSafetensors } from '@voltaic/core/node'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voltaic-'))
})
afterAll(() => rm(folder, { recursive: true }))

const rows = Array.from({ length: 9 }, (_, i) => ({ x: hostTensor(Float32Array.of(i / 9, 1, Math.sin(i))) }))

class Model extends TrainingModule<{ readonly x: Tensor }> {
  readonly net = new Linear(3, 2)

  trainingStep({ x }: { readonly x: Tensor }): Tensor {
    const loss = this.net.forward(x).sub(1).square().mean()
    this.log('loss', loss, { onEpoch: true })
    return loss
  }

  configureOptimizers(): AdamW {
    return new AdamW(this.parameters(), { lr: 0.1 })
  }
}

async function fit(maxEpochs: number, options: object = {}, resume: object = {}): Promise<Model> {
  manualSeed(2)
  const model = new Model()
  const trainer = new Trainer({ accelerator: reference(), maxEpochs, enableProgressBar: false, ...options })
  await trainer.fit(model, { train: new DataLoader(rows, { batchSize: 2, shuffle: true }) }, resume)
  return model
}

test('a fit goes on from a file in the middle of an epoch, bit for bit', async () => {
  const straight = await fit(2)
  const store = checkpointFolder(join(folder, 'checkpoints'))
  await fit(1, { callbacks: [new ModelCheckpoint({ store, everyNTrainSteps: 3 })] })
  const checkpoint = await readCheckpoint(join(folder, 'checkpoints', 'epoch=0-step=3.safetensors'))
  const resumed = await fit(2, {}, { checkpoint })
  expect(await resumed.net.weight.array()).toEqual(await straight.net.weight.array())
})

test('weights go through a file', async () => {
  const [model, other] = [await fit(1), new Model()]
  const path = join(folder, 'weights.safetensors')
  await writeSafetensors(path, model.stateDict())
  other.loadStateDict(await readSafetensors(path))
  expect(await other.net.bias!.array()).toEqual(await model.net.bias!.array())
})

test('metrics go to files', async () => {
  const logs = logFolder(join(folder, 'logs'))
  await fit(2, { logger: [new CSVLogger(logs), new TensorBoardLogger(logs)], logEveryNSteps: 1 })
  const files = await readdir(logs.path)
  expect(files.some((name) => name.startsWith('events.out.tfevents'))).toBe(true)
  const [header, ...lines] = (await readFile(join(logs.path, 'metrics.csv'), 'utf8')).trim().split('\n')
  expect(header!.split(',')).toEqual(expect.arrayContaining(['step', 'epoch', 'loss_step', 'loss_epoch']))
  expect(lines).toHaveLength(2 * (5 + 1))
})
