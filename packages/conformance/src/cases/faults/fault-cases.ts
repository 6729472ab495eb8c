import type { ConformanceCase } from '../../suite/case.ts'
import { disposalCases } from './disposal.ts'
import { donationCases } from './donation.ts'
import { executableCases } from './executables.ts'
import { hostMemoryCases } from './host-memory.ts'
import { memoryCases } from './memory.ts'
import { orderCases } from './order.ts'
import { refusalCases } from './refusal.ts'
import { snapshotCases } from './snapshot.ts'
import { teardownCases } from './teardown.ts'
import { throwCases } from './throws.ts'

/** Layer 6: what goes wrong is told, leaves everything as it was, and leaves nothing behind. */
export function faultCases(): ConformanceCase[] {
  return [
    ...throwCases(),
    ...memoryCases(),
    ...refusalCases(),
    ...donationCases(),
    ...snapshotCases(),
    ...executableCases(),
    ...hostMemoryCases(),
    ...orderCases(),
    ...disposalCases(),
    ...teardownCases(),
  ]
}
