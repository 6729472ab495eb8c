import type { Action, OptimizerSpec, Scenario, SchedulerSpec } from '../scenario.ts'

/** What scenarios have in common. */
export type Base = Pick<Scenario, 'model' | 'optimizers' | 'trainingStep'> & Partial<Scenario>

/** A step of automatic optimization that notes the loss, and returns it. */
export const noted: readonly Action[] = [{ note: 'trainingStep[{batchIdx}] gs={gs} loss={loss}' }, { return: 'loss' }]

/** A validation that logs the loss as `val_loss`. */
export const validated: readonly Action[] = [
  { note: 'validationStep[{batchIdx}] sanity={sanity}' },
  { log: 'val_loss', loss: 'loss', options: { onEpoch: true, batchSize: 2 } },
]

export function sgd(options: { readonly momentum?: number } = {}): OptimizerSpec {
  return { name: 'opt', type: 'SGD', options: { lr: 0.1, ...options } }
}

/** SGD with a momentum of 0.9. */
export const momentum: OptimizerSpec = sgd({ momentum: 0.9 })

/** Automatic optimization of the regression by SGD. */
export const plain: Base = {
  model: 'regression',
  optimizers: [sgd()],
  trainingStep: noted,
}

/** The same with momentum, and a validation step. */
export const withMomentum: Base = {
  ...plain,
  optimizers: [momentum],
  validationStep: validated,
}

export function stepLr(options: object, config: SchedulerSpec['config'] = {}): SchedulerSpec {
  return { name: 'sched', type: 'StepLR', options: { ...options }, config }
}

/** A step of two optimizers that notes which layers learn. */
const notedOfTwo: readonly Action[] = [
  { note: 'trainingStep[{batchIdx},opt={optimizerIdx}] gs={gs} rgA={learns.A} rgB={learns.B} loss={loss}' },
  { return: 'loss' },
]

export const optimizerA: OptimizerSpec = { name: 'A', type: 'SGD', layers: ['A'], options: { lr: 0.1, momentum: 0.5 } }
export const optimizerB: OptimizerSpec = { name: 'B', type: 'SGD', layers: ['B'], options: { lr: 0.2 } }

/** Automatic optimization of two layers, each with its optimizer. */
export const two: Base = {
  model: 'two',
  optimizers: [optimizerA, optimizerB],
  trainingStep: notedOfTwo,
}
