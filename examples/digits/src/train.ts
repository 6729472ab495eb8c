import {
  type Accelerator,
  type Callback,
  DataLoader,
  type Dataset,
  manualSeed,
  type PrecisionName,
  type Tensor,
  Trainer,
} from '@voltaic/core'
import { type Digit, firstOf, loadDigits, shifted } from './digits.ts'
import { modes, networks } from './models.ts'

export interface TrainOptions {
  readonly accelerator: Accelerator
  readonly model: keyof typeof networks
  readonly mode: keyof typeof modes
  readonly epochs: number
  readonly seed: number
  /** Train on so many digits only. Default: all. */
  readonly samples?: number
  /** Default '32-true'. */
  readonly precision?: PrecisionName
  /** What watches the training. Default: nothing. */
  readonly callbacks?: readonly Callback[]
}

export interface TrainResult {
  /** Share of the held-out digits that were read right. */
  readonly accuracy: number
  readonly test: Dataset<Digit>
  /** What each digit of `test` was read as. */
  readonly readings: readonly number[]
}

/** A budget of seconds, for a check: few digits, few epochs. */
export const quick = { epochs: 3, samples: 480 } as const

/** Trains a classifier of digits, and tests it on digits that it has not seen. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { accelerator, model, mode, epochs, seed, samples = Infinity } = options
  const { precision = '32-true', callbacks = [] } = options
  const digits = await loadDigits(seed)
  manualSeed(seed)
  const { make, shiftsDigits } = networks[model]
  const classifier = new modes[mode](make(), { lr: 4e-3, stepSize: Math.ceil(epochs / 2) })
  const trainer = new Trainer({ accelerator, precision, callbacks, maxEpochs: epochs })
  const seen = firstOf(digits.train, samples)
  const train = new DataLoader(shiftsDigits ? shifted(seen) : seen, { batchSize: 32, shuffle: true, seed })
  const test = new DataLoader(digits.test, { batchSize: 120 })
  await trainer.fit(classifier, { train })
  const { accuracy } = await trainer.test(classifier, test)
  const predictions = (await trainer.predict(classifier, test)) as Tensor[]
  const readings = await Promise.all(predictions.map((prediction) => prediction.data()))
  return { accuracy: accuracy!, test: digits.test, readings: readings.flatMap((batch) => [...batch]) }
}
