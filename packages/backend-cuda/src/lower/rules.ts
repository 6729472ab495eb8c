import type { Rules } from './rule.ts'
import { binaryRules } from './rules/binary.ts'
import { convRules } from './rules/conv.ts'
import { indexingRules } from './rules/indexing.ts'
import { matmulRules } from './rules/matmul.ts'
import { movementRules } from './rules/movement.ts'
import { orderRules } from './rules/order.ts'
import { poolRules } from './rules/pool.ts'
import { reductionRules } from './rules/reductions.ts'
import { sourceRules } from './rules/sources.ts'
import { unaryRules } from './rules/unary.ts'

/** How every primitive becomes raw ops. */
export const rules: Rules = {
  ...unaryRules,
  ...binaryRules,
  ...reductionRules,
  ...movementRules,
  ...matmulRules,
  ...convRules,
  ...poolRules,
  ...indexingRules,
  ...orderRules,
  ...sourceRules,
}
