import type { Scenario } from '../scenario.ts'
import { noted, plain, validated, withMomentum } from './parts.ts'

/** One optimizer in automatic optimization: hooks, what trainingStep returns, how an epoch ends. */
export const automatic: readonly Scenario[] = [
  {
    ...plain,
    name: 'auto_1opt_hooks',
    validationStep: validated,
    train: { batches: 3 },
    val: { batches: 2 },
    trainer: { maxEpochs: 2, numSanityValSteps: 1 },
    tracesHooks: true,
  },
  { ...withMomentum, name: 'auto_1opt_sgd_momentum', train: { batches: 3 }, trainer: { maxEpochs: 2 } },
  {
    ...plain,
    name: 'auto_1opt_adam',
    optimizers: [{ name: 'opt', type: 'Adam', options: { lr: 0.05 } }],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'training_step_returns_None_on_batch1',
    trainingStep: [{ at: 1, note: 'trainingStep[1] null' }, { at: 1, return: null }, ...noted],
    train: { batches: 3 },
    alteredBy: ['nullGradients'],
  },
  {
    ...withMomentum,
    name: 'training_step_returns_dict_accum2',
    trainingStep: [{ note: 'trainingStep[{batchIdx}] gs={gs} loss={loss}' }, { return: 'loss', extras: { foo: 7 } }],
    hooks: { onTrainBatchEnd: [{ note: 'outputs={outputs}' }] },
    train: { batches: 3 },
    trainer: { accumulateGradBatches: 2 },
  },
  {
    ...withMomentum,
    name: 'on_train_batch_start_minus1_at_2',
    endsEpochAt: 2,
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  { ...plain, name: 'no_optimizer_None', optimizers: [], train: { batches: 2 }, alteredBy: ['globalStep'] },
  {
    ...withMomentum,
    name: 'training_step_returns_None_accum2',
    trainingStep: [{ at: 1, note: 'trainingStep[1] null' }, { at: 1, return: null }, ...noted],
    train: { batches: 4 },
    trainer: { accumulateGradBatches: 2 },
  },
  { ...plain, name: 'null_batch_is_skipped', train: { batches: [0, null, 2] } },
  {
    ...plain,
    name: 'null_batch_accum2',
    train: { batches: [0, null, 2, 3] },
    trainer: { accumulateGradBatches: 2 },
  },
  {
    ...withMomentum,
    name: 'auto_1opt_frozen',
    frozen: ['net.bias'],
    train: { batches: 3 },
  },
  { ...plain, name: 'auto_rows_that_differ', train: { batches: 3, extraRows: 1 }, trainer: { maxEpochs: 2 } },
]
