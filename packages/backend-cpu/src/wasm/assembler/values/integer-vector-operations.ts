import { type Binary, binaries, instruction, type Kind, resolve, type Unary, unaries } from './expression.ts'
import type { IntegerVector, MinMax } from './integer-vector-kinds.ts'
import { i32Kind } from './kinds.ts'
import { v128 } from './v128.ts'
import { vectorMasks, vectorSelect } from './vector-masks.ts'

type Shift = 'shl' | 'shrS' | 'shrU'
type Comparison = 'eq' | 'ne' | 'ltS' | 'ltU' | 'gtS' | 'gtU' | 'leS' | 'leU' | 'geS' | 'geU'

/** What does not depend on the lanes, but for the meaning of literals: memory, logic, choice. */
export function wholeVector(
  kind: Kind<'v128'>,
  lanes: number,
): Pick<
  IntegerVector<'i32'>,
  keyof Kind<'v128'> | 'lanes' | 'bytes' | 'storage' | 'load' | 'and' | 'or' | 'xor' | 'masks' | 'select'
> {
  return {
    ...kind,
    lanes,
    bytes: 16,
    storage: v128.storage,
    load: v128.load,
    ...binaries(kind, 'v128', { and: 0xfd4e, or: 0xfd50, xor: 0xfd51 }),
    masks: vectorMasks,
    select: vectorSelect(kind),
  }
}

/** The ten comparisons, whose opcodes start at `first`. */
export function comparisons(kind: Kind<'v128'>, first: number): Pick<IntegerVector<'i32'> & MinMax, Comparison> {
  return binaries(kind, 'v128', {
    eq: first,
    ne: first + 1,
    ltS: first + 2,
    ltU: first + 3,
    gtS: first + 4,
    gtU: first + 5,
    leS: first + 6,
    leU: first + 7,
    geS: first + 8,
    geU: first + 9,
  })
}

/** The minima and maxima, whose opcodes start at `first`. */
export function minMax(kind: Kind<'v128'>, first: number): Record<'minS' | 'minU' | 'maxS' | 'maxU', Binary<'v128'>> {
  return binaries(kind, 'v128', { minS: first, minU: first + 1, maxS: first + 2, maxU: first + 3 })
}

/** The tests of all lanes, whose opcodes start at `first`. */
export function tests(kind: Kind<'v128'>, first: number): Record<'allTrue' | 'bitmask', Unary<'v128', 'i32'>> {
  return unaries(kind, 'i32', { allTrue: first, bitmask: first + 1 })
}

/** The shifts of all lanes by one amount, whose opcodes start at `first`. */
export function shifts(kind: Kind<'v128'>, first: number): Pick<IntegerVector<'i32'>, Shift> {
  const shift = (name: Shift, opcode: number): IntegerVector<'i32'>[Shift] => {
    const user = `${kind.name}.${name}`
    return (x, amount) => instruction('v128', opcode, [resolve(kind, x, user), resolve(i32Kind, amount, user)])
  }
  return { shl: shift('shl', first), shrS: shift('shrS', first + 1), shrU: shift('shrU', first + 2) }
}
