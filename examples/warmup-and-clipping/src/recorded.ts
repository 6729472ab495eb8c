import {
  Linear,
  mse,
  type Optimizer,
  type OptimizerConfig,
  SGD,
  type Tensor,
  TrainingModule,
  tensor,
  type WrappedOptimizer,
} from '@voltaic/core'

export interface Batch {
  /** `[n, 4]` */
  readonly x: Tensor
  /** `[n, 1]` */
  readonly y: Tensor
}

/** What was seen of one optimizer in a batch. */
export interface Update {
  readonly lr: number
  /** Norm of the gradients before clipping; null where no step was taken. */
  readonly norm: number | null
  /** Norm of the gradients after the batch: those that the step saw, if there was one. */
  readonly clipped: number
  /** Steps taken so far. */
  readonly stepCount: number
}

export const lr = 0.05

/** Two layers, each with an optimizer of its own: A for the body, B for the head. It keeps what was seen of them. */
export abstract class Recorded extends TrainingModule<Batch> {
  readonly body = new Linear(4, 16)
  readonly head = new Linear(16, 1)
  /** By batch: of A and of B. */
  readonly records: (readonly [a: Update, b: Update])[] = []
  readonly #norms = new Map<Optimizer, Tensor>()

  override trainingStep({ x, y }: Batch): Tensor {
    return mse(this.head.forward(this.body.forward(x).tanh()), y)
  }

  override configureOptimizers(): OptimizerConfig {
    return [new SGD(this.body.parameters(), { lr }), new SGD(this.head.parameters(), { lr })]
  }

  override onBeforeOptimizerStep(optimizer: Optimizer): void {
    // Computed with the step, and kept: what is recorded in a step expires with it.
    this.#norms.set(optimizer, normOfGradients(optimizer).keep())
  }

  override async onTrainBatchEnd(): Promise<void> {
    const [a, b] = this.optimizers<2>()
    this.records.push([await this.#update(a), await this.#update(b)])
    this.#norms.clear()
  }

  async #update(wrapped: WrappedOptimizer): Promise<Update> {
    const { optimizer, stepCount } = wrapped
    const norm = this.#norms.get(optimizer)
    return {
      lr: optimizer.paramGroups[0]!.lr,
      norm: norm === undefined ? null : await norm.item(),
      clipped: await normOfGradients(optimizer).item(),
      stepCount,
    }
  }
}

function normOfGradients({ paramGroups }: Optimizer): Tensor {
  const gradients = paramGroups.flatMap(({ params }) => params.flatMap(({ grad }) => grad ?? []))
  return gradients.reduce((sum, gradient) => sum.add(gradient.square().sum()), tensor(0)).sqrt()
}
