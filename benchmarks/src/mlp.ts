import {
  Adam,
  crossEntropy,
  embedding,
  type HostTensor,
  hostTensor,
  Linear,
  manualSeed,
  type OptimizerConfig,
  ReLU,
  rand,
  randint,
  randn,
  Sequential,
  type Tensor,
  TrainingModule,
  where,
} from '@voltaic/core'

/** Layers of the multi-layer perceptron that everyone measures. */
export const widths = [784, 512, 256, 10] as const

export interface Batch {
  /** `[n, 784]` */
  readonly x: Tensor
  /** `[n]`, int32 */
  readonly label: Tensor
}

export interface HostBatch {
  readonly x: HostTensor
  readonly label: HostTensor
}

export class Mlp extends TrainingModule<Batch> {
  readonly network: Sequential

  constructor() {
    super()
    const [inputs, first, second, classes] = widths
    this.network = new Sequential(
      new Linear(inputs, first),
      new ReLU(),
      new Linear(first, second),
      new ReLU(),
      new Linear(second, classes),
    )
  }

  override trainingStep({ x, label }: Batch): Tensor {
    const loss = crossEntropy(this.network.forward(x), label)
    this.log('loss', loss, { progBar: true })
    return loss
  }

  override configureOptimizers(): OptimizerConfig {
    return new Adam(this.parameters())
  }
}

/**
 * Batches of ten overlapping clouds of points. A tenth of the labels is wrong, so that the loss does not vanish and leave
 * gradients of subnormal numbers, which are slow.
 */
export async function makeBatches(count: number, batchSize: number): Promise<HostBatch[]> {
  manualSeed(0)
  const [inputs, , , classes] = widths
  const samples = count * batchSize
  const cloud = randint([samples], 0, classes)
  const x = randn([samples, inputs]).add(embedding(cloud, randn([classes, inputs])).mul(0.1))
  const isWrong = rand([samples]).lt(0.1)
  const label = where(isWrong, randint([samples], 0, classes), cloud).to('int32')
  const [xData, labelData] = [(await x.data()) as Float32Array, (await label.data()) as Int32Array]
  return Array.from({ length: count }, (_, i) => ({
    x: hostTensor(xData.slice(i * batchSize * inputs, (i + 1) * batchSize * inputs), [batchSize, inputs]),
    label: hostTensor(labelData.slice(i * batchSize, (i + 1) * batchSize), [batchSize]),
  }))
}
