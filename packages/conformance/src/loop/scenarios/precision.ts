import type { Action, Scenario } from '../scenario.ts'
import { lbfgsOf, withClosure } from './lbfgs.ts'
import { noted, plain, validated } from './parts.ts'

/** With a scale that is small, and moves soon. */
const mixed = {
  ...plain,
  validationStep: validated,
  precision: { name: '16-mixed', scaler: { initScale: 4, growthInterval: 2 } },
} as const

/** A loss that is infinite in batch `at`. */
function overflowingAt(at: number): readonly Action[] {
  return [noted[0]!, { at, return: 'loss', isInfinite: true }, { return: 'loss' }]
}

/** Mixed precision around the loop. Numbers are float64, which autocast leaves alone. */
export const precision: readonly Scenario[] = [
  {
    ...mixed,
    name: 'amp_basic',
    train: { batches: 4 },
    val: { batches: 1 },
    trainer: { numSanityValSteps: 0 },
  },
  {
    ...mixed,
    name: 'amp_inf_batch2_skips',
    trainingStep: overflowingAt(2),
    train: { batches: 4 },
    alteredBy: ['skippedSteps'],
  },
  {
    ...mixed,
    name: 'amp_clip_norm_hooks',
    train: { batches: 1 },
    trainer: { gradientClipVal: 0.05 },
    tracesHooks: true,
  },
  { ...mixed, name: 'amp_accum2', train: { batches: 4 }, trainer: { accumulateGradBatches: 2 } },
  { ...plain, precision: mixed.precision, name: 'amp_lbfgs_error', optimizers: [lbfgsOf()], train: { batches: 3 } },
  {
    ...plain,
    precision: mixed.precision,
    name: 'amp_manual_lbfgs_error',
    optimization: 'manual',
    optimizers: [lbfgsOf()],
    trainingStep: withClosure,
    train: { batches: 2 },
  },
  {
    ...mixed,
    name: 'amp_scaled_loss_visible_in_on_before_backward',
    hooks: {
      onBeforeBackward: [{ note: 'onBeforeBackward loss={passedLoss}' }],
      onBeforeOptimizerStep: [{ note: 'onBeforeOptimizerStep gradB={grad.net.bias}' }],
    },
    train: { batches: 2 },
  },
  {
    ...plain,
    name: 'bf16_mixed_lbfgs_allowed_no_scaler',
    precision: { name: 'bf16-mixed' },
    optimizers: [lbfgsOf()],
    train: { batches: 2 },
  },
]
