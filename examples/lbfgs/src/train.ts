import { type Accelerator, hostTensor, manualSeed, Trainer } from '@voltaic/core'
import { curves } from './models.ts'

export interface TrainResult {
  /** Of the last evaluation. */
  readonly loss: number
  /** How often the loss was evaluated: forward and backward. */
  readonly evaluations: number
  /** Steps taken. */
  readonly steps: number
  /** All weights after training. */
  readonly weights: readonly number[]
}

const count = 64
const xs = Float32Array.from({ length: count }, (_, i) => (6 * i) / (count - 1) - 3)
const batch = {
  x: hostTensor(xs, [count, 1]),
  y: hostTensor(
    xs.map((x) => Math.sin(2 * x)),
    [count, 1],
  ),
}

/** A budget for each of the ways: LBFGS takes ten steps, SGD one for each evaluation that LBFGS made in them. */
export async function compare(accelerator: Accelerator): Promise<Readonly<Record<keyof typeof curves, TrainResult>>> {
  const automatic = await train(accelerator, 'LBFGS, automatic', 10)
  return {
    'LBFGS, automatic': automatic,
    'LBFGS, manual': await train(accelerator, 'LBFGS, manual', 10),
    SGD: await train(accelerator, 'SGD', automatic.evaluations),
  }
}

/** Learns sin 2x on [−3, 3] from 64 points, all of them in each step. */
async function train(accelerator: Accelerator, name: keyof typeof curves, steps: number): Promise<TrainResult> {
  manualSeed(1)
  const curve = new curves[name]()
  const trainer = new Trainer({ accelerator, maxSteps: steps, enableProgressBar: false })
  await trainer.fit(curve, { train: [batch] })
  const weights = await Promise.all(curve.parameters().map((parameter) => parameter.data()))
  return {
    loss: trainer.callbackMetrics.loss!,
    evaluations: curve.evaluations,
    steps: trainer.globalStep,
    weights: weights.flatMap((data) => [...data]),
  }
}
