import { type Expression, type Kind, type Operand, resolve } from './expression.ts'
import type { MaskLogic } from './mask-logic.ts'
import { v128 } from './v128.ts'

/** Logic on the lanes of ones and zeros that comparisons of vectors give. */
export const vectorMasks: MaskLogic<'v128'> = { and: v128.and, or: v128.or, not: v128.not, any: v128.anyTrue }

/** The choice, lane by lane, between two vectors of a kind. */
export function vectorSelect(
  kind: Kind<'v128'>,
): (mask: Expression<'v128'>, whenTrue: Operand<'v128'>, whenFalse: Operand<'v128'>) => Expression<'v128'> {
  const user = `${kind.name}.select`
  return (mask, whenTrue, whenFalse) => {
    return v128.bitselect(mask, resolve(kind, whenTrue, user), resolve(kind, whenFalse, user))
  }
}
