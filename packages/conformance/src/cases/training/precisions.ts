import type { DType, PrecisionName } from '@voltaic/core'
import type { PrimitiveName } from '@voltaic/core/graph'
import type { Requirements } from '../../suite/case.ts'
import { trainingRequirements } from '../requires.ts'
import type { TrainedModel } from './models.ts'

/** A precision, and the dtype that it takes beside float32. */
export interface TrainedPrecision {
  readonly precision: PrecisionName
  /** Decides how far numbers may lie apart: the lowest dtype in which anything is computed. */
  readonly dtype: DType
  /** Whether parameters stay float32. */
  readonly isMixed: boolean
}

/** Everything in float32. */
export const fullPrecision: TrainedPrecision = { precision: '32-true', dtype: 'float32', isMixed: false }

/** float16 where it suffices, with a scaler that decides on the device which steps count. */
export const mixedPrecision: TrainedPrecision = { precision: '16-mixed', dtype: 'float16', isMixed: true }

/** The precisions in which models are trained. */
export const precisions: readonly TrainedPrecision[] = [
  fullPrecision,
  mixedPrecision,
  { precision: 'bf16-mixed', dtype: 'bfloat16', isMixed: true },
  { precision: '16-true', dtype: 'float16', isMixed: false },
  { precision: 'bf16-true', dtype: 'bfloat16', isMixed: false },
  { precision: '64-true', dtype: 'float64', isMixed: false },
]

/** Ops of a model's layers that not every training has. */
const ofLayers: Readonly<Record<string, readonly PrimitiveName[]>> = {
  cnn: ['conv', 'convWeightGrad', 'maxPool', 'maxPoolGrad'],
  transformer: ['indexAdd', 'indexSelect'],
}

/** What training a model in a precision needs. */
export function requirementsOf({ name }: TrainedModel, { dtype, isMixed }: TrainedPrecision): Requirements {
  return trainingRequirements({ dtype, isMixed, ops: ofLayers[name] ?? [] })
}
