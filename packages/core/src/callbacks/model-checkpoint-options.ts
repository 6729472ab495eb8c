import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { checkpointName } from './checkpoint-name.ts'
import type { Duration } from './duration.ts'

export interface ModelCheckpointOptions {
  /** Where files go: in Node `checkpointFolder('checkpoints')`. */
  readonly store: CheckpointStore
  /** Template of the names, without an ending: `'{epoch}-{val_loss:.2f}'`. Default `'{epoch}-{step}'`. */
  readonly filename?: string
  /** Whether numbers in names come behind the names of what they are. Default true. */
  readonly autoInsertMetricName?: boolean
  /** Name of the metric by which files are kept. Default: none, and the latest counts. */
  readonly monitor?: string
  /** What is better: less or more. Default `'min'`. */
  readonly mode?: 'min' | 'max'
  /** How many files are kept: the best by `monitor`; −1 all, 0 none. Without `monitor` one of −1, 0 and 1. Default 1. */
  readonly saveTopK?: number
  /** Whether the latest is also kept as `last`. Default false. */
  readonly saveLast?: boolean
  /** Whether weights are saved and nothing to go on with. Default false. */
  readonly saveWeightsOnly?: boolean
  /** Saves every so many optimizer steps; excludes the other two. */
  readonly everyNTrainSteps?: number
  /** Saves every so many epochs. Default 1, unless one of the other two is given; 0: never. */
  readonly everyNEpochs?: number
  /** Saves after a batch with which so much time has passed since the last time. */
  readonly trainTimeInterval?: Duration
  /** Whether it looks at the end of training epochs, or of validations. Default: of epochs if each ends with its only one. */
  readonly saveOnTrainEpochEnd?: boolean
}

/** @throws MisconfigurationError naming everything that is wrong at once */
export function checkModelCheckpoint(options: ModelCheckpointOptions): void {
  const { store, monitor, mode = 'min', saveTopK = 1 } = options
  const { everyNTrainSteps, everyNEpochs, trainTimeInterval } = options
  const given = Object.entries({ everyNTrainSteps, everyNEpochs, trainTimeInterval }).filter(
    ([, value]) => value !== undefined,
  )
  const isCount = (count: number | undefined) => count === undefined || (Number.isInteger(count) && count >= 0)
  const faults = [
    ...faultOf(typeof store?.write === 'function', 'store is where files go, as checkpointFolder() makes it', store),
    ...faultOf(mode === 'min' || mode === 'max', "mode is 'min' or 'max'", mode),
    ...faultOf(Number.isInteger(saveTopK) && saveTopK >= -1, 'saveTopK is a whole number ≥ −1', saveTopK),
    ...faultOf(
      monitor !== undefined || saveTopK <= 1,
      'without monitor nothing says which are the best: saveTopK is −1, 0 or 1',
      saveTopK,
    ),
    ...faultOf(isCount(everyNTrainSteps), 'everyNTrainSteps is a whole number ≥ 0', everyNTrainSteps),
    ...faultOf(isCount(everyNEpochs), 'everyNEpochs is a whole number ≥ 0', everyNEpochs),
    ...faultOf(
      given.length <= 1,
      'everyNTrainSteps, everyNEpochs and trainTimeInterval exclude each other',
      given.map(([name]) => name),
    ),
  ]
  if (faults.length > 0) throw new MisconfigurationError(`ModelCheckpoint: ${faults.join('; ')}`)
  if (options.filename !== undefined) checkpointName(options.filename, {}, { insertNames: true })
}

function faultOf(isGood: boolean, rule: string, got: unknown): string[] {
  return isGood ? [] : [`${rule}, got ${String(got)}`]
}
