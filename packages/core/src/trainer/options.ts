import type { Accelerator } from '../accelerator/accelerator.ts'
import type { Callback } from '../callbacks/callback.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { LoopOptions } from '../loops/loop-context.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { warnOfOverrides } from '../module/warn-of-overrides.ts'
import { isPrecision, type PrecisionName } from '../precision/precision.ts'
import type { GradientClipAlgorithm, PrecisionPlugin } from '../precision/precision-plugin.ts'
import type { Strategy } from '../strategy/strategy.ts'

export interface TrainerOptions {
  /** Where steps run: `cpu()`. Default: the one in use, the reference unless `useAccelerator` changed it. */
  readonly accelerator?: Accelerator
  /** Default '32-true'. */
  readonly precision?: PrecisionName | PrecisionPlugin
  /** In place of accelerator and precision. */
  readonly strategy?: Strategy
  /** −1: no end. Default 1000, or no end when `maxSteps` is given. */
  readonly maxEpochs?: number
  /** Optimizer steps, as `globalStep` counts them; −1, the default: no end. */
  readonly maxSteps?: number
  /** Batches whose gradients make one step; their mean counts. Default 1. */
  readonly accumulateGradBatches?: number
  /** Largest norm, or largest element, of the gradients. Default: they are not clipped. */
  readonly gradientClipVal?: number
  /** Default `'norm'`. */
  readonly gradientClipAlgorithm?: GradientClipAlgorithm
  readonly callbacks?: readonly Callback[]
  /** Default true. */
  readonly enableProgressBar?: boolean
  /** Looks for the first NaN and names the line that made it. Slow. Default false. */
  readonly detectAnomaly?: boolean
}

/**
 * The options that loops need, checked.
 *
 * @throws MisconfigurationError naming everything that is wrong at once; TypeError for a clip value that is no number
 */
export function loopOptions(options: TrainerOptions): LoopOptions {
  const { maxSteps = -1, accumulateGradBatches = 1, gradientClipVal, gradientClipAlgorithm } = options
  const { precision, accelerator, callbacks = [] } = options
  if (gradientClipVal !== undefined && typeof gradientClipVal !== 'number') {
    const got = gradientClipVal === null ? 'null' : typeof gradientClipVal
    throw new TypeError(`Trainer: gradientClipVal is a number, got ${got}; leave it out to clip nothing`)
  }
  if (typeof accumulateGradBatches === 'object') {
    throw new TypeError(
      'Trainer: accumulateGradBatches is a number, got an object; pass a GradientAccumulationScheduler among the callbacks',
    )
  }
  const defaultEpochs = maxSteps === -1 ? 1000 : -1
  const maxEpochs = options.maxEpochs ?? defaultEpochs
  const faults = [
    ...Object.keys(options).flatMap((name) => faultOf(optionNames.has(name), 'there is no such option', name)),
    ...faultOf(Number.isInteger(maxEpochs) && maxEpochs >= -1, 'maxEpochs is a whole number ≥ −1', maxEpochs),
    ...faultOf(Number.isInteger(maxSteps) && maxSteps >= -1, 'maxSteps is a whole number ≥ −1', maxSteps),
    ...faultOf(
      Number.isInteger(accumulateGradBatches) && accumulateGradBatches >= 1,
      'accumulateGradBatches is a whole number ≥ 1',
      accumulateGradBatches,
    ),
    ...faultOf(!Number.isNaN(gradientClipVal), 'gradientClipVal is a number', gradientClipVal),
    ...faultOf(
      gradientClipAlgorithm === undefined || gradientClipAlgorithm === 'norm' || gradientClipAlgorithm === 'value',
      "gradientClipAlgorithm is 'norm' or 'value'",
      gradientClipAlgorithm,
    ),
    ...faultOf(precision === undefined || isPrecision(precision), "precision is '32-true' or a plugin", precision),
    ...faultOf(isAccelerator(accelerator), 'accelerator is what a factory makes, as reference() does', accelerator),
    ...faultOf(
      callbacks.every((callback) => typeof callback === 'object' && callback !== null),
      'callbacks are objects with hooks',
      callbacks,
    ),
    ...faultOf(
      options.strategy === undefined || (options.accelerator === undefined && options.precision === undefined),
      'a strategy brings its accelerator and precision',
      'all three; leave accelerator and precision out',
    ),
  ]
  if (faults.length > 0) throw new MisconfigurationError(`Trainer: ${faults.join('; ')}`)
  return {
    maxEpochs,
    maxSteps,
    accumulateGradBatches,
    gradientClipVal: gradientClipVal ?? null,
    gradientClipAlgorithm: gradientClipAlgorithm ?? null,
  }
}

const optionNames: ReadonlySet<string> = new Set<keyof TrainerOptions>([
  'accelerator',
  'precision',
  'strategy',
  'maxEpochs',
  'maxSteps',
  'accumulateGradBatches',
  'gradientClipVal',
  'gradientClipAlgorithm',
  'callbacks',
  'enableProgressBar',
  'detectAnomaly',
])

function isAccelerator(accelerator: unknown): boolean {
  if (accelerator === undefined) return true
  return typeof accelerator === 'object' && accelerator !== null && 'compile' in accelerator
}

function faultOf(isGood: boolean, rule: string, got: unknown): string[] {
  return isGood ? [] : [`${rule}, got ${String(got)}`]
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
