import { MisconfigurationError } from '../errors/errors.ts'
import { FullPrecision } from './full-precision.ts'
import type { PrecisionPlugin } from './precision-plugin.ts'

/** Precisions by name. */
export type PrecisionName = '32-true' | 32

/** Whether `precision` is a name that there is, or a plugin. */
export function isPrecision(precision: unknown): precision is PrecisionName | PrecisionPlugin {
  return precision === '32-true' || precision === 32 || (typeof precision === 'object' && precision !== null)
}

/**
 * The plugin for a precision.
 *
 * @throws MisconfigurationError for any other name
 */
export function precisionPlugin(precision: PrecisionName | PrecisionPlugin): PrecisionPlugin {
  if (!isPrecision(precision)) {
    throw new MisconfigurationError(`precision: no such precision, got ${JSON.stringify(precision)}; use '32-true'`)
  }
  return typeof precision === 'object' ? precision : new FullPrecision()
}
