import { attributeTable } from './attributes.ts'
import type { Op, Vjp } from './op.ts'
import type { None } from './primitives.ts'
import { record } from './record.ts'
import type { Value } from './value.ts'

/** Aliases of several values that look at their gradients. */
export interface TapOp extends Op<None> {
  readonly vjp: Vjp<None>
}

const attributes = attributeTable()

/**
 * The same values under names of their own, whose cotangents go through `change`: all together, once a backward pass. In a
 * body that is traced they pass it by.
 */
export function tap(
  xs: readonly Value[],
  change: (cotangents: readonly (Value | null)[]) => readonly (Value | null)[],
): readonly Value[] {
  const op: TapOp = {
    name: 'tap',
    kind: 'alias',
    attributes,
    infer: (inputs) => inputs,
    vjp: ({ cotangents }) => change(cotangents),
  }
  return record(op, xs, {})
}
