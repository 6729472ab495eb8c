import { MisconfigurationError } from '../errors/errors.ts'
import type { LoopOptions } from '../loops/loop-context.ts'
import type { Stage } from '../module/data-hooks.ts'
import { TrainingModule } from '../module/training-module.ts'
import { warnOfOverrides } from '../module/warn-of-overrides.ts'
import { realm } from '../tensor/realm.ts'

/** @throws MisconfigurationError when `module` is none that a Trainer can run */
export function checkModule(who: string, module: unknown): void {
  if (module instanceof TrainingModule) return
  throw new MisconfigurationError(
    `${who}: trains and runs TrainingModules, got ${describe(module)}; extend TrainingModule`,
  )
}

/** What an abstract class demands, for those who write JavaScript. */
export function requireMethods(module: TrainingModule): void {
  for (const method of ['trainingStep', 'configureOptimizers'] as const) {
    if (typeof module[method] === 'function') continue
    throw new MisconfigurationError(
      `fit: a module says how it is trained, got ${describe(module)} without ${method}; write one`,
    )
  }
}

/** @throws MisconfigurationError when the module has no step for an evaluation */
export function requireStep(module: TrainingModule, step: 'validationStep' | 'testStep', who: string): void {
  checkModule(who, module)
  if (module[step] === undefined) {
    throw new MisconfigurationError(`${who}: ${module.constructor.name} has no ${step}; write one`)
  }
}

/** Says that validation data without a step, or a step without data, is skipped. */
export function warnOfValidation(module: TrainingModule, hasData: boolean): void {
  const hasStep = module.validationStep !== undefined
  if (hasStep === hasData) return
  const missing = hasStep
    ? 'has a validationStep, got no val; pass { train, val } to run it'
    : 'has no validationStep, got val; write one to use it'
  console.warn(`fit: ${describe(module)} ${missing}`)
}

/** A run inside a step of the same module would wait for the end of that step, which waits for the run. */
export function checkNotInStep(stage: Stage, module: TrainingModule): void {
  if (realm.step === null || !module.isRunning) return
  throw new MisconfigurationError(
    `${stage}: ${module.constructor.name} is in the middle of a step; run it in a hook between batches, onTrainEpochEnd say`,
  )
}

/**
 * What automatic optimization alone can do.
 *
 * @throws MisconfigurationError when a module of manual optimization is given such options
 */
export function checkMode(module: TrainingModule, options: LoopOptions): void {
  const { gradientClipVal, accumulateGradBatches } = options
  if (module.automaticOptimization) {
    if (accumulateGradBatches !== 1) warnOfOverrides('Trainer', module)
    return
  }
  const faults: string[] = []
  if (gradientClipVal !== null && gradientClipVal > 0) {
    faults.push(
      `gradientClipVal ${gradientClipVal}; call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep`,
    )
  }
  if (accumulateGradBatches !== 1) {
    faults.push(`accumulateGradBatches ${accumulateGradBatches}; step every so many batches in trainingStep`)
  }
  if (faults.length === 0) return
  throw new MisconfigurationError(
    `Trainer: options of automatic optimization with a module of manual optimization, got ${faults.join(' – and ')}`,
  )
}

/** A value as an error names it. */
export function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value
}
