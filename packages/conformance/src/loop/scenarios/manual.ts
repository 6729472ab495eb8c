import type { Action, Scenario } from '../scenario.ts'
import { type Base, sgd, stepLr } from './parts.ts'

const halving = { stepSize: 1, gamma: 0.5 }

/** What the page's GAN does in a batch. */
const ganStep: readonly Action[] = [
  { zeroGrad: 'd' },
  { backward: 'errD' },
  { step: 'd' },
  { zeroGrad: 'g' },
  { backward: 'errG' },
  { step: 'g' },
  { note: 'end[{batchIdx}] gs={gs} errD={errD} errG={errG}' },
  { log: 'g_loss', loss: 'errG', options: { progBar: true } },
  { log: 'd_loss', loss: 'errD', options: { progBar: true } },
]

const gan: Base = {
  model: 'gan',
  optimization: 'manual',
  optimizers: [
    { name: 'g', type: 'Adam', layers: ['G'], options: { lr: 0.02 } },
    { name: 'd', type: 'Adam', layers: ['D'], options: { lr: 0.03 } },
  ],
  trainingStep: ganStep,
}

const regression: Omit<Base, 'trainingStep'> = {
  model: 'regression',
  optimization: 'manual',
  optimizers: [sgd()],
}

/** Backward in each batch, a step every `n`. */
function accumulating(n: number): readonly Action[] {
  return [
    { backward: 'loss' },
    { note: 'trainingStep[{batchIdx}] gs={gs}' },
    { every: n, step: 'opt' },
    { every: n, zeroGrad: 'opt' },
  ]
}

const oneStep: readonly Action[] = [{ zeroGrad: 'opt' }, { backward: 'loss' }, { step: 'opt' }]

/** Manual optimization: the training step does everything. */
export const manual: readonly Scenario[] = [
  { ...gan, name: 'manual_gan', train: { batches: 3 }, trainer: { maxEpochs: 2 }, alteredBy: ['globalStep'] },
  {
    ...gan,
    name: 'manual_gan_hooks',
    train: { batches: 2 },
    tracesHooks: true,
    alteredBy: ['globalStep'],
  },
  { ...gan, name: 'manual_gan_max_steps5', train: { batches: 4 }, trainer: { maxEpochs: -1, maxSteps: 5 } },
  {
    ...gan,
    name: 'manual_gan_toggled',
    trainingStep: [
      { toggle: 'd', do: ganStep.slice(0, 3) },
      { toggle: 'g', do: ganStep.slice(3, 6) },
      ...ganStep.slice(6),
    ],
    train: { batches: 3 },
    trainer: { maxEpochs: 2 },
    alteredBy: ['globalStep'],
  },
  {
    ...regression,
    name: 'manual_accum2_5batches',
    trainingStep: accumulating(2),
    train: { batches: 5 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...regression,
    name: 'manual_sched_every2_5batches',
    schedulers: [stepLr(halving, { interval: 'step', frequency: 1 })],
    trainingStep: [...oneStep, { every: 2, stepScheduler: 'sched' }, { lastBatch: true, note: 'isLastBatch' }],
    train: { batches: 5 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...regression,
    name: 'manual_sched_every2_epochs',
    schedulers: [{ ...stepLr(halving), config: { monitor: 'nope', strict: true } }],
    trainingStep: [...oneStep, { lastBatch: true, stepScheduler: 'sched' }],
    train: { batches: 2 },
    trainer: { maxEpochs: 3 },
  },
  {
    ...regression,
    name: 'manual_plateau_in_epoch_end',
    optimizers: [{ ...sgd(), monitor: 'loss' }],
    schedulers: [{ name: 'sched', type: 'ReduceLROnPlateau', options: { factor: 0.5, patience: 0, threshold: 0.5 } }],
    trainingStep: [
      ...oneStep,
      { log: 'loss', loss: 'loss', options: { onStep: false, onEpoch: true, batchSize: 2 } },
      { return: 'loss' },
    ],
    hooks: { trainingEpochEnd: [{ stepScheduler: 'sched', metric: 'loss' }] },
    train: { batches: 3 },
    trainer: { maxEpochs: 4 },
  },
  {
    model: 'shared',
    name: 'toggle_model_shared_params',
    frozen: ['s.bias'],
    optimization: 'manual',
    optimizers: [
      { name: 'o1', type: 'SGD', layers: ['a', 's'], options: { lr: 0.1 } },
      { name: 'o2', type: 'SGD', layers: ['b', 's'], options: { lr: 0.1 } },
    ],
    trainingStep: [
      { notesFlags: true },
      { toggle: 'o1', do: [{ notesFlags: true }] },
      { notesFlags: true },
      { toggle: 'o2', do: [{ notesFlags: true }] },
      { notesFlags: true },
    ],
    train: { batches: 1 },
    alteredBy: ['flagsAlone'],
  },
  {
    model: 'shared',
    name: 'toggled_shared_params_learn',
    frozen: ['s.bias'],
    optimization: 'manual',
    optimizers: [
      { name: 'o1', type: 'SGD', layers: ['a', 's'], options: { lr: 0.1 } },
      { name: 'o2', type: 'Adam', layers: ['b', 's'], options: { lr: 0.05 } },
    ],
    trainingStep: [
      { toggle: 'o1', do: [{ zeroGrad: 'o1' }, { backward: 'lossA' }, { step: 'o1' }] },
      { toggle: 'o2', do: [{ zeroGrad: 'o2' }, { backward: 'lossB' }, { every: 2, step: 'o2' }] },
      { note: 'end[{batchIdx}] gs={gs} lossA={lossA} lossB={lossB}' },
    ],
    train: { batches: 4 },
    alteredBy: ['globalStep'],
  },
  {
    ...regression,
    name: 'manual_closures_returning_dict',
    trainingStep: [
      {
        step: 'opt',
        closure: [{ zeroGrad: 'opt' }, { backward: 'loss' }, { note: 'closure {loss}' }, { return: 'loss' }],
      },
      { note: 'trainingStep[{batchIdx}] stepReturned={stepReturned}' },
      { return: 'loss', extras: { foo: 7 } },
    ],
    hooks: { onTrainBatchEnd: [{ note: 'outputs={outputs}' }] },
    train: { batches: 2 },
  },
  {
    ...regression,
    name: 'manual_accum2_of_the_mean_and_clipped',
    trainingStep: [
      { backward: 'loss', dividedBy: 2 },
      { every: 2, clip: 'opt', to: 0.05 },
      { every: 2, step: 'opt' },
      { every: 2, zeroGrad: 'opt' },
    ],
    train: { batches: 4 },
  },
  {
    ...regression,
    name: 'manual_step_of_the_inner_optimizer',
    trainingStep: [
      { zeroGrad: 'opt' },
      { backward: 'loss' },
      { step: 'opt', bypasses: true },
      { note: 'trainingStep[{batchIdx}] gs={gs}' },
    ],
    train: { batches: 3 },
  },
  {
    ...regression,
    name: 'manual_clipped',
    trainingStep: [{ zeroGrad: 'opt' }, { backward: 'loss' }, { clip: 'opt', to: 0.05 }, { step: 'opt' }],
    train: { batches: 3 },
  },
]
