import type { Scenario } from '../scenario.ts'
import { optimizerA, optimizerB, two } from './parts.ts'

const interval = { interval: 'step' } as const
const schedulerA = { name: 'schA', type: 'StepLR', optimizer: 'A', options: { stepSize: 1, gamma: 0.9 } }
const schedulerB = { name: 'schB', type: 'StepLR', optimizer: 'B', options: { stepSize: 1, gamma: 0.9 } }

/** Two optimizers in automatic optimization. */
export const severalOptimizers: readonly Scenario[] = [
  {
    ...two,
    name: 'multi_opt_auto',
    train: { batches: 3 },
    trainer: { maxEpochs: 2 },
    alteredBy: ['currentEpoch'],
  },
  {
    ...two,
    name: 'multi_opt_auto_frequency_2_1',
    optimizers: [
      { ...optimizerA, frequency: 2 },
      { ...optimizerB, frequency: 1 },
    ],
    schedulers: [
      { ...schedulerA, config: interval },
      { ...schedulerB, config: interval },
    ],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
    alteredBy: ['currentEpoch', 'pairedFrequency'],
  },
  {
    ...two,
    name: 'multi_opt_auto_max_steps3',
    train: { batches: 5 },
    trainer: { maxSteps: 3 },
    alteredBy: ['currentEpoch'],
  },
  {
    ...two,
    name: 'multi_opt_auto_sched',
    schedulers: [schedulerA, { ...schedulerB, options: { stepSize: 1, gamma: 0.8 }, config: interval }],
    configuredAs: 'lists',
    train: { batches: 3 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...two,
    name: 'multi_opt_auto_accum2',
    train: { batches: 5 },
    trainer: { accumulateGradBatches: 2 },
  },
  {
    ...two,
    name: 'alternate_A_each_B_every_2',
    optimizerStep: [
      { optimizerIdx: 0, do: 'step' },
      { optimizerIdx: 1, every: 2, do: 'step' },
      { optimizerIdx: 1, do: 'closure' },
    ],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...two,
    name: 'page_clip_only_optimizer_A',
    configureGradientClipping: [{ optimizerIdx: 0 }],
    train: { batches: 2 },
    trainer: { gradientClipVal: 0.05 },
  },
  {
    ...two,
    name: 'page_clip_B_times_2_as_documented',
    configureGradientClipping: [{ optimizerIdx: 0 }, { optimizerIdx: 1, factor: 2 }],
    train: { batches: 2 },
    trainer: { gradientClipVal: 0.05 },
    alteredBy: ['clippingAsChosen'],
  },
  {
    ...two,
    name: 'multi_opt_auto_frozen',
    frozen: ['A.bias'],
    train: { batches: 2 },
  },
  {
    ...two,
    name: 'multi_opt_auto_hooks',
    train: { batches: 2 },
    tracesHooks: true,
  },
]
