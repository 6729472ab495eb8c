import { MisconfigurationError } from '../errors/errors.ts'
import type { Accelerator } from './accelerator.ts'

/**
 * The first of `accelerators` that can run here, in the caller's order.
 *
 * @throws MisconfigurationError naming each one's reason and remedy when none can
 */
export async function firstAvailable(accelerators: readonly Accelerator[]): Promise<Accelerator> {
  const reasons: string[] = []
  for (const accelerator of accelerators) {
    const availability = await accelerator.isAvailable()
    if (availability.available) return accelerator
    reasons.push(`${accelerator.name}: ${availability.reason} (${availability.remedy})`)
  }
  throw new MisconfigurationError(`firstAvailable: none can run here, got ${reasons.join('; ') || 'an empty list'}`)
}
