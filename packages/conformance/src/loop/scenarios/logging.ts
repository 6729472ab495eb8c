import type { Action, Scenario } from '../scenario.ts'
import { momentum, noted, plain, stepLr, withMomentum } from './parts.ts'

const ofEpoch = { onStep: false, onEpoch: true } as const
const ofBoth = { onStep: true, onEpoch: true } as const

/** A loss for each epoch that first gets better, and then does not. */
const scores: readonly Action[] = [{ log: 'vl', number: [5, 3, 3.5, 3.2, 2.9, 2.8, 2.7] }]

const logging = {
  ...plain,
  trainingStep: [
    noted[0]!,
    { log: 's', number: 'batchIdx' },
    { log: 'e', number: 'batchIdx', options: ofEpoch },
    { log: 'both', number: 'batchIdx', options: { ...ofBoth, progBar: true } },
    { log: 'mx', number: 'batchIdx', options: { ...ofEpoch, reduceFx: 'max' } },
    { log: 'sm', number: 'batchIdx', options: { ...ofEpoch, reduceFx: 'sum' } },
    { log: 'nolog', number: 1, options: { logger: false } },
    { return: 'loss' },
  ],
  validationStep: [
    { log: 'v', number: 'batchIdx' },
    { log: 'vb', number: 'batchIdx', options: ofBoth },
  ],
  train: { batches: 4, extraRows: 1 },
  val: { batches: 2, extraRows: 1 },
  logs: true,
} as const satisfies Omit<Scenario, 'name'>

/** What loggers and callbacks get, and callbacks that watch or log numbers. */
export const loggingAndCallbacks: readonly Scenario[] = [
  { ...logging, name: 'log_semantics', trainer: { maxEpochs: 2, logEveryNSteps: 2 } },
  {
    ...logging,
    name: 'log_semantics_accum2',
    trainer: { maxEpochs: 2, logEveryNSteps: 2, accumulateGradBatches: 2 },
  },
  {
    ...logging,
    name: 'log_two_val_loaders',
    validationStep: [
      { log: 'v', loss: 'loss' },
      { log: 'vb', number: 'batchIdx', options: { ...ofBoth, progBar: true } },
    ],
    valLoaders: [{ batches: 2 }, { batches: 1, offset: 50, extraRows: 1 }],
    trainer: { maxEpochs: 2, logEveryNSteps: 3, numSanityValSteps: 1 },
  },
  {
    ...logging,
    name: 'log_in_epoch_end_hook',
    schedulers: [
      { name: 'sched', type: 'ReduceLROnPlateau', options: { factor: 0.5, patience: 0 }, config: { monitor: 'late' } },
    ],
    hooks: { onTrainEpochEnd: [{ log: 'late', number: [1, 2, 3] }] },
    trainer: { maxEpochs: 3 },
  },
  {
    ...withMomentum,
    name: 'lr_monitor_step',
    schedulers: [stepLr({ stepSize: 1, gamma: 0.5 }, { interval: 'step', name: 'my' })],
    callbacks: [{ type: 'LearningRateMonitor', args: [{ logMomentum: true }] }],
    train: { batches: 4 },
    trainer: { logEveryNSteps: 1 },
    logs: true,
  },
  {
    ...withMomentum,
    name: 'lr_monitor_epoch',
    optimizers: [momentum],
    schedulers: [stepLr({ stepSize: 1, gamma: 0.5 })],
    callbacks: [{ type: 'LearningRateMonitor' }],
    train: { batches: 2 },
    trainer: { maxEpochs: 3, logEveryNSteps: 1 },
    logs: true,
  },
  {
    ...plain,
    name: 'early_stopping_patience2',
    validationStep: scores,
    callbacks: [
      {
        type: 'EarlyStopping',
        args: ['vl', { patience: 2 }],
        notes: { stoppedEpoch: 'stoppedEpoch', wait: 'waitCount', best: 'bestScore' },
      },
    ],
    train: { batches: 2 },
    val: { batches: 1 },
    trainer: { maxEpochs: 7 },
  },
  {
    ...plain,
    name: 'early_stopping_in_mid_epoch',
    validationStep: [{ log: 'vl', number: 'batchIdx' }],
    callbacks: [{ type: 'EarlyStopping', args: ['vl', { patience: 2 }], notes: { wait: 'waitCount' } }],
    train: { batches: 6 },
    val: { batches: 1 },
    trainer: { maxEpochs: 3, valCheckInterval: 2 },
  },
  {
    ...plain,
    name: 'early_stopping_min_steps',
    validationStep: scores,
    callbacks: [{ type: 'EarlyStopping', args: ['vl', { patience: 1, mode: 'max' }], notes: { wait: 'waitCount' } }],
    train: { batches: 2 },
    val: { batches: 1 },
    trainer: { maxEpochs: 7, minSteps: 7 },
  },
  {
    ...plain,
    name: 'early_stopping_missing',
    validationStep: scores,
    callbacks: [{ type: 'EarlyStopping', args: ['zzz'] }],
    train: { batches: 2 },
    val: { batches: 1 },
  },
]
