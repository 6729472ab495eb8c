import type { Rules } from '../graph/op.ts'
import type { PrimitiveAttributes } from '../graph/primitives.ts'
import { contraction } from './rules/contraction.ts'
import { elementwise } from './rules/elementwise.ts'
import { movement } from './rules/movement.ts'
import { reduce } from './rules/reduce.ts'

/** The gradient of every primitive, as recorded ops. */
export const rules: Rules<PrimitiveAttributes> = {
  ...elementwise,
  ...reduce,
  ...movement,
  ...contraction,
}
