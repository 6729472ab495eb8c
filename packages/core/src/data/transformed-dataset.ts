import type { HostRandom } from '../util/host-random.ts'
import { checkIndex, type Dataset, sampleRandom } from './dataset.ts'

/**
 * What is done to a sample, or to a part of one, on the host.
 *
 * @param random - draws that belong to this sample in this epoch: what depends on nothing else is the same in any number of
 * workers, and when an epoch is entered in its middle
 */
export type Transform<In, Out = In> = (input: In, random: HostRandom) => Out | PromiseLike<Out>

/**
 * Another dataset with a transform applied to each sample when it is asked for.
 *
 * ```ts
 * const { byKey, compose, normalize, randomCrop } = transforms
 * new TransformedDataset(digits, byKey({ image: compose(randomCrop(8, { padding: 1 }), normalize(0.3, 0.4)) }))
 * ```
 *
 * Random numbers come from the loader: its seed decides them. Without one, `get(index)` draws as seed 0 does in epoch 0.
 */
export class TransformedDataset<Sample, Out = Sample> implements Dataset<Out> {
  readonly dataset: Dataset<Sample>
  readonly transform: Transform<Sample, Out>

  constructor(dataset: Dataset<Sample>, transform: Transform<Sample, Out>) {
    this.dataset = dataset
    this.transform = transform
  }

  get length(): number {
    return this.dataset.length
  }

  async get(index: number, random: HostRandom = sampleRandom(index)): Promise<Out> {
    checkIndex('TransformedDataset', index, this.length)
    // The inner dataset draws first and the transform goes on from there: transforms within transforms are independent.
    const sample = await this.dataset.get(index, random)
    return this.transform(sample, random)
  }
}
