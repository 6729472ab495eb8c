import type { Scenario, SchedulerSpec } from '../scenario.ts'
import { momentum, noted, plain, sgd, stepLr, validated, withMomentum } from './parts.ts'

const halving = { stepSize: 1, gamma: 0.5 }

/** Reduces at the first metric that is not better by half. */
function plateau(config?: SchedulerSpec['config']): SchedulerSpec {
  const options = { factor: 0.5, patience: 0, threshold: 0.5 }
  return { name: 'sched', type: 'ReduceLROnPlateau', options, ...(config && { config }) }
}

/** Learning rate schedulers that the loop steps. */
export const schedulers: readonly Scenario[] = [
  {
    ...withMomentum,
    name: 'steplr_epoch',
    schedulers: [stepLr(halving)],
    train: { batches: 3 },
    val: { batches: 1 },
    trainer: { maxEpochs: 3 },
  },
  {
    ...withMomentum,
    name: 'steplr_step_freq1',
    schedulers: [stepLr({ stepSize: 2, gamma: 0.5 }, { interval: 'step' })],
    train: { batches: 5 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'steplr_step_freq2',
    schedulers: [stepLr(halving, { interval: 'step', frequency: 2 })],
    train: { batches: 5 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'steplr_step_accum2',
    schedulers: [stepLr(halving, { interval: 'step' })],
    train: { batches: 5 },
    trainer: { maxEpochs: 2, accumulateGradBatches: 2 },
  },
  {
    ...withMomentum,
    name: 'steplr_step_freq2_accum2',
    schedulers: [stepLr(halving, { interval: 'step', frequency: 2 })],
    train: { batches: 5 },
    trainer: { maxEpochs: 2, accumulateGradBatches: 2 },
  },
  {
    ...withMomentum,
    name: 'steplr_epoch_freq2',
    schedulers: [stepLr(halving, { frequency: 2 })],
    train: { batches: 2 },
    trainer: { maxEpochs: 5 },
  },
  {
    ...withMomentum,
    name: 'sched_epoch_max_steps_midepoch',
    schedulers: [stepLr(halving)],
    train: { batches: 3 },
    trainer: { maxEpochs: -1, maxSteps: 5 },
  },
  {
    ...withMomentum,
    name: 'steplr_epoch_hooks',
    schedulers: [stepLr(halving)],
    train: { batches: 2 },
    val: { batches: 1 },
    tracesHooks: true,
    alteredBy: ['prepareData'],
  },
  {
    ...withMomentum,
    name: 'steplr_epoch_ended_early',
    schedulers: [stepLr(halving)],
    endsEpochAt: 1,
    train: { batches: 3 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'onecycle_step',
    schedulers: [
      { name: 'sched', type: 'OneCycleLR', options: { maxLr: 0.3, totalSteps: 8 }, config: { interval: 'step' } },
    ],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'onecycle_epoch_warns',
    schedulers: [{ name: 'sched', type: 'OneCycleLR', options: { maxLr: 0.3, totalSteps: 4 }, config: {} }],
    train: { batches: 2 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'cyclic_step',
    schedulers: [
      {
        name: 'sched',
        type: 'CyclicLR',
        options: { baseLr: 0.02, maxLr: 0.2, stepSizeUp: 2, mode: 'triangular2' },
        config: { interval: 'step' },
      },
    ],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...withMomentum,
    name: 'plateau_val_loss_epoch',
    schedulers: [plateau({ monitor: 'val_loss' })],
    train: { batches: 3 },
    val: { batches: 2, offset: 50 },
    trainer: { maxEpochs: 4 },
  },
  {
    ...withMomentum,
    name: 'plateau_hooks',
    schedulers: [plateau({ monitor: 'val_loss' })],
    train: { batches: 2 },
    val: { batches: 1, offset: 50 },
    trainer: { maxEpochs: 2 },
    tracesHooks: true,
    alteredBy: ['prepareData'],
  },
  {
    ...withMomentum,
    name: 'plateau_missing_strict',
    schedulers: [{ name: 'sched', type: 'ReduceLROnPlateau', config: { monitor: 'nope' } }],
    train: { batches: 2 },
  },
  {
    ...withMomentum,
    name: 'plateau_missing_nonstrict',
    schedulers: [{ name: 'sched', type: 'ReduceLROnPlateau', config: { monitor: 'nope', strict: false } }],
    train: { batches: 2 },
  },
  {
    ...plain,
    name: 'plateau_epoch_interval_on_train_epoch_metric',
    optimizers: [momentum],
    schedulers: [plateau({ monitor: 'tl' })],
    trainingStep: [
      { log: 'tl', loss: 'loss', options: { onStep: false, onEpoch: true, batchSize: 2 } },
      { return: 'loss' },
    ],
    train: { batches: 3 },
    trainer: { maxEpochs: 4 },
  },
  {
    ...plain,
    name: 'plateau_step_interval_on_train_metric',
    optimizers: [momentum],
    schedulers: [plateau({ interval: 'step', monitor: 'tl' })],
    trainingStep: [
      { note: 'trainingStep[{batchIdx}]' },
      { log: 'tl', loss: 'loss', options: { batchSize: 2 } },
      { return: 'loss' },
    ],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...plain,
    name: 'plateau_monitored_beside_the_scheduler',
    optimizers: [{ ...sgd(), monitor: 'val_loss' }],
    schedulers: [plateau()],
    trainingStep: noted,
    validationStep: validated,
    train: { batches: 2 },
    val: { batches: 1, offset: 50 },
    trainer: { maxEpochs: 3 },
  },
  {
    ...withMomentum,
    name: 'plateau_check_val_every2',
    schedulers: [plateau({ monitor: 'val_loss' })],
    train: { batches: 2 },
    val: { batches: 1, offset: 50 },
    trainer: { maxEpochs: 4, checkValEveryNEpoch: 2, numSanityValSteps: 1 },
  },
]
