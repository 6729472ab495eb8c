import { TrainingModule } from './training-module.ts'

/** Says, where gradients are accumulated, that an override which would do its work in every batch does not. */
export function warnOfOverrides(who: string, module: TrainingModule): void {
  const { optimizerStep, optimizerZeroGrad } = TrainingModule.prototype
  const overridden = [
    ...(module.optimizerStep === optimizerStep ? [] : ['optimizerStep']),
    ...(module.optimizerZeroGrad === optimizerZeroGrad ? [] : ['optimizerZeroGrad']),
  ]
  if (overridden.length === 0) return
  console.warn(
    `${who}: where gradients are accumulated, ${overridden.join(' and ')} is called once a window and not in every batch`,
  )
}
