import {
  type Accelerator,
  type Callback,
  DataLoader,
  manualSeed,
  type PrecisionName,
  type Tensor,
  Trainer,
} from '@voltaic/core'
import { modes } from './models.ts'
import { ringOfClusters } from './ring.ts'

export interface TrainOptions {
  readonly accelerator: Accelerator
  readonly mode: keyof typeof modes
  readonly epochs: number
  readonly seed: number
  /** Default '32-true'. */
  readonly precision?: PrecisionName
  /** What watches the training. Default: nothing. */
  readonly callbacks?: readonly Callback[]
}

export interface TrainResult {
  /** Points that the generator made, x and y in turn. */
  readonly made: ArrayLike<number>
  /** As many of the ring. */
  readonly real: ArrayLike<number>
  /** The last ones, by name. Without an epoch, none. */
  readonly losses: Readonly<Record<string, number>>
}

/** A budget of seconds, for a check. */
export const quick = { epochs: 40 } as const

/** Trains a GAN on the ring, and lets its generator make as many points as there are in a large batch. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { accelerator, mode, epochs, seed, precision = '32-true', callbacks = [] } = options
  manualSeed(seed)
  const ring = await ringOfClusters(4096)
  const some = await ringOfClusters(1024)
  const gan = new modes[mode]()
  const trainer = new Trainer({ accelerator, precision, callbacks, maxEpochs: epochs })
  await trainer.fit(gan, { train: new DataLoader(ring, { batchSize: 128, shuffle: true, seed }) })
  const losses = trainer.callbackMetrics
  const [made] = (await trainer.predict(gan, new DataLoader(some, { batchSize: some.length }))) as Tensor[]
  return { made: await made!.data(), real: some.columns.point.data, losses }
}
