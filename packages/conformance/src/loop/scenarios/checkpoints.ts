import type { EarlierFit, Scenario } from '../scenario.ts'
import { type Base, plain, stepLr, validated, withMomentum } from './parts.ts'

/** What is saved, and what the names of the files are. */
const saving: Base & Omit<Scenario, 'name'> = {
  ...plain,
  validationStep: [{ log: 'vl', number: [5, 3, 3.5] }],
  train: { batches: 4 },
  val: { batches: 1 },
  alteredBy: ['checkpointFiles'],
}

/** The rate halves with every third batch of an epoch. */
const scheduled: Base & Omit<Scenario, 'name'> = {
  ...withMomentum,
  schedulers: [stepLr({ stepSize: 1, gamma: 0.5 }, { interval: 'step', frequency: 3 })],
  train: { batches: 4 },
}

const twoEpochs: EarlierFit = { ...scheduled, trainer: { maxEpochs: 2 } }

/** Files that a fit saves, and fits that go on from one. */
export const checkpoints: readonly Scenario[] = [
  { ...saving, name: 'ckpt_default', checkpoint: {}, trainer: { maxEpochs: 3 } },
  {
    ...saving,
    name: 'ckpt_every_3_steps_all',
    checkpoint: { everyNTrainSteps: 3, saveTopK: -1 },
    trainer: { maxEpochs: 2 },
  },
  { ...scheduled, name: 'resume_part1_2epochs', trainer: { maxEpochs: 2 } },
  { ...scheduled, name: 'resume_part2_to_4epochs', goesOnFrom: twoEpochs, trainer: { maxEpochs: 4 } },
  { ...scheduled, name: 'resume_reference_4epochs', trainer: { maxEpochs: 4 } },
  {
    // Recorded without the scheduler, which Voltaic wants as it was saved: in epochs of two batches it is not stepped.
    ...scheduled,
    name: 'resume_hooks',
    goesOnFrom: twoEpochs,
    validationStep: validated,
    train: { batches: 2 },
    val: { batches: 1 },
    trainer: { maxEpochs: 3, numSanityValSteps: 2 },
    tracesHooks: true,
  },
]
