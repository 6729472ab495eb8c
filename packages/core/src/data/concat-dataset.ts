import { MisconfigurationError } from '../errors/errors.ts'
import type { HostRandom } from '../util/host-random.ts'
import { checkIndex, type Dataset } from './dataset.ts'

/** The samples of several datasets, one dataset after the other. */
export class ConcatDataset<Sample> implements Dataset<Sample> {
  readonly length: number
  readonly datasets: readonly Dataset<Sample>[]
  /** Where each dataset ends: the number of samples in it and those before it. */
  readonly cumulativeSizes: readonly number[]

  /** @throws MisconfigurationError when there is no dataset */
  constructor(datasets: Iterable<Dataset<Sample>>) {
    this.datasets = [...datasets]
    if (this.datasets.length === 0) {
      throw new MisconfigurationError('ConcatDataset: at least one dataset is needed, got none')
    }
    let end = 0
    this.cumulativeSizes = this.datasets.map(({ length }) => (end += length))
    this.length = end
  }

  get(index: number, random?: HostRandom): Sample | Promise<Sample> {
    checkIndex('ConcatDataset', index, this.length)
    const which = this.cumulativeSizes.findIndex((end) => index < end)
    const start = which === 0 ? 0 : this.cumulativeSizes[which - 1]!
    return this.datasets[which]!.get(index - start, random)
  }
}
