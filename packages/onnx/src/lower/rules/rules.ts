import type { PrimitiveName } from '@voltaic/core/graph'
import type { Lowering, Lowerings } from '../lowering.ts'
import { arithmetic } from './arithmetic.ts'
import { conversion } from './cast.ts'
import { composites } from './composites.ts'
import { convolution } from './conv.ts'
import { indexing } from './indexing.ts'
import { logic } from './logic.ts'
import { contraction } from './matmul.ts'
import { movement } from './movement.ts'
import { order } from './order.ts'
import { pooling } from './pool.ts'
import { reductions } from './reductions.ts'
import { sources } from './sources.ts'
import { unary } from './unary.ts'

/** Primitives that no ONNX op, nor a few of them, computes as we mean them. */
type Missing = 'atan2' | 'randomBits'

const primitives: Lowerings<Exclude<PrimitiveName, Missing>> = {
  ...unary,
  ...conversion,
  ...arithmetic,
  ...logic,
  ...reductions,
  ...movement,
  ...contraction,
  ...convolution,
  ...pooling,
  ...indexing,
  ...order,
  ...sources,
}

const rules = new Map<string, Lowering<never>>([...Object.entries(primitives), ...Object.entries(composites)])

/** Composites that have a lowering of their own. */
export const onnxComposites: ReadonlySet<string> = new Set(Object.keys(composites))

/** The lowering of an op, a primitive or a composite, by name. */
export function ruleOf(op: string): Lowering<object> | undefined {
  return rules.get(op) as Lowering<object> | undefined
}
