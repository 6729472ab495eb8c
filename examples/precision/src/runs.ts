import {
  type Accelerator,
  type Callback,
  charDatasets,
  DataLoader,
  type PrecisionName,
  Subset,
  Tensor,
  Trainer,
  type TrainerView,
} from '@voltaic/core'
import { train as trainTransformer } from '@voltaic/example-char-transformer'
import { loadText } from '@voltaic/example-char-transformer/text'
import { train as trainDigits } from '@voltaic/example-digits'
import { train as trainGan } from '@voltaic/example-gan'

export interface RunOptions {
  readonly accelerator: Accelerator
  readonly precision: PrecisionName
}

/** What came of a training. */
export interface Run {
  /** Of each batch whose step was not skipped; of several optimizers their sum. */
  readonly losses: readonly number[]
  /** Share of what was read or predicted right on data that was held out; null for a GAN. */
  readonly accuracy: number | null
  /** Median time of a batch, in milliseconds. */
  readonly millisecondsPerBatch: number
}

const seed = 1

/** The trainings by name. Each begins with the same weights and sees the same batches in every precision. */
export const runs: Readonly<Record<string, (options: RunOptions) => Promise<Run>>> = { digits, transformer, gan }

/** The CNN of the digits example. */
async function digits(options: RunOptions): Promise<Run> {
  const watch = new Watch()
  const settings = { model: 'cnn', mode: 'automatic', epochs: 12, seed, callbacks: [watch] } as const
  const { accuracy } = await trainDigits({ ...options, ...settings })
  return { ...watch.result(), accuracy }
}

/** One epoch of the character transformer, and what it then predicts of the text's end. */
async function transformer(options: RunOptions): Promise<Run> {
  const watch = new Watch()
  const text = await loadText(undefined)
  const { model } = await trainTransformer({ ...options, text, epochs: 1, seed, callbacks: [watch] })
  const { heldOut } = charDatasets(text, { blockSize: model.blockSize })
  const some = new Subset(heldOut, Array(Math.min(256, heldOut.length)).keys())
  const trainer = new Trainer({ ...options, enableProgressBar: false })
  model.predictStep = ({ input, target }) => model.forward(input).argmax(2).eq(target).to('float32').mean()
  const [accuracy] = (await trainer.predict(model, new DataLoader(some, { batchSize: some.length }))) as Tensor[]
  return { ...watch.result(), accuracy: await accuracy!.item() }
}

/** Both networks of the GAN, in manual optimization's twin with two optimizers. */
async function gan(options: RunOptions): Promise<Run> {
  const watch = new Watch()
  await trainGan({ ...options, mode: 'automatic', epochs: 4, seed, callbacks: [watch] })
  return { ...watch.result(), accuracy: null }
}

/** Keeps the losses of a training, and how long each batch took. */
class Watch implements Callback {
  readonly #losses: number[] = []
  readonly #times: number[] = []
  #begun = 0
  #steps = 0

  onTrainBatchStart(): void {
    this.#begun = performance.now()
  }

  async onTrainBatchEnd({ globalStep }: TrainerView, _module: unknown, outputs: unknown): Promise<void> {
    this.#times.push(performance.now() - this.#begun)
    if (globalStep === this.#steps) return
    this.#steps = globalStep
    const losses = await Promise.all(lossesIn(outputs).map((loss) => loss.item()))
    this.#losses.push(losses.reduce((sum, loss) => sum + loss, 0))
  }

  result(): Pick<Run, 'losses' | 'millisecondsPerBatch'> {
    const sorted = this.#times.toSorted((a, b) => a - b)
    return { losses: this.#losses, millisecondsPerBatch: sorted[Math.floor(sorted.length / 2)]! }
  }
}

/** What hooks get of a batch: a loss in an object, or a list of them. */
function lossesIn(outputs: unknown): Tensor[] {
  if (outputs instanceof Tensor) return [outputs]
  if (typeof outputs !== 'object' || outputs === null) return []
  return Object.values(outputs).flatMap(lossesIn)
}

/** The mean of the first `count` numbers. */
export function meanOf(numbers: readonly number[], count: number): number {
  const first = numbers.slice(0, count)
  return first.reduce((sum, x) => sum + x, 0) / first.length
}
