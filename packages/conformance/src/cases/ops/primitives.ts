import type { PrimitiveName } from '@voltaic/core/graph'
import { contractionCases } from './contractions.ts'
import { elementwiseCases } from './elementwise.ts'
import { movementCases } from './movement.ts'
import type { OpCases } from './op-cases.ts'
import { reductionCases } from './reductions.ts'
import { sourceCases } from './sources.ts'

/** What there is to check about every primitive. */
export const primitiveCases: Readonly<Record<PrimitiveName, OpCases | readonly OpCases[]>> = {
  ...elementwiseCases,
  ...reductionCases,
  ...movementCases,
  ...contractionCases,
  ...sourceCases,
}
