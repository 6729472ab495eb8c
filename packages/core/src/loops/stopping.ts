import type { LoopContext } from './loop-context.ts'

/** Whether someone asked for the fit to end, and it may: the smallest number of epochs and steps was done. */
export function isStopping({ progress, options }: LoopContext): boolean {
  const hasMinimum = progress.epochsDone >= options.minEpochs && progress.globalStep >= options.minSteps
  return progress.shouldStop && hasMinimum
}

/** Whether no further step is to be taken. */
export function hasAllSteps({ progress, options }: LoopContext): boolean {
  return options.maxSteps >= 0 && progress.globalStep >= options.maxSteps
}

/** Whether no further epoch begins. */
export function isDone(context: LoopContext): boolean {
  const { progress, options, isInterrupted } = context
  if (isInterrupted() || isStopping(context) || hasAllSteps(context)) return true
  return options.maxEpochs >= 0 && progress.epochsDone >= options.maxEpochs
}
