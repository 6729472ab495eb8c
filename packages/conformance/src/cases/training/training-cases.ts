import type { ConformanceCase } from '../../suite/case.ts'
import { lossCurveCases } from './loss-curves.ts'
import { restoredCases } from './restored.ts'
import { sameSeedCases } from './same-seed.ts'
import { steadyCases } from './steady.ts'

/** Layer 5: whole trainings on an accelerator learn what they learn on the reference, and go on doing so. */
export function trainingCases(): ConformanceCase[] {
  return [...lossCurveCases(), ...steadyCases(), ...restoredCases(), ...sameSeedCases()]
}
