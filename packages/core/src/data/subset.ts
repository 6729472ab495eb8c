import type { HostRandom } from '../util/host-random.ts'
import type { Collated } from './collate.ts'
import { checkIndex, type Dataset } from './dataset.ts'

/** Some samples of another dataset, in an order of their own. */
export class Subset<Sample> implements Dataset<Sample> {
  readonly dataset: Dataset<Sample>
  /** Where sample i of the subset lies in `dataset`. */
  readonly indices: readonly number[]
  readonly gather: ((indices: readonly number[]) => Collated<Sample>) | undefined

  /** @throws OutOfRangeError when an index is none of `dataset` */
  constructor(dataset: Dataset<Sample>, indices: Iterable<number>) {
    this.dataset = dataset
    this.indices = [...indices]
    for (const index of this.indices) checkIndex('Subset', index, dataset.length)
    this.gather = dataset.gather && ((own) => dataset.gather!(own.map((index) => this.#locate(index))))
  }

  get length(): number {
    return this.indices.length
  }

  get(index: number, random?: HostRandom): Sample | Promise<Sample> {
    return this.dataset.get(this.#locate(index), random)
  }

  #locate(index: number): number {
    checkIndex('Subset', index, this.length)
    return this.indices[index]!
  }
}
