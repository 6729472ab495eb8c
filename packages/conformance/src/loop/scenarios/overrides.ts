import type { Scenario } from '../scenario.ts'
import { plain, stepLr } from './parts.ts'

/** Overrides of optimizerStep and of clipping, with one optimizer. */
export const overrides: readonly Scenario[] = [
  {
    ...plain,
    name: 'warmup_optimizer_step_override',
    warmUp: { steps: 5, lr: 0.1 },
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...plain,
    name: 'optimizer_step_override_drops_closure_at1_error',
    optimizerStep: [
      { at: 1, do: 'nothing' },
      { at: 2, do: 'closure' },
      { at: 3, do: 'bypass' },
    ],
    train: { batches: 5 },
  },
  {
    ...plain,
    name: 'optimizer_step_override_closure_only_at2_bypass_at3',
    optimizerStep: [
      { at: 2, do: 'closure' },
      { at: 3, do: 'bypass' },
    ],
    train: { batches: 5 },
    alteredBy: ['globalStep'],
  },
  {
    ...plain,
    name: 'optimizer_step_override_accum2',
    optimizerStep: [{ do: 'step' }],
    train: { batches: 4 },
    trainer: { accumulateGradBatches: 2 },
  },
  { ...plain, name: 'clip_norm_0.05', train: { batches: 3 }, trainer: { gradientClipVal: 0.05 } },
  {
    ...plain,
    name: 'clip_norm_hooks',
    validationStep: [{ return: null }],
    train: { batches: 1 },
    trainer: { gradientClipVal: 0.05 },
    tracesHooks: true,
  },
  {
    ...plain,
    name: 'clip_value_0.02',
    train: { batches: 3 },
    trainer: { gradientClipVal: 0.02, gradientClipAlgorithm: 'value' },
  },
  {
    ...plain,
    name: 'clip_norm_0.05_accum2',
    train: { batches: 5 },
    trainer: { gradientClipVal: 0.05, accumulateGradBatches: 2 },
  },
  {
    ...plain,
    name: 'clip_override_by_its_own_value',
    configureGradientClipping: [{ gradientClipVal: 0.02, gradientClipAlgorithm: 'value' }],
    train: { batches: 3 },
    trainer: { gradientClipVal: 1 },
  },
  {
    ...plain,
    name: 'clip_override_without_trainer_value',
    configureGradientClipping: [{ gradientClipVal: 0.02, gradientClipAlgorithm: 'value' }],
    train: { batches: 3 },
  },
  {
    ...plain,
    name: 'warmup_with_scheduler',
    warmUp: { steps: 3, lr: 0.1 },
    schedulers: [stepLr({ stepSize: 2, gamma: 0.5 }, { interval: 'step' })],
    train: { batches: 4 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...plain,
    name: 'warmup_accum2',
    warmUp: { steps: 3, lr: 0.1 },
    train: { batches: 5 },
    accumulationSchedule: { 0: 2 },
    trainer: { maxEpochs: 2 },
  },
]
