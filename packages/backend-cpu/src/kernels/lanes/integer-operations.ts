import type { ElementwiseName } from '@voltaic/core/graph'
import { type Expression, i32, type ValueType } from '../../wasm/assembler/index.ts'
import type { Lanes } from './lanes.ts'

type Operations<I extends ValueType> = Partial<Record<ElementwiseName, (args: readonly Expression<I>[]) => Expression>>

type I32 = Expression<'i32'>

/** Elementwise primitives on integers, which wrap around. */
export function integerOperations<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  { int, eachInt }: Lanes<F, D, I, M>,
  dtype: 'int32' | 'uint32' | 'uint8',
): Operations<I> {
  const isSigned = dtype === 'int32'
  const wrap = (x: Expression<I>) => (dtype === 'uint8' ? int.and(x, 0xff) : x)
  const less = isSigned ? int.ltS : int.ltU
  const lessEqual = isSigned ? int.leS : int.leU
  const each = (apply: (x: I32, y: I32) => I32) => (args: readonly Expression<I>[]) =>
    eachInt(args, ([x, y]) => apply(x!, y!))
  const sign = (x: Expression<I>) => int.select(int.eq(x, 0), 0, 1)
  return {
    neg: ([x]) => wrap(int.sub(0, x!)),
    abs: ([x]) => (isSigned ? int.select(int.ltS(x!, 0), int.sub(0, x!), x!) : x!),
    sign: ([x]) => (isSigned ? int.select(int.ltS(x!, 0), -1, sign(x!)) : sign(x!)),
    not: ([x]) => wrap(int.xor(x!, -1)),
    isNan: ([x]) => int.ne(x!, x!),
    isFinite: ([x]) => int.eq(x!, x!),
    add: ([x, y]) => wrap(int.add(x!, y!)),
    sub: ([x, y]) => wrap(int.sub(x!, y!)),
    mul: ([x, y]) => wrap(int.mul(x!, y!)),
    floorDivide: each(isSigned ? floorDivideSigned : floorDivideUnsigned),
    remainder: each(isSigned ? remainderSigned : remainderUnsigned),
    minimum: ([x, y]) => int.select(less(x!, y!), x!, y!),
    maximum: ([x, y]) => int.select(less(x!, y!), y!, x!),
    and: ([x, y]) => int.and(x!, y!),
    or: ([x, y]) => int.or(x!, y!),
    xor: ([x, y]) => int.xor(x!, y!),
    // Instructions take counts modulo 32; vectors have one count for all lanes.
    shiftLeft: (args) => wrap(each(i32.shl)(args)),
    shiftRight: each(isSigned ? i32.shrS : i32.shrU),
    equal: ([x, y]) => int.eq(x!, y!),
    less: ([x, y]) => less(x!, y!),
    lessEqual: ([x, y]) => lessEqual(x!, y!),
  }
}

function floorDivideSigned(x: I32, y: I32): I32 {
  const quotient = i32.divS(x, safeDivisor(y))
  // Truncation rounds up where the signs differ and something is left.
  const isRoundedUp = i32.and(i32.ltS(i32.xor(x, y), 0), i32.ne(i32.mul(quotient, y), x))
  const floored = i32.select(i32.eq(y, -1), i32.sub(0, x), i32.sub(quotient, isRoundedUp))
  return i32.select(i32.eqz(y), 0, floored)
}

function floorDivideUnsigned(x: I32, y: I32): I32 {
  return i32.select(i32.eqz(y), 0, i32.divU(x, nonZero(y)))
}

function remainderSigned(x: I32, y: I32): I32 {
  const rest = i32.remS(x, safeDivisor(y))
  const differs = i32.and(i32.ne(rest, 0), i32.ltS(i32.xor(rest, y), 0))
  const moved = i32.add(rest, i32.select(differs, y, 0))
  return i32.select(i32.or(i32.eqz(y), i32.eq(y, -1)), 0, moved)
}

function remainderUnsigned(x: I32, y: I32): I32 {
  return i32.select(i32.eqz(y), 0, i32.remU(x, nonZero(y)))
}

function nonZero(y: I32): I32 {
  return i32.select(i32.eqz(y), 1, y)
}

// A signed division traps on 0, and on −2³¹ by −1.
function safeDivisor(y: I32): I32 {
  return i32.select(i32.or(i32.eqz(y), i32.eq(y, -1)), 1, y)
}
