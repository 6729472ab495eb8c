import type { Scenario } from '../scenario.ts'
import { plain, withMomentum } from './parts.ts'

/** Gradients of several batches that make one step. */
export const accumulation: readonly Scenario[] = [
  {
    ...withMomentum,
    name: 'auto_accum3_7batches',
    train: { batches: 7 },
    trainer: { maxEpochs: 2, accumulateGradBatches: 3 },
  },
  {
    ...withMomentum,
    name: 'auto_accum3_4batches_hooks',
    train: { batches: 4 },
    trainer: { accumulateGradBatches: 3 },
    tracesHooks: true,
  },
  {
    ...plain,
    name: 'accum_schedule_callback_from_epoch_1',
    accumulationSchedule: { 1: 2, 2: 3 },
    train: { batches: 5 },
    trainer: { maxEpochs: 3 },
  },
  {
    ...plain,
    name: 'accum_schedule_callback_hooks',
    accumulationSchedule: { 0: 2 },
    train: { batches: 3 },
    tracesHooks: true,
    alteredBy: ['prepareData'],
  },
  {
    ...plain,
    name: 'accum_schedule_callback_equal_to_number',
    accumulationSchedule: { 0: 2 },
    train: { batches: 5 },
    trainer: { maxEpochs: 2 },
  },
  {
    ...plain,
    name: 'accum_schedule_callback_with_override',
    accumulationSchedule: { 0: 2 },
    optimizerStep: [{ do: 'step' }],
    train: { batches: 3 },
  },
  {
    ...plain,
    name: 'auto_accum2_5batches',
    train: { batches: 5 },
    trainer: { maxEpochs: 2, accumulateGradBatches: 2 },
  },
  {
    ...plain,
    name: 'auto_accum2_max_steps4',
    train: { batches: 5 },
    trainer: { maxEpochs: -1, maxSteps: 4, accumulateGradBatches: 2 },
  },
]
