import type { ConformanceCase } from '../../suite/case.ts'
import { compositeCases } from './composites/composites.ts'
import { casesOfOp } from './make-cases.ts'
import { primitiveCases } from './primitives.ts'
import { scatterDuplicateCases } from './scatter-duplicates.ts'
import { undeclaredCases } from './undeclared.ts'

/** Layer 2: every primitive and every composite. */
export function opCases(): ConformanceCase[] {
  const tables = [...Object.entries(primitiveCases), ...Object.entries(compositeCases)]
  return [
    ...tables.flatMap(([name, table]) => casesOfOp(name, table)),
    ...scatterDuplicateCases(),
    ...undeclaredCases(),
  ]
}
