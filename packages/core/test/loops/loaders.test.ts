import { describe, expect, test } from 'vitest'
import { GradientAccumulationScheduler } from '../../src/callbacks/gradient-accumulation-scheduler.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { DataModule } from '../../src/module/data-module.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { type Batch, batches, type HostBatch, quietTrainer, Regression } from '../support/training.ts'

/** Notes which batches it gets. */
class Noting extends Regression {
  readonly seen: string[] = []
  override trainingStep(batch: Batch, batchIdx: number) {
    this.seen.push(`train ${batchIdx}`)
    return this.loss(batch)
  }
  override validationStep(_batch: Batch, batchIdx: number, dataloaderIdx: number): void {
    this.seen.push(`val ${dataloaderIdx}.${batchIdx}`)
    this.log('v', 10 * dataloaderIdx + batchIdx)
    this.log('own', dataloaderIdx, { addDataloaderIdx: dataloaderIdx === 0 })
  }
  override testStep(_batch: Batch, batchIdx: number): void {
    this.seen.push(`test ${batchIdx}`)
  }
  override predictStep(_batch: Batch, batchIdx: number, dataloaderIdx: number): string {
    return `${dataloaderIdx}.${batchIdx}`
  }
}

/** Batches as a loader that is no array. */
function loader(count: number, { length = count }: { readonly length?: number | null } = {}) {
  const source = {
    *[Symbol.iterator]() {
      yield* batches(count)
    },
  }
  return length === null ? source : Object.assign(source, { length })
}

async function seenBy(options: TrainerOptions): Promise<string[]> {
  const module = new Noting()
  const trainer = quietTrainer(options)
  await trainer.fit(module, { train: batches(4), val: batches(3) })
  await trainer.test(module, batches(2))
  return module.seen
}

describe('limits', () => {
  test.for<[TrainerOptions, string]>([
    [{ limitTrainBatches: 2, limitValBatches: 1, limitTestBatches: 1 }, 'train 0,train 1,val 0.0,test 0'],
    [{ limitTrainBatches: 0.5, limitValBatches: 0.34, limitTestBatches: 0.99 }, 'train 0,train 1,val 0.0,test 0'],
    [{ limitTrainBatches: 1, limitValBatches: 9, limitTestBatches: 0 }, 'train 0,val 0.0,val 0.1,val 0.2'],
    [{ limitTrainBatches: 0 }, 'test 0,test 1'],
    [{ limitValBatches: 0, numSanityValSteps: 2, limitTrainBatches: 1 }, 'train 0,test 0,test 1'],
    [{ overfitBatches: 1 }, 'train 0,val 0.0,test 0'],
    [{ fastDevRun: true, maxEpochs: 7, numSanityValSteps: 2 }, 'train 0,val 0.0,test 0'],
    [{ fastDevRun: 2 }, 'train 0,train 1,val 0.0,val 0.1,test 0,test 1'],
  ])('%o lets through %s', async ([options, expected]) => {
    expect((await seenBy(options)).join()).toBe(expected)
  })

  test('what a limit cuts off is never loaded', async () => {
    let loaded = 0
    const counting = {
      *[Symbol.iterator]() {
        for (const batch of batches(5)) {
          loaded++
          yield batch
        }
      },
    }
    await quietTrainer({ limitTrainBatches: 2 }).fit(new Regression(), { train: counting })
    expect(loaded).toBe(2)
  })

  test('a share needs a length, and leaves at least one batch', async () => {
    const run = (count: number, limitTrainBatches: number, length: number | null) =>
      quietTrainer({ limitTrainBatches }).fit(new Regression(), { train: loader(count, { length }) })
    await expect(run(4, 0.5, null)).rejects.toThrow(
      'fit: limitTrainBatches is a share of a loader that does not know its length, got 0.5; give a number of batches',
    )
    await expect(run(4, 0.2, 4)).rejects.toThrow(
      'fit: limitTrainBatches leaves no batch of 4, got 0.2; give at least 0.25',
    )
  })

  test('overfitBatches takes the first batches in every epoch, whatever is shuffled', async () => {
    const firsts: number[] = []
    class Reading extends Regression {
      override async onTrainBatchEnd(_outputs: unknown, { x }: Batch): Promise<void> {
        firsts.push((await x.flatten().data())[0] as number)
      }
    }
    const samples = batches(6).map(({ x, y }) => ({ x: x.data.slice(0, 3), y: y.data.slice(0, 2) }))
    const collate = ([sample]: readonly (typeof samples)[number][]): HostBatch =>
      ({
        x: { ...batches(1)[0]!.x, data: sample!.x, shape: [1, 3] },
        y: { ...batches(1)[0]!.y, data: sample!.y, shape: [1, 2] },
      }) as never
    const train = new DataLoader(samples, { shuffle: true, seed: 5, collate })
    await quietTrainer({ overfitBatches: 2, maxEpochs: 2 }).fit(new Reading(), { train: train as never })
    expect(firsts).toEqual([0, 1, 0, 1].map((i) => samples[i]!.x[0]))
  })
})

describe('several loaders', () => {
  const val = [loader(2), loader(1)]

  test('run one after the other, and their numbers are part of the names', async () => {
    const module = new Noting()
    const trainer = quietTrainer()
    await trainer.fit(module, { train: batches(1), val })
    expect(module.seen).toEqual(['train 0', 'val 0.0', 'val 0.1', 'val 1.0'])
    expect(trainer.callbackMetrics).toEqual({
      'v/dataloader_idx_0': 0.5,
      'v/dataloader_idx_1': 10,
      'own/dataloader_idx_0': 0,
      own: 1,
    })
  })

  test('each has its sanity check, its limit and its outputs', async () => {
    const outputs: unknown[] = []
    class Returning extends Noting {
      override validationStep(_batch: Batch, batchIdx: number, dataloaderIdx: number): void {
        super.validationStep(_batch, batchIdx, dataloaderIdx)
        return { where: `${dataloaderIdx}.${batchIdx}` } as never
      }
      override validationEpochEnd(all: readonly unknown[]): void {
        outputs.push(all)
      }
    }
    await quietTrainer({ numSanityValSteps: 1, limitTrainBatches: 0 }).fit(new Returning(), { train: batches(1), val })
    expect(outputs).toEqual([[[{ where: '0.0' }], [{ where: '1.0' }]]])
  })

  test('predictions are listed by loader', async () => {
    expect(await quietTrainer().predict(new Noting(), val)).toEqual([['0.0', '0.1'], ['1.0']])
    expect(await quietTrainer().predict(new Noting(), batches(1))).toEqual(['0.0'])
  })

  test('a list of batches is one loader, arrays and typed arrays among them', async () => {
    const module = new Noting()
    module.transferBatchToDevice = () => ({}) as never
    const trainer = quietTrainer()
    await trainer.validate(module, [[1, 2], [3]] as never)
    await trainer.validate(module, [Float32Array.of(1), Float32Array.of(2)] as never)
    expect(module.seen).toEqual(['val 0.0', 'val 0.1', 'val 0.0', 'val 0.1'])
  })
})

/** Notes when it is asked. */
class Data extends DataModule<Batch> {
  readonly events: string[] = []
  override prepareData(): void {
    this.events.push('prepareData')
  }
  override setup(stage: string): void {
    this.events.push(`setup ${stage}`)
  }
  override teardown(stage: string): void {
    this.events.push(`teardown ${stage}`)
  }
  override async trainDataloader() {
    this.events.push('train')
    return batches(2)
  }
  override valDataloader() {
    this.events.push('val')
    return [loader(1), loader(1)]
  }
  override testDataloader() {
    return batches(1)
  }
  override predictDataloader() {
    return batches(1)
  }
}

describe('a data module', () => {
  test('gives a fit its loaders, each once, and is set up and torn down', async () => {
    const [data, module] = [new Data(), new Noting()]
    await quietTrainer({ maxEpochs: 2 }).fit(module, data)
    expect(data.events).toEqual(['prepareData', 'setup fit', 'train', 'val', 'teardown fit'])
    expect(module.seen.slice(0, 4)).toEqual(['train 0', 'train 1', 'val 0.0', 'val 1.0'])
  })

  test('gives evaluations and predictions theirs', async () => {
    const [data, module] = [new Data(), new Noting()]
    const trainer = quietTrainer()
    await trainer.validate(module, data)
    await trainer.test(module, data)
    expect(await trainer.predict(module, data)).toEqual(['0.0'])
    expect(module.seen).toEqual(['val 0.0', 'val 1.0', 'test 0'])
  })

  test('has transfer hooks that take the place of the module’s', async () => {
    const events: string[] = []
    class Moving extends Data {
      override onAfterBatchTransfer(batch: Batch): Batch {
        events.push('data')
        return batch
      }
    }
    const module = new Noting()
    module.onAfterBatchTransfer = (batch) => {
      events.push('module')
      return batch
    }
    await quietTrainer().test(module, new Moving())
    await quietTrainer().test(module, new Data())
    expect(events).toEqual(['data', 'module'])
  })

  test('without the loader that is needed leaves it to the module', async () => {
    class Empty extends DataModule<Batch> {}
    const module = new Noting()
    await expect(quietTrainer().test(module, new Empty())).rejects.toThrow(MisconfigurationError)
    module.testDataloader = () => batches(1)
    await quietTrainer().test(module, new Empty())
    expect(module.seen).toEqual(['test 0'])
  })
})

describe('loaders of the module', () => {
  class Bringing extends Noting {
    override trainDataloader() {
      return batches(2)
    }
    override valDataloader() {
      return batches(1)
    }
  }

  test('are used where none are given', async () => {
    const module = new Bringing()
    await quietTrainer().fit(module)
    expect(module.seen).toEqual(['train 0', 'train 1', 'val 0.0'])
  })

  test('stand back behind given ones', async () => {
    const module = new Bringing()
    await quietTrainer().fit(module, { train: batches(1) })
    expect(module.seen).toEqual(['train 0', 'val 0.0'])
  })

  test('that give nothing to iterate are an error that names the hook', async () => {
    const module = Object.assign(new Noting(), { valDataloader: () => 3 })
    await expect(quietTrainer().validate(module as never)).rejects.toThrow(
      'valDataloader: batches come from what can be iterated, got number; pass a DataLoader, say',
    )
  })
})

describe('estimatedSteppingBatches', () => {
  class Planning extends Regression {
    planned = Number.NaN
    override configureOptimizers() {
      this.planned = this.trainer.estimatedSteppingBatches
      return super.configureOptimizers()
    }
  }
  test.for<[TrainerOptions, number]>([
    [{ maxEpochs: 3 }, 15],
    [{ maxEpochs: 3, accumulateGradBatches: 2 }, 9],
    [{ maxEpochs: 3, maxSteps: 4 }, 4],
    [{ maxEpochs: -1, maxSteps: 7 }, 7],
    [{ maxEpochs: 2, limitTrainBatches: 0.5 }, 4],
    [{ fastDevRun: 2 }, 2],
    [{ maxEpochs: 4, callbacks: [new GradientAccumulationScheduler({ 1: 2, 3: 5 })] }, 5 + 3 + 3 + 1],
  ])('%o makes %d steps, and so many are taken', async ([options, expected]) => {
    const module = new Planning()
    const trainer = quietTrainer(options)
    await trainer.fit(module, { train: batches(5) })
    expect(module.planned).toBe(expected)
    expect(trainer.globalStep).toBe(expected)
  })

  test('is without an end where the fit has none, or nobody knows', async () => {
    const module = new Planning()
    const stopping = { onTrainBatchEnd: (trainer: { stop(): void }) => trainer.stop() }
    await quietTrainer({ maxEpochs: -1, callbacks: [stopping] }).fit(module, { train: batches(5) })
    expect(module.planned).toBe(Number.POSITIVE_INFINITY)
    await quietTrainer({ callbacks: [stopping] }).fit(module, { train: loader(2, { length: null }) })
    expect(module.planned).toBe(Number.POSITIVE_INFINITY)
  })

  test('cannot wait for a loader that comes later', async () => {
    await expect(quietTrainer().fit(new Planning(), new Data())).rejects.toThrow('trainDataloader is asynchronous')
  })
})
