import {
  Adam,
  AdamW,
  BatchNorm2d,
  bceWithLogits,
  Conv2d,
  crossEntropy,
  Dropout,
  Embedding,
  Flatten,
  type FreeStepOutput,
  generateSquareSubsequentMask,
  type HostRandom,
  type HostTensor,
  hostTensor,
  Linear,
  MaxPool2d,
  type OptimizerConfig,
  onesLike,
  ReLU,
  Sequential,
  SGD,
  Tanh,
  type Tensor,
  TrainingModule,
  TransformerEncoderLayer,
  zerosLike,
} from '@voltaic/core'

/** Inputs, and for a classifier its labels. */
export interface Batch {
  readonly x: Tensor
  readonly label: Tensor
}

type HostBatch = { readonly [K in keyof Batch]: HostTensor }

/** Something small that learns. */
export interface TrainedModel {
  readonly name: string
  readonly make: () => TrainingModule<Batch>
  /** The batch of a number, the same for the same seed. */
  readonly batch: (random: HostRandom) => HostBatch
  /** Whether it steps in manual optimization. Default false. */
  readonly isManual?: boolean
  /** An option of its Trainer. */
  readonly gradientClipVal?: number
}

const classes = 3
/** Of Adam: one that float16 holds. */
const eps = 1e-4

/** A perceptron with dropout. */
class Perceptron extends TrainingModule<Batch> {
  readonly net = new Sequential(new Linear(6, 16), new ReLU(), new Dropout(0.2), new Linear(16, classes))

  trainingStep({ x, label }: Batch): Tensor {
    return crossEntropy(this.net.forward(x), label)
  }

  configureOptimizers(): OptimizerConfig {
    return new AdamW(this.parameters(), { lr: 1e-2, eps })
  }
}

/** A convolution with batch norm, whose running statistics are state that nothing learns. */
class Convolutional extends TrainingModule<Batch> {
  readonly net = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new BatchNorm2d(4),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(36, classes),
  )

  trainingStep({ x, label }: Batch): Tensor {
    return crossEntropy(this.net.forward(x), label)
  }

  configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 0.05, momentum: 0.9 })
  }
}

const [vocabulary, length, width] = [7, 5, 8]

/** A causal transformer that predicts the next of some tokens. */
class Transformer extends TrainingModule<Batch> {
  readonly embedding = new Embedding(vocabulary, width)
  readonly places = new Embedding(length, width)
  readonly block = new TransformerEncoderLayer(width, 2, { dimFeedforward: 16, dropout: 0, batchFirst: true })
  readonly head = new Linear(width, vocabulary)

  trainingStep({ x, label }: Batch): Tensor {
    const embedded = this.embedding.forward(x).add(this.places.weight)
    const srcMask = generateSquareSubsequentMask(length, { dtype: embedded.dtype })
    const logits = this.head.forward(this.block.forward(embedded, { srcMask }))
    return crossEntropy(logits.reshape([-1, vocabulary]), label.reshape([-1]))
  }

  configureOptimizers(): OptimizerConfig {
    return new Adam(this.parameters(), { lr: 1e-2, eps })
  }
}

/** A generator against a discriminator: two optimizers in manual optimization. */
class Gan extends TrainingModule<Batch> {
  override automaticOptimization = false
  readonly generator = new Sequential(new Linear(4, 8), new Tanh(), new Linear(8, 2))
  readonly discriminator = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1))

  async trainingStep({ x }: Batch): Promise<FreeStepOutput> {
    const [generator, discriminator] = this.optimizers<2>()
    const made = this.generator.forward(x)
    const discriminatorLoss = this.#realness(x.narrow(1, 0, 2), true).add(this.#realness(made.detach(), false))
    await discriminator.toggleModel(async () => {
      discriminator.zeroGrad()
      await this.manualBackward(discriminatorLoss)
      await discriminator.step()
    })
    const generatorLoss = this.#realness(made, true)
    await generator.toggleModel(async () => {
      generator.zeroGrad()
      await this.manualBackward(generatorLoss)
      await generator.step()
    })
    return { loss: discriminatorLoss.add(generatorLoss) }
  }

  configureOptimizers(): OptimizerConfig {
    const options = { lr: 1e-2, betas: [0.5, 0.999], eps } as const
    return [new Adam(this.generator.parameters(), options), new Adam(this.discriminator.parameters(), options)]
  }

  #realness(points: Tensor, isReal: boolean): Tensor {
    const logits = this.discriminator.forward(points)
    return bceWithLogits(logits, isReal ? onesLike(logits) : zerosLike(logits))
  }
}

/** What the cases of training train. */
export const trainedModels: readonly TrainedModel[] = [
  {
    name: 'mlp',
    make: () => new Perceptron(),
    batch: (random) => ({ x: floats(random, [8, 6]), label: integers(random, [8], classes) }),
  },
  {
    name: 'cnn',
    make: () => new Convolutional(),
    batch: (random) => ({ x: floats(random, [4, 1, 6, 6]), label: integers(random, [4], classes) }),
  },
  {
    name: 'transformer',
    make: () => new Transformer(),
    batch: (random) => ({
      x: integers(random, [3, length], vocabulary),
      label: integers(random, [3, length], vocabulary),
    }),
    gradientClipVal: 1,
  },
  {
    name: 'gan',
    isManual: true,
    make: () => new Gan(),
    batch: (random) => ({ x: floats(random, [8, 4]), label: integers(random, [8], 2) }),
  },
]

/** Numbers of [−1, 1). */
function floats(random: HostRandom, shape: readonly number[]): HostTensor {
  return hostTensor(
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.uniform() - 1),
    shape,
  )
}

function integers(random: HostRandom, shape: readonly number[], bound: number): HostTensor {
  return hostTensor(
    Int32Array.from({ length: sizeOf(shape) }, () => random.below(bound)),
    shape,
  )
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1)
}
