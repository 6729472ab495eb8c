import {
  LBFGS,
  Linear,
  mse,
  type OptimizerConfig,
  Sequential,
  SGD,
  Tanh,
  type Tensor,
  TrainingModule,
} from '@voltaic/core'

export interface Batch {
  /** `[n, 1]` */
  readonly x: Tensor
  /** `[n, 1]` */
  readonly y: Tensor
}

/** A small network that learns a curve with LBFGS, in automatic optimization: the step evaluates its closure several times. */
class Curve extends TrainingModule<Batch> {
  readonly network = new Sequential(new Linear(1, 16), new Tanh(), new Linear(16, 1))
  /** How often the loss was evaluated. */
  evaluations = 0

  override trainingStep(batch: Batch): Tensor | Promise<void> {
    return this.loss(batch)
  }

  override configureOptimizers(): OptimizerConfig {
    return new LBFGS(this.parameters(), { lineSearchFn: 'strong_wolfe' })
  }

  protected loss({ x, y }: Batch): Tensor {
    this.evaluations++
    const loss = mse(this.network.forward(x), y)
    this.log('loss', loss, { progBar: true })
    return loss
  }
}

/** The same in manual optimization: the closure is written out. */
class ManualCurve extends Curve {
  override automaticOptimization = false

  override async trainingStep(batch: Batch): Promise<void> {
    const optimizer = this.optimizer()
    await optimizer.step(async () => {
      const loss = this.loss(batch)
      optimizer.zeroGrad()
      await this.manualBackward(loss)
      return loss
    })
  }
}

/** The same with SGD, which evaluates its closure once in a step. */
class SgdCurve extends Curve {
  override configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 0.05, momentum: 0.9 })
  }
}

/** The ways to train, by name. */
export const curves = { 'LBFGS, automatic': Curve, 'LBFGS, manual': ManualCurve, SGD: SgdCurve } as const
