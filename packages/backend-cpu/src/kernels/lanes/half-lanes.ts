import type { Expression, FunctionBuilder, ValueType } from '../../wasm/assembler/index.ts'
import type { HalfDType } from '../dtypes.ts'
import type { Lanes } from './lanes.ts'

/*
 * Half types in registers are float32 of the same value; in memory they are 16 bits. No step here makes a subnormal float32
 * of a float16: on many processors those take a hundred times as long.
 */

const infinityBits = 0x7f800000
const nanBits = 0x7fc00000
/** Of ½. */
const halfBits = 0x3f000000
/** By how much the exponents of float32 and float16 are biased apart, in place. */
const rebias = 112 << 23

/** The numbers whose bits are `bits`, locals whose upper 16 bits are 0. */
export function expandHalf<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  dtype: HalfDType,
  bits: Expression<I>,
): Expression<F> {
  const { int } = lanes
  if (dtype === 'bfloat16') return lanes.floatOfBits(int.shl(bits, 16))
  const magnitude = f.let(int.and(bits, 0x7fff))
  // Infinities and NaN have the largest exponent there and here: they are moved twice.
  const moved = int.add(int.shl(magnitude, 13), lanes.where(int.gtS(magnitude, int.literal(0x7bff)), rebias))
  // Below 2⁻¹⁴ the exponent is that of 2⁻¹⁴, and no 1 stands before the fraction: one is put there, and taken away.
  const isSubnormal = f.let(int.ltS(magnitude, int.literal(0x400)))
  const normal = int.add(int.add(moved, rebias), lanes.where(isSubnormal, 1 << 23))
  const { kind } = lanes.single
  const size = kind.sub(lanes.floatOfBits(normal), lanes.floatOfBits(lanes.where(isSubnormal, (127 - 14) << 23)))
  return lanes.floatOfBits(int.or(lanes.bitsOfFloat(size), int.shl(int.and(bits, 0x8000), 16)))
}

/** The bits of `x`, a local that the half type holds; the upper 16 bits are 0. */
export function packHalf<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  dtype: HalfDType,
  x: Expression<F>,
): Expression<I> {
  const { int } = lanes
  const bits = f.let(lanes.bitsOfFloat(x))
  if (dtype === 'bfloat16') return int.shrU(bits, 16)
  const { kind } = lanes.single
  const magnitude = f.let(int.and(bits, 0x7fffffff))
  // Of infinities and NaN, the lower bits of the exponent are those that are asked for.
  const isFinite = int.ltS(magnitude, int.literal(infinityBits))
  const normal = f.let(int.and(int.sub(int.shrU(magnitude, 13), lanes.where(isFinite, rebias >> 13)), 0x7fff))
  // Below 2⁻¹⁴ the bits count units of 2⁻²⁴, which are those of the float32 in [½, 1).
  const units = f.let(int.sub(lanes.bitsOfFloat(kind.add(lanes.floatOfBits(magnitude), 0.5)), halfBits))
  const isSubnormal = int.ltS(magnitude, int.literal((127 - 14) << 23))
  const size = int.select(isSubnormal, units, normal)
  return int.or(size, int.and(int.shrU(bits, 16), 0x8000))
}

/** `x`, a local, rounded to the nearest number of the half type, ties to even. */
export function roundHalf<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  dtype: HalfDType,
  x: Expression<F>,
): Expression<F> {
  return dtype === 'float16' ? roundFloat16(lanes, f, x) : roundBfloat16(lanes, f, x)
}

/** Beside the anchor, neighbouring float32 lie one unit of the float16 apart: adding it rounds. */
function roundFloat16<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  x: Expression<F>,
): Expression<F> {
  const { int } = lanes
  const { kind } = lanes.single
  const bits = f.let(lanes.bitsOfFloat(x))
  const size = f.let(kind.abs(x))
  const exponent = f.let(int.and(bits, infinityBits))
  const above = f.let(int.maxS(exponent, int.literal((127 - 14) << 23)))
  const bounded = int.minS(above, int.literal((127 + 15) << 23))
  const anchor = f.let(lanes.floatOfBits(int.add(bounded, 13 << 23)))
  const rounded = kind.sub(kind.add(size, anchor), anchor)
  // From 2¹⁶ on it is infinite: so is its product with 2¹¹².
  const inRange = kind.mul(kind.mul(rounded, 2 ** 112), 2 ** -112)
  return lanes.floatOfBits(int.or(lanes.bitsOfFloat(inRange), int.and(bits, 0x80000000)))
}

/** A bfloat16 is the upper half of a float32: half a unit is added, less a little where that makes a tie even. */
function roundBfloat16<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  x: Expression<F>,
): Expression<F> {
  const { int } = lanes
  const bits = f.let(lanes.bitsOfFloat(x))
  const isOdd = int.and(int.shrU(bits, 16), 1)
  const rounded = int.and(int.add(int.add(bits, 0x7fff), isOdd), 0xffff0000)
  return lanes.floatOfBits(int.select(lanes.single.kind.ne(x, x), nanBits, rounded))
}

/**
 * `x`, a local, as a float32 that every half type rounds as it would round `x` itself: of the two float32 around it, the
 * one whose last bit is 1.
 *
 * S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd" (2008).
 */
export function demoteToOdd<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  x: Expression<D>,
): Expression<F> {
  const { int, double } = lanes
  const { kind } = double
  const nearest = f.let(lanes.demote(x))
  const bits = f.let(lanes.bitsOfFloat(nearest))
  const back = f.let(lanes.promote(nearest))
  const isEven = int.eq(int.and(bits, 1), 0)
  const step = int.select(kind.gt(kind.abs(back), kind.abs(x)), -1, 1)
  const isMoved = int.masks.and(kind.ne(back, x), isEven)
  return lanes.floatOfBits(int.select(isMoved, int.add(bits, step), bits))
}

/** A 32-bit integer, a local, as one that float32 holds and that bfloat16 rounds alike: below bit 9, only whether all is 0. */
export function stickyInteger<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  { int }: Lanes<F, D, I, M>,
  x: Expression<I>,
  isSigned: boolean,
): Expression<I> {
  const rest = int.and(x, 0xff)
  const sticky = int.or(int.and(x, ~0xff), int.select(int.eq(rest, 0), 0, 0x100))
  const isLow = int.leU(isSigned ? int.add(x, 2 ** 24) : x, int.literal(isSigned ? 2 ** 25 : 2 ** 24))
  return int.select(isLow, x, sticky)
}
