import {
  AdamW,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type OptimizerConfig,
  ReLU,
  Sequential,
  StepLR,
  type Tensor,
  TrainingModule,
} from '@voltaic/core'

export interface Batch {
  /** `[n, 1, 8, 8]` */
  readonly image: Tensor
  /** `[n]`, int32 */
  readonly label: Tensor
}

export interface ModelOptions {
  /** Learning rate of the first epochs. */
  readonly lr: number
  /** Epochs until it drops to a fifth. */
  readonly stepSize: number
}

/**
 * The networks by the name that `--model` takes: from `[n, 1, 8, 8]` to one score for each of the ten digits. Shifted digits
 * are more of the same to convolutions, and something else to a network that knows no neighbours.
 */
export const networks = {
  mlp: {
    shiftsDigits: false,
    make: () => new Sequential(new Flatten(), new Linear(64, 128), new ReLU(), new Dropout(0.2), new Linear(128, 10)),
  },
  cnn: {
    shiftsDigits: true,
    make: () =>
      new Sequential(
        new Conv2d(1, 16, 3, { padding: 1, bias: false }),
        new BatchNorm2d(16),
        new ReLU(),
        new Conv2d(16, 32, 3, { padding: 1, bias: false }),
        new BatchNorm2d(32),
        new ReLU(),
        new MaxPool2d(2),
        new Dropout(0.4),
        new Flatten(),
        new Linear(32 * 4 * 4, 128),
        new ReLU(),
        new Dropout(0.4),
        new Linear(128, 10),
      ),
  },
} as const

/** A classifier of digits, in automatic optimization. */
class Classifier extends TrainingModule<Batch> {
  readonly network: Sequential
  readonly #options: ModelOptions

  constructor(network: Sequential, options: ModelOptions) {
    super()
    this.network = network
    this.#options = options
  }

  forward(image: Tensor): Tensor {
    return this.network.forward(image)
  }

  override trainingStep(batch: Batch): Tensor | Promise<void> {
    return this.loss(batch)
  }

  override testStep({ image, label }: Batch): void {
    const isRight = this.forward(image).argmax(1).eq(label)
    this.log('accuracy', isRight.to('float32').mean(), { progBar: true })
  }

  /** @returns the digits read, `[n]` */
  override predictStep({ image }: Batch): Tensor {
    return this.forward(image).argmax(1)
  }

  override configureOptimizers(): OptimizerConfig {
    const { lr, stepSize } = this.#options
    const optimizer = new AdamW(this.parameters(), { lr })
    return { optimizer, lrScheduler: new StepLR(optimizer, { stepSize, gamma: 0.2 }) }
  }

  protected loss({ image, label }: Batch): Tensor {
    const loss = crossEntropy(this.forward(image), label)
    this.log('loss', loss, { progBar: true })
    return loss
  }
}

/** The same in manual optimization: the step zeroes, goes backward and updates; the epoch's end moves the learning rate. */
class ManualClassifier extends Classifier {
  override automaticOptimization = false

  override async trainingStep(batch: Batch): Promise<void> {
    const optimizer = this.optimizer()
    const loss = this.loss(batch)
    optimizer.zeroGrad()
    await this.manualBackward(loss)
    await optimizer.step()
  }

  override onTrainEpochEnd(): void {
    this.lrScheduler().step()
  }
}

/** The ways to train by the name that `--mode` takes. */
export const modes = { automatic: Classifier, manual: ManualClassifier } as const
