import { describe, expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import type { TrainingModule } from '../../src/module/training-module.ts'
import { Linear } from '../../src/nn/linear.ts'
import { AdamW } from '../../src/optim/adam.ts'
import { LBFGS } from '../../src/optim/lbfgs/lbfgs.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import type { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { everyOptimizer } from '../support/every-optimizer.ts'
import { adam, checkpointsOf, expectSame, fit, Model, type Sample, type Scene, samples } from '../support/resuming.ts'
import { quietTrainer } from '../support/training.ts'

const lbfgs: Scene = {
  optimizer: (parameters) => new LBFGS(parameters, { lr: 0.2, maxIter: 3, historySize: 3 }),
}

const scenes: [name: string, scene: Scene][] = [
  ...everyOptimizer
    // Muon takes matrices alone.
    .filter(({ name }) => name !== 'Muon')
    .map(({ name, Class, options }): [string, Scene] => [
      name,
      { optimizer: (parameters) => new Class(parameters, options) as Optimizer as OptimizerConfig },
    ]),
  [
    'Muon, and Adam for what is no matrix',
    {
      optimizer: (parameters) => {
        const { Class, options } = everyOptimizer.find(({ name }) => name === 'Muon')!
        const isMatrix = ({ ndim }: Parameter) => ndim === 2
        return [
          new Class(parameters.filter(isMatrix), options) as Optimizer,
          new AdamW(
            parameters.filter((parameter) => !isMatrix(parameter)),
            { lr: 0.05 },
          ),
        ] as OptimizerConfig
      },
    },
  ],
  ['LBFGS', lbfgs],
]

describe('two epochs, and two more from the file, are four bit for bit', () => {
  test.each(scenes)('%s', async (_, scene) => {
    const straight = await fit(scene, 4)
    const { files } = await checkpointsOf(scene, 2)
    expectSame(await fit(scene, 4, decodeCheckpoint(files.at(-1)!)), straight)
  })
})

test('outputs of the batches before are there at the end of the epoch', async () => {
  const seen: unknown[][] = []
  class Listening extends Model {
    override trainingEpochEnd(outputs: readonly unknown[]): void {
      seen.push([...outputs])
    }
  }
  const batches = new DataLoader(samples, { batchSize: 3, shuffle: true })
  const files: Uint8Array[] = []
  const saving: Callback = {
    onTrainBatchEnd: (trainer) =>
      trainer.whenSaveable(async () => void files.push(await encodeCheckpoint(await trainer.dumpCheckpoint()))),
  }
  manualSeed(1)
  await quietTrainer({ callbacks: [saving] }).fit(new Listening(adam.optimizer), { train: batches } as never)
  const checkpoint = decodeCheckpoint(files[2]!)
  await quietTrainer().fit(new Listening(adam.optimizer), { train: batches } as never, { checkpoint })
  expect(seen).toHaveLength(2)
  expect(seen[1]).toEqual(seen[0])
})

test('loaders that count no epochs are read from their beginning, and what was done is dropped', async () => {
  const rows = Array.from({ length: 4 }, (_, i) => ({
    x: hostTensor(
      Float32Array.from({ length: 8 }, (_, j) => Math.sin(i + j)),
      [2, 4],
    ),
    y: hostTensor(Float32Array.of(i, -i), [2, 1]),
  }))
  const seen: number[] = []
  const look: Callback = { onTrainBatchEnd: (_t, _m, _o, _b, batchIdx) => void seen.push(batchIdx) }
  let file: Uint8Array | undefined
  const saving: Callback = {
    onTrainBatchEnd: (trainer, _m, _o, _b, batchIdx) => {
      if (batchIdx === 1)
        trainer.whenSaveable(async () => void (file = await encodeCheckpoint(await trainer.dumpCheckpoint())))
    },
  }
  const module = () => new Model(adam.optimizer)
  await quietTrainer({ callbacks: [saving] }).fit(module(), { train: rows } as never)
  await quietTrainer({ callbacks: [look] }).fit(module(), { train: rows } as never, {
    checkpoint: decodeCheckpoint(file!),
  })
  expect(seen).toEqual([2, 3])
})

test('dumpCheckpoint after a fit is what another fit goes on from', async () => {
  const straight = await fit(adam, 3)
  manualSeed(3)
  const trainer = quietTrainer({ maxEpochs: 2 })
  await expect(trainer.dumpCheckpoint()).rejects.toThrow(MisconfigurationError)
  const train = new DataLoader(samples, { batchSize: 3, shuffle: true, seed: 5 })
  const val = new DataLoader(samples.slice(0, 4), { batchSize: 2, shuffle: true })
  await trainer.fit(new Model(adam.optimizer), { train, val } as never)
  expectSame(await fit(adam, 3, await trainer.dumpCheckpoint()), straight)
})

describe('a checkpoint that does not fit is refused, and the weights stay as they were', () => {
  const train = new DataLoader(samples, { batchSize: 7 })

  async function refused(module: TrainingModule<Sample>, checkpoint: Checkpoint): Promise<string> {
    const numbers = () => Promise.all(module.parameters().map((parameter) => parameter.array()))
    const before = await numbers()
    const message = await quietTrainer()
      .fit(module, { train, val: train } as never, { checkpoint })
      .then(() => 'it went on', String)
    expect(await numbers()).toEqual(before)
    return message
  }

  async function saved(): Promise<Checkpoint> {
    const trainer = quietTrainer()
    await trainer.fit(new Model(adam.optimizer), { train, val: train } as never)
    return trainer.dumpCheckpoint()
  }

  test('of other weights: every difference at once', async () => {
    class Other extends Model {
      readonly extra = new Linear(2, 2)
      readonly wide = new Linear(3, 1, { dtype: 'float64' })
    }
    const checkpoint = await saved()
    const stateDict = new Map(checkpoint.stateDict as Map<string, Tensor>)
    stateDict.set('strange', stateDict.get('net.0.weight')!)
    stateDict.set('wide.weight', stateDict.get('net.0.weight')!)
    const message = await refused(new Other(adam.optimizer), { ...checkpoint, stateDict })
    expect(message).toContain('missing: extra.weight, extra.bias, wide.bias')
    expect(message).toContain('unexpected: strange')
    expect(message).toContain('wide.weight is float32[6, 4] for float64[1, 3]')
  })

  test('of another optimizer, or of more', async () => {
    const two = (parameters: Parameter[]): OptimizerConfig => [
      new SGD(parameters.slice(0, 2), { lr: 1 }),
      new SGD(parameters.slice(2), { lr: 1 }),
    ]
    expect(await refused(new Model(two), await saved())).toContain('got 1 optimizers for 2; configure as many')
    const few = (parameters: Parameter[]) => new SGD(parameters.slice(1), { lr: 1 })
    expect(await refused(new Model(few), await saved())).toContain('the groups have 5 parameters, got a state of 6')
  })

  test('of weights alone, or of nothing', async () => {
    const trainer = quietTrainer()
    await trainer.fit(new Model(adam.optimizer), { train, val: train } as never)
    const weights = await trainer.dumpCheckpoint({ weightsOnly: true })
    expect(await refused(new Model(adam.optimizer), weights)).toContain('got weights alone')
    expect(await refused(new Model(adam.optimizer), {})).toContain('a checkpoint of a whole fit, got object')
  })
})
