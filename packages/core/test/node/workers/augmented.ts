import { TensorDataset } from '../../../src/data/tensor-dataset.ts'
import { TransformedDataset } from '../../../src/data/transformed-dataset.ts'
import { transforms } from '../../../src/data/transforms/transforms.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'

const { byKey, compose, normalize, oneHot, randomCrop, randomHorizontalFlip } = transforms

/** Small images, cropped and flipped at random. */
export const dataset = new TransformedDataset(
  new TensorDataset({
    image: hostTensor(
      Float32Array.from({ length: 20 * 9 }, (_, i) => i),
      [20, 1, 3, 3],
    ),
    label: Int32Array.from({ length: 20 }, (_, i) => i % 3),
  }),
  byKey({
    image: compose(randomCrop(3, { padding: 2 }), randomHorizontalFlip(), normalize(90, 10)),
    label: oneHot(3),
  }),
)
