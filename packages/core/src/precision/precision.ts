import { MisconfigurationError } from '../errors/errors.ts'
import { FullPrecision } from './full-precision.ts'
import { MixedPrecision } from './mixed-precision.ts'
import type { PrecisionPlugin } from './precision-plugin.ts'
import { TruePrecision } from './true-precision.ts'

/** Precisions by name. The short ones stand for '32-true', '16-mixed', 'bf16-mixed' and '64-true'. */
export type PrecisionName =
  | '32-true'
  | '16-mixed'
  | 'bf16-mixed'
  | '16-true'
  | 'bf16-true'
  | '64-true'
  | 32
  | 16
  | 'bf16'
  | 64

const plugins: Readonly<Record<string, () => PrecisionPlugin>> = {
  '32-true': () => new FullPrecision(),
  '16-mixed': () => new MixedPrecision('16-mixed'),
  'bf16-mixed': () => new MixedPrecision('bf16-mixed'),
  '16-true': () => new TruePrecision('16-true'),
  'bf16-true': () => new TruePrecision('bf16-true'),
  '64-true': () => new TruePrecision('64-true'),
}

const aliases = new Map<unknown, string>([
  [32, '32-true'],
  [16, '16-mixed'],
  ['bf16', 'bf16-mixed'],
  [64, '64-true'],
])

/** Every precision's full name. */
export const precisionNames: readonly string[] = Object.keys(plugins)

/** Whether `precision` is a name that there is, or a plugin. */
export function isPrecision(precision: unknown): precision is PrecisionName | PrecisionPlugin {
  if (typeof precision === 'object') return precision !== null
  return aliases.has(precision) || precisionNames.includes(precision as string)
}

/**
 * The plugin for a precision.
 *
 * @throws MisconfigurationError for any other name
 */
export function precisionPlugin(precision: PrecisionName | PrecisionPlugin): PrecisionPlugin {
  if (!isPrecision(precision)) {
    throw new MisconfigurationError(
      `precision: no such precision, got ${JSON.stringify(precision)}; there are ${precisionNames.join(', ')}`,
    )
  }
  if (typeof precision === 'object') return precision
  return plugins[aliases.get(precision) ?? precision]!()
}
