import type { TrainerOptions } from '../trainer/options.ts'
import { Trainer } from '../trainer/trainer.ts'

/** What a rehearsal takes over of a Trainer's options. */
type KeptOption =
  | 'accelerator'
  | 'precision'
  | 'strategy'
  | 'limitTrainBatches'
  | 'overfitBatches'
  | 'accumulateGradBatches'
  | 'gradientClipVal'
  | 'gradientClipAlgorithm'
  | 'detectAnomaly'
  | 'deterministic'
  | 'signal'

/** What decides how a step runs. */
export const optionsOfSteps: readonly KeptOption[] = [
  'accelerator',
  'precision',
  'strategy',
  'accumulateGradBatches',
  'gradientClipVal',
  'gradientClipAlgorithm',
  'detectAnomaly',
  'deterministic',
  'signal',
]

/**
 * Options of a fit that trains `maxSteps` steps, validates nothing, and tells nobody.
 *
 * @param trainer - a Trainer, which is not run, or the options of one
 * @param kept - names of the options that are taken over
 * @throws MisconfigurationError when the options are none of a Trainer
 */
export function rehearsalOptions(
  trainer: Trainer | TrainerOptions,
  kept: readonly KeptOption[],
  maxSteps: number,
): TrainerOptions {
  const { options } = trainer instanceof Trainer ? trainer : new Trainer(trainer)
  return {
    ...Object.fromEntries(kept.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])),
    maxSteps,
    // An epoch that a hook ends before its first step must not come again for ever.
    maxEpochs: maxSteps,
    numSanityValSteps: 0,
    checkValEveryNEpoch: Number.MAX_SAFE_INTEGER,
    logger: false,
    logEveryNSteps: 0,
    enableProgressBar: false,
  }
}
