import { type Binary, binaries, type Expression, instruction, resolve, type Unary, unaries } from './expression.ts'
import { v128Kind, vectorLiteral } from './kinds.ts'
import { type Load, load, type Stored } from './memory-access.ts'

/** 128 bits, whatever the lanes: logic, and the loads that widen. Literals need lanes: `i32x4.literal(1)`. */
export const v128: V128 = {
  ...v128Kind,
  storage: { name: 'v128.store', opcode: 0xfd0b, bytes: 16 },
  constant: (bytes) => {
    if (bytes.length !== 16) throw new RangeError(`wasm: v128.constant takes 16 bytes, got ${bytes.length}; fill it up`)
    return vectorLiteral(bytes)
  },
  load: load('v128.load', 'v128', 0xfd00, 16),
  load32Zero: load('v128.load32Zero', 'v128', 0xfd5c, 4),
  load64Zero: load('v128.load64Zero', 'v128', 0xfd5d, 8),
  low32: {
    ...v128Kind,
    storage: { name: 'v128.low32', opcode: 0xfd5a, bytes: 4, lane: 0 },
  },
  low64: {
    ...v128Kind,
    storage: { name: 'v128.low64', opcode: 0xfd5b, bytes: 8, lane: 0 },
  },
  ...unaries(v128Kind, 'v128', { not: 0xfd4d }),
  ...unaries(v128Kind, 'i32', { anyTrue: 0xfd53 }),
  ...binaries(v128Kind, 'v128', { and: 0xfd4e, andNot: 0xfd4f, or: 0xfd50, xor: 0xfd51 }),
  bitselect: (mask, whenOne, whenZero) => {
    const operands = [whenOne, whenZero, mask].map((operand) => resolve(v128Kind, operand, 'v128.bitselect'))
    return instruction('v128', 0xfd52, operands)
  },
  same: (x) => resolve(v128Kind, x, 'v128.same'),
}

/** The operations of `v128`. */
export interface V128 extends Stored<'v128'> {
  /** These 16 bytes. */
  readonly constant: (bytes: Uint8Array) => Expression<'v128'>
  readonly load: Load<'v128'>
  /** 4 bytes into the lowest lane, zeros above. */
  readonly load32Zero: Load<'v128'>
  /** 8 bytes into the lower half, zeros above. */
  readonly load64Zero: Load<'v128'>
  /** Stores the lowest 4 bytes only. */
  readonly low32: Stored<'v128'>
  /** Stores the lower half only. */
  readonly low64: Stored<'v128'>
  readonly not: Unary<'v128'>
  readonly and: Binary<'v128'>
  /** `x & ~y` */
  readonly andNot: Binary<'v128'>
  readonly or: Binary<'v128'>
  readonly xor: Binary<'v128'>
  /** Bit by bit: that of `whenOne` where the mask has a 1. */
  readonly bitselect: (
    mask: Expression<'v128'>,
    whenOne: Expression<'v128'>,
    whenZero: Expression<'v128'>,
  ) => Expression<'v128'>
  /** 1 when any bit is set. */
  readonly anyTrue: Unary<'v128', 'i32'>
  /** The operand itself, as an expression. */
  readonly same: Unary<'v128'>
}
