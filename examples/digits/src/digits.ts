import { type Dataset, type HostTensor, randomSplit, Subset, TransformedDataset, transforms } from '@voltaic/core'
import { readCsv } from '@voltaic/core/node'

const file = new URL('../data/digits.csv.gz', import.meta.url)

/** One handwritten digit. */
export interface Digit {
  /** `[1, 8, 8]`, from 0 for paper to 1 for ink. */
  readonly image: HostTensor
  /** 0 to 9. */
  readonly label: HostTensor
}

export interface Digits {
  readonly train: Dataset<Digit>
  /** The held-out fifth. */
  readonly test: Dataset<Digit>
}

/** The digits, split at random: the same seed splits the same way. */
export async function loadDigits(seed: number): Promise<Digits> {
  const digits = await readCsv(file, {
    columns: {
      image: { from: 0, to: 64, shape: [1, 8, 8], scale: 1 / 16 },
      label: { at: 64, dtype: 'int32' },
    },
  })
  const [train, test] = randomSplit(digits, [0.8, 0.2], { seed })
  return { train, test }
}

/** The first `count` samples, or all of fewer. */
export function firstOf(dataset: Dataset<Digit>, count: number): Dataset<Digit> {
  return new Subset(dataset, Array(Math.min(count, dataset.length)).keys())
}

/** The digits, each up to a pixel to the left or right of its place, by chance. They fill their height. */
export function shifted(dataset: Dataset<Digit>): Dataset<Digit> {
  const { byKey, randomCrop } = transforms
  return new TransformedDataset(dataset, byKey({ image: randomCrop(8, { padding: [1, 0] }) }))
}
