import type { Scenario } from '../scenario.ts'
import { type Base, plain, validated } from './parts.ts'

/** A module with loaders of its own, and all its hooks. */
const full: Base & Omit<Scenario, 'name'> = {
  ...plain,
  validationStep: validated,
  testStep: [{ log: 't', loss: 'loss', options: { batchSize: 2 } }],
  train: { batches: 2 },
  val: { batches: 1 },
  test: { batches: 2 },
  bringsLoaders: true,
  trainer: { numSanityValSteps: 1 },
  tracesHooks: true,
}

/** Whole runs of each kind, hook by hook. */
export const runs: readonly Scenario[] = [
  { ...full, name: 'hooks_fit_with_checkpoint_module_loaders', checkpoint: {} },
  { ...full, name: 'hooks_validate', run: 'validate' },
  { ...full, name: 'hooks_test', run: 'test' },
  {
    ...full,
    name: 'hooks_predict',
    run: 'predict',
    predictStep: [{ note: 'predictStep[{batchIdx}]' }, { return: 'loss' }],
    predict: { batches: 2 },
    bringsLoaders: false,
    alteredBy: ['prepareData'],
  },
  {
    ...full,
    name: 'manual_validation_hooks',
    optimization: 'manual',
    trainingStep: [{ zeroGrad: 'opt' }, { backward: 'loss' }, { step: 'opt' }],
    trainer: { valCheckInterval: 2 },
    bringsLoaders: false,
    train: { batches: 3 },
    alteredBy: ['prepareData'],
  },
  {
    ...full,
    name: 'accum3_validation_hooks',
    trainer: { valCheckInterval: 2, accumulateGradBatches: 3 },
    bringsLoaders: false,
    train: { batches: 6 },
    alteredBy: ['prepareData'],
  },
]
