import {
  Adam,
  bceWithLogits,
  Linear,
  type OptimizerConfig,
  ones,
  ReLU,
  randn,
  Sequential,
  type Tensor,
  TrainingModule,
  zeros,
} from '@voltaic/core'

export interface Batch {
  /** `[n, 2]` */
  readonly point: Tensor
}

const latent = 8
const hidden = 32
/** Points that the discriminator looks at together: it can tell a generator that always makes the same (Lin et al. 2018). */
const pack = 2

/** A generator of points against a discriminator of real ones and made ones: two optimizers in automatic optimization. */
class Gan extends TrainingModule<Batch> {
  readonly generator = perceptron(latent, 2)
  readonly discriminator = perceptron(2 * pack, 1)

  /** `count` points, `[count, 2]`. */
  sample(count: number): Tensor {
    return this.generator.forward(randn([count, latent]))
  }

  // Called once for each optimizer, while the parameters of the other one are frozen.
  override trainingStep({ point }: Batch, _batchIdx: number, optimizerIdx: number): Tensor | Promise<void> {
    const made = this.sample(point.size(0))
    return optimizerIdx === 0 ? this.generatorLoss(made) : this.discriminatorLoss(point, made)
  }

  /** As many points as there are in the batch. */
  override predictStep({ point }: Batch): Tensor {
    return this.sample(point.size(0))
  }

  override configureOptimizers(): OptimizerConfig {
    const betas = [0.5, 0.999] as const
    return [
      new Adam(this.generator.parameters(), { lr: 2e-3, betas }),
      new Adam(this.discriminator.parameters(), { lr: 4e-3, betas }),
    ]
  }

  protected generatorLoss(made: Tensor): Tensor {
    const loss = this.#loss(made, ones)
    this.log('g_loss', loss, { progBar: true })
    return loss
  }

  protected discriminatorLoss(real: Tensor, made: Tensor): Tensor {
    const loss = this.#loss(real, ones).add(this.#loss(made.detach(), zeros))
    this.log('d_loss', loss, { progBar: true })
    return loss
  }

  /** How far the discriminator is from saying 1 of `points`, or 0. */
  #loss(points: Tensor, target: typeof ones): Tensor {
    const logits = this.discriminator.forward(points.reshape([points.size(0) / pack, 2 * pack]))
    return bceWithLogits(logits, target(logits.shape))
  }
}

/** The same in manual optimization: both networks learn from one and the same pass of the generator. */
class ManualGan extends Gan {
  override automaticOptimization = false

  override async trainingStep({ point }: Batch): Promise<void> {
    const [generator, discriminator] = this.optimizers<2>()
    const made = this.sample(point.size(0))

    await discriminator.toggleModel(async () => {
      const loss = this.discriminatorLoss(point, made)
      discriminator.zeroGrad()
      await this.manualBackward(loss)
      await discriminator.step()
    })

    await generator.toggleModel(async () => {
      const loss = this.generatorLoss(made)
      generator.zeroGrad()
      await this.manualBackward(loss)
      await generator.step()
    })
  }
}

function perceptron(inFeatures: number, outFeatures: number): Sequential {
  return new Sequential(
    new Linear(inFeatures, hidden),
    new ReLU(),
    new Linear(hidden, hidden),
    new ReLU(),
    new Linear(hidden, outFeatures),
  )
}

/** The ways to train by the name that `--mode` takes. */
export const modes = { automatic: Gan, manual: ManualGan } as const
