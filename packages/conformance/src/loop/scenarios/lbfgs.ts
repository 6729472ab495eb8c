import type { Action, OptimizerSpec, Scenario } from '../scenario.ts'
import { plain, stepLr } from './parts.ts'

/** LBFGS of a few evaluations a step. */
export function lbfgsOf(options: object = {}): OptimizerSpec {
  return { name: 'opt', type: 'LBFGS', options: { lr: 0.5, maxIter: 4, ...options } }
}

const strongWolfe = { lineSearchFn: 'strong_wolfe' }

/** A step whose closure is the user's. */
export const withClosure: readonly Action[] = [
  { step: 'opt', closure: [{ zeroGrad: 'opt' }, { backward: 'loss' }, { return: 'loss' }] },
  { note: 'trainingStep[{batchIdx}] stepReturned={stepReturned} gs={gs}' },
]

/** LBFGS, which runs its closure several times in a step. */
export const lbfgs: readonly Scenario[] = [
  { ...plain, name: 'lbfgs_auto', optimizers: [lbfgsOf()], train: { batches: 3 }, trainer: { maxEpochs: 2 } },
  {
    ...plain,
    name: 'lbfgs_manual',
    optimization: 'manual',
    optimizers: [lbfgsOf()],
    trainingStep: withClosure,
    train: { batches: 3 },
    trainer: { maxEpochs: 2 },
    alteredBy: ['globalStep'],
  },
  {
    ...plain,
    name: 'lbfgs_auto_strong_wolfe',
    optimizers: [lbfgsOf(strongWolfe)],
    train: { batches: 2 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...plain,
    name: 'lbfgs_manual_strong_wolfe',
    optimization: 'manual',
    optimizers: [lbfgsOf(strongWolfe)],
    trainingStep: withClosure,
    train: { batches: 2 },
    trainer: { maxEpochs: 2 },
    alteredBy: ['globalStep'],
  },
  {
    ...plain,
    name: 'lbfgs_auto_accum2',
    optimizers: [lbfgsOf()],
    train: { batches: 4 },
    trainer: { accumulateGradBatches: 2 },
  },
  {
    ...plain,
    name: 'lbfgs_auto_clipped_with_scheduler',
    optimizers: [lbfgsOf()],
    schedulers: [stepLr({ stepSize: 1, gamma: 0.5 }, { interval: 'step' })],
    train: { batches: 3 },
    trainer: { gradientClipVal: 0.1 },
  },
  {
    ...plain,
    name: 'lbfgs_auto_hooks',
    optimizers: [lbfgsOf({ maxIter: 2 })],
    train: { batches: 1 },
    tracesHooks: true,
    alteredBy: ['prepareData'],
  },
]
