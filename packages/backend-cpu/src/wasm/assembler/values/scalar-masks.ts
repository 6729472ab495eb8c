import {
  binaries,
  type Expression,
  instruction,
  type Kind,
  type Operand,
  resolve,
  unaries,
  type ValueType,
} from './expression.ts'
import { i32Kind } from './kinds.ts'
import type { MaskLogic } from './mask-logic.ts'

/** Logic on the 0 and 1 that comparisons of scalars give. */
export const scalarMasks: MaskLogic<'i32'> = {
  ...binaries(i32Kind, 'i32', { and: 0x71, or: 0x72 }),
  ...unaries(i32Kind, 'i32', { not: 0x45 }),
  any: (mask) => mask,
}

/** The choice between two scalars of a kind. */
export function scalarSelect<T extends ValueType>(
  kind: Kind<T>,
): (mask: Expression<'i32'>, whenTrue: Operand<T>, whenFalse: Operand<T>) => Expression<T> {
  const user = `${kind.name}.select`
  return (mask, whenTrue, whenFalse) => {
    const values = [resolve(kind, whenTrue, user), resolve(kind, whenFalse, user)]
    return instruction(kind.type, 0x1b, [...values, resolve(i32Kind, mask, user)])
  }
}
