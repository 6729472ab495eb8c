import type { Scenario } from '../scenario.ts'
import { type Base, noted, plain, validated } from './parts.ts'

/** Five batches to train, three to validate. */
const five: Base & Pick<Scenario, 'train' | 'val'> = {
  ...plain,
  validationStep: validated,
  train: { batches: 5 },
  val: { batches: 3 },
}

/** When validations run, what limits let through, and when a fit ends. */
export const cadence: readonly Scenario[] = [
  { ...five, name: 'cadence_vci_0.5_5batches', trainer: { valCheckInterval: 0.5 } },
  { ...five, name: 'cadence_vci_int2_5batches', trainer: { valCheckInterval: 2 } },
  { ...five, name: 'cadence_check_val_every_2', trainer: { checkValEveryNEpoch: 2, maxEpochs: 4 } },
  {
    ...five,
    name: 'cadence_limit_train_3_val_1',
    trainer: { limitTrainBatches: 3, limitValBatches: 1, maxEpochs: 2 },
  },
  { ...five, name: 'cadence_limit_train_float0.5', trainer: { limitTrainBatches: 0.5 } },
  { ...five, name: 'cadence_overfit_2', trainer: { overfitBatches: 2, maxEpochs: 2 } },
  { ...five, name: 'cadence_fast_dev_run_2', trainer: { fastDevRun: 2 } },
  { ...five, name: 'cadence_sanity_2', trainer: { numSanityValSteps: 2 } },
  { ...five, name: 'cadence_sanity_-1', trainer: { numSanityValSteps: -1 } },
  { ...five, name: 'cadence_max_steps_7', trainer: { maxSteps: 7, maxEpochs: -1 } },
  {
    ...five,
    name: 'cadence_max_steps_3_accum2',
    trainer: { maxSteps: 3, maxEpochs: -1, accumulateGradBatches: 2 },
  },
  { ...five, name: 'cadence_max_epochs_0', trainer: { maxEpochs: 0 } },
  { ...five, name: 'cadence_max_steps_0', trainer: { maxSteps: 0 } },
  {
    ...five,
    name: 'cadence_min_epochs_stop',
    trainingStep: [{ epoch: 0, at: 1, stop: true }, ...noted],
    trainer: { minEpochs: 2, maxEpochs: 5 },
  },
  { ...five, name: 'cadence_vci_int_gt_batches_error', trainer: { valCheckInterval: 9 } },
  {
    ...five,
    name: 'cadence_vci_int3_check_none_5batches_2epochs',
    val: { batches: 1 },
    trainer: { valCheckInterval: 3, checkValEveryNEpoch: null, maxEpochs: 2 },
  },
  {
    ...five,
    name: 'accum3_validation_mid_accumulation_vci2_6batches',
    train: { batches: 6 },
    val: { batches: 1 },
    trainer: { valCheckInterval: 2, accumulateGradBatches: 3 },
  },
  {
    ...five,
    name: 'cadence_min_steps_stop',
    trainingStep: [{ epoch: 0, at: 1, stop: true }, ...noted],
    trainer: { minSteps: 4, maxEpochs: 3 },
  },
  {
    ...five,
    name: 'cadence_stop_validates',
    trainingStep: [{ epoch: 0, at: 1, stop: true }, ...noted],
    trainer: { maxEpochs: 3 },
  },
]
