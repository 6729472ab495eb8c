import { secondsOf } from '../callbacks/duration.ts'
import { ModelCheckpoint } from '../callbacks/model-checkpoint.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { isPrecision, precisionNames } from '../precision/precision.ts'
import type { TrainerOptions } from './options.ts'

/**
 * Looks at all options together.
 *
 * @throws MisconfigurationError naming everything that is wrong at once; TypeError for a clip value that is no number
 */
export function checkOptions(options: TrainerOptions): void {
  checkTypes(options)
  const faults = [
    ...Object.keys(options).flatMap((name) => faultOf(optionNames.has(name), 'there is no such option', name)),
    ...countFaults(options),
    ...limitFaults(options),
    ...partFaults(options),
    ...contradictions(options),
  ]
  if (faults.length > 0) throw new MisconfigurationError(`Trainer: ${faults.join('; ')}`)
}

/** What the reference gives a TypeError for. */
function checkTypes({ gradientClipVal, accumulateGradBatches }: TrainerOptions): void {
  if (gradientClipVal !== undefined && typeof gradientClipVal !== 'number') {
    const got = gradientClipVal === null ? 'null' : typeof gradientClipVal
    throw new TypeError(`Trainer: gradientClipVal is a number, got ${got}; leave it out to clip nothing`)
  }
  if (typeof accumulateGradBatches === 'object') {
    throw new TypeError(
      'Trainer: accumulateGradBatches is a number, got an object; pass a GradientAccumulationScheduler among the callbacks',
    )
  }
}

const optionNames: ReadonlySet<string> = new Set<keyof TrainerOptions>([
  'accelerator',
  'precision',
  'strategy',
  'maxEpochs',
  'minEpochs',
  'maxSteps',
  'minSteps',
  'maxTime',
  'limitTrainBatches',
  'limitValBatches',
  'limitTestBatches',
  'limitPredictBatches',
  'overfitBatches',
  'fastDevRun',
  'valCheckInterval',
  'checkValEveryNEpoch',
  'numSanityValSteps',
  'accumulateGradBatches',
  'gradientClipVal',
  'gradientClipAlgorithm',
  'callbacks',
  'logger',
  'logEveryNSteps',
  'enableProgressBar',
  'enableCheckpointing',
  'defaultRootDir',
  'enableModelSummary',
  'profiler',
  'detectAnomaly',
  'deterministic',
  'signal',
])

/** The least that whole numbers may be. */
const counts = {
  maxEpochs: -1,
  minEpochs: 0,
  maxSteps: -1,
  minSteps: 0,
  numSanityValSteps: -1,
  accumulateGradBatches: 1,
  logEveryNSteps: 0,
} as const satisfies { readonly [Name in keyof TrainerOptions]?: number }

function countFaults(options: TrainerOptions): string[] {
  const { checkValEveryNEpoch = 1, fastDevRun = false } = options
  return [
    ...(Object.keys(counts) as (keyof typeof counts)[]).flatMap((name) => {
      const least = counts[name]
      const text = `${name} is a whole number ≥ ${least === -1 ? '−1' : least}`
      return faultOf(options[name] === undefined || isCount(options[name], least), text, options[name])
    }),
    ...faultOf(
      checkValEveryNEpoch === null || isCount(checkValEveryNEpoch, 1),
      'checkValEveryNEpoch is a whole number ≥ 1, or null',
      checkValEveryNEpoch,
    ),
    ...faultOf(
      typeof fastDevRun === 'boolean' || isCount(fastDevRun, 0),
      'fastDevRun is true, false, or a whole number ≥ 0',
      fastDevRun,
    ),
  ]
}

const limits = [
  'limitTrainBatches',
  'limitValBatches',
  'limitTestBatches',
  'limitPredictBatches',
  'overfitBatches',
] as const satisfies readonly (keyof TrainerOptions)[]

function limitFaults(options: TrainerOptions): string[] {
  const { valCheckInterval } = options
  return [
    ...limits.flatMap((name) => {
      const isGood = options[name] === undefined || isCount(options[name], 0) || isShare(options[name])
      return faultOf(isGood, `${name} is a whole number ≥ 0, or a fraction between 0 and 1`, options[name])
    }),
    ...faultOf(
      valCheckInterval === undefined || isCount(valCheckInterval, 1) || isShare(valCheckInterval),
      'valCheckInterval is a whole number ≥ 1, or a fraction between 0 and 1',
      valCheckInterval,
    ),
  ]
}

/** Options that are objects, names or durations. */
function partFaults(options: TrainerOptions): string[] {
  const { precision, accelerator, callbacks = [], logger = false, gradientClipVal, gradientClipAlgorithm } = options
  return [
    ...faultOf(!Number.isNaN(gradientClipVal), 'gradientClipVal is a number', gradientClipVal),
    ...faultOf(
      gradientClipAlgorithm === undefined || gradientClipAlgorithm === 'norm' || gradientClipAlgorithm === 'value',
      "gradientClipAlgorithm is 'norm' or 'value'",
      gradientClipAlgorithm,
    ),
    ...faultOf(
      precision === undefined || isPrecision(precision),
      `precision is one of ${precisionNames.join(', ')}, or a plugin`,
      precision,
    ),
    ...faultOf(
      options.profiler === undefined || has(options.profiler, 'profile'),
      'profiler is a Profiler',
      options.profiler,
    ),
    ...faultOf(
      accelerator === undefined || has(accelerator, 'compile'),
      'accelerator is what a factory makes, as reference() does',
      accelerator,
    ),
    ...faultOf(
      callbacks.every((callback) => typeof callback === 'object' && callback !== null),
      'callbacks are objects with hooks',
      callbacks,
    ),
    ...faultOf(
      logger === false || [logger].flat().every((each) => has(each, 'logMetrics')),
      'logger is one with logMetrics, a list of such, or false',
      logger,
    ),
    ...faultOf(
      options.defaultRootDir === undefined || has(options.defaultRootDir, 'write'),
      'defaultRootDir is where files go, as checkpointFolder() of @voltaic/core/node makes it',
      options.defaultRootDir,
    ),
    ...faultOf(
      options.signal === undefined || has(options.signal, 'aborted'),
      'signal is an AbortSignal',
      options.signal,
    ),
    ...durationFaults(options),
  ]
}

function durationFaults({ maxTime }: TrainerOptions): string[] {
  if (maxTime === undefined) return []
  try {
    secondsOf('maxTime', maxTime)
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

/** Options of which each is good, and which do not go together. */
function contradictions(options: TrainerOptions): string[] {
  const { maxEpochs = -1, minEpochs = 0, maxSteps = -1, minSteps = 0, overfitBatches = 0, valCheckInterval } = options
  const limited = (['limitTrainBatches', 'limitValBatches', 'limitTestBatches'] as const).filter(
    (name) => options[name] !== undefined,
  )
  const { accelerator, strategy } = options
  const device = accelerator ?? strategy?.accelerator
  return [
    ...faultOf(
      strategy === undefined || (accelerator === undefined && options.precision === undefined),
      'a strategy brings its accelerator and precision',
      'all three; leave accelerator and precision out',
    ),
    ...faultOf(maxEpochs < 0 || minEpochs <= maxEpochs, `minEpochs is at most maxEpochs, ${maxEpochs}`, minEpochs),
    ...faultOf(maxSteps < 0 || minSteps <= maxSteps, `minSteps is at most maxSteps, ${maxSteps}`, minSteps),
    ...faultOf(
      overfitBatches === 0 || limited.length === 0,
      'overfitBatches limits training, validation and test alone',
      `it with ${limited.join(', ')}`,
    ),
    ...faultOf(
      options.checkValEveryNEpoch !== null || isCount(valCheckInterval, 1),
      'with checkValEveryNEpoch null, valCheckInterval is a number of batches',
      valCheckInterval,
    ),
    ...checkpointFaults(options),
    ...faultOf(
      options.deterministic !== true || device?.capabilities.numerics.deterministic !== false,
      'deterministic needs an accelerator that gives the same bits in each run',
      device?.name,
    ),
  ]
}

function checkpointFaults({ enableCheckpointing, defaultRootDir, callbacks = [] }: TrainerOptions): string[] {
  const saving = callbacks.filter((callback) => callback instanceof ModelCheckpoint).length
  return [
    ...faultOf(
      enableCheckpointing !== false || saving === 0,
      'enableCheckpointing false goes with no ModelCheckpoint among the callbacks',
      saving,
    ),
    ...faultOf(
      enableCheckpointing !== true || saving > 0 || defaultRootDir !== undefined,
      'enableCheckpointing true goes with a defaultRootDir or a ModelCheckpoint',
      'neither',
    ),
  ]
}

function isCount(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 1
}

function has(value: unknown, property: string): boolean {
  return typeof value === 'object' && value !== null && property in value
}

function faultOf(isGood: boolean, rule: string, got: unknown): string[] {
  return isGood ? [] : [`${rule}, got ${String(got)}`]
}
