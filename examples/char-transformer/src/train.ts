import {
  type Accelerator,
  type Callback,
  type CharVocabulary,
  charDatasets,
  DataLoader,
  manualSeed,
  type PrecisionName,
  RandomSampler,
  Trainer,
} from '@voltaic/core'
import { CharTransformer } from './char-transformer.ts'

export interface TrainOptions {
  readonly accelerator: Accelerator
  readonly text: string
  readonly epochs: number
  readonly seed: number
  /** Default '32-true'. */
  readonly precision?: PrecisionName
  /** What watches the training. Default: nothing. */
  readonly callbacks?: readonly Callback[]
}

export interface TrainResult {
  readonly model: CharTransformer
  readonly vocabulary: CharVocabulary
  /** Mean cross-entropy on the last tenth of the text, in nats a character. */
  readonly heldOutLoss: number
}

/** A budget of seconds, for a check: few epochs. */
export const quick = { epochs: 3 } as const

/** A model that two cores train in a minute. */
export const size = { width: 128, heads: 4, layers: 2, blockSize: 64 } as const
const batchSize = 16
/** An epoch is so many batches of windows from anywhere in the text, however long that is. */
const stepsPerEpoch = 100

/** Trains a transformer on a text but for the last tenth, and measures on that. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { accelerator, text, epochs, seed, precision = '32-true', callbacks = [] } = options
  const { vocabulary, train, heldOut } = charDatasets(text, { blockSize: size.blockSize })
  const sampler = new RandomSampler(train, { replacement: true, numSamples: stepsPerEpoch * batchSize, seed })
  manualSeed(seed)
  const model = makeModel(vocabulary, epochs)
  const trainer = new Trainer({ accelerator, precision, callbacks, maxEpochs: epochs, gradientClipVal: 1 })
  await trainer.fit(model, {
    train: new DataLoader(train, { batchSize, sampler }),
    val: new DataLoader(heldOut, { batchSize }),
  })
  return { model, vocabulary, heldOutLoss: trainer.callbackMetrics['held-out']! }
}

/** A transformer of the characters of `vocabulary`, to be trained for so many epochs. */
export function makeModel(vocabulary: CharVocabulary, epochs: number): CharTransformer {
  return new CharTransformer({
    ...size,
    vocabularySize: vocabulary.size,
    dropout: 0.1,
    lr: 4e-3,
    schedule: { warmupSteps: 50, totalSteps: epochs * stepsPerEpoch },
  })
}
