/*
 * The two 16-bit floats, as JavaScript has neither (`Float16Array` is newer than the browsers we run in). Numbers are
 * rounded straight from float64: through float32 some would be rounded twice.
 */

/** A binary float format of 16 bits. */
interface HalfFormat {
  readonly fractionBits: number
  /** Exponent of the smallest normal number. */
  readonly minExponent: number
  /** The smallest number that rounds to infinity: halfway between the largest finite one and the next power of two. */
  readonly overflow: number
}

const float16: HalfFormat = { fractionBits: 10, minExponent: -14, overflow: 2 ** 16 - 2 ** 4 }
const bfloat16: HalfFormat = { fractionBits: 7, minExponent: -126, overflow: 2 ** 128 - 2 ** 119 }

const word = new DataView(new ArrayBuffer(8))

/** `x` rounded to the nearest float16, ties to even. */
export function roundToFloat16(x: number): number {
  return roundToFormat(x, float16)
}

/** `x` rounded to the nearest bfloat16, ties to even. */
export function roundToBfloat16(x: number): number {
  return roundToFormat(x, bfloat16)
}

/** Bits of the float16 nearest to `x`, ties to even. */
export function numberToFloat16(x: number): number {
  const rounded = roundToFloat16(x)
  if (Number.isNaN(rounded)) return 0x7e00
  const magnitude = Math.abs(rounded)
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24)
  const exponent = exponentOf(magnitude)
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024)
}

/** The number whose float16 has `bits`. */
export function float16ToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Bits of the bfloat16 nearest to `x`, ties to even. */
export function numberToBfloat16(x: number): number {
  const rounded = roundToBfloat16(x)
  if (Number.isNaN(rounded)) return 0x7fc0
  // A bfloat16 is the upper half of the float32 of the same value.
  word.setFloat32(0, rounded)
  return word.getUint16(0)
}

/** The number whose bfloat16 has `bits`. */
export function bfloat16ToNumber(bits: number): number {
  word.setUint32(0, bits << 16)
  return word.getFloat32(0)
}

function roundToFormat(x: number, { fractionBits, minExponent, overflow }: HalfFormat): number {
  const magnitude = Math.abs(x)
  if (!(magnitude < overflow)) return Number.isNaN(x) ? x : Math.sign(x) * Number.POSITIVE_INFINITY
  const unitExponent = Math.max(exponentOf(magnitude), minExponent) - fractionBits
  // Beside this number, neighbouring float64 lie one unit apart: adding it lets the hardware round to even.
  const anchor = 2 ** (unitExponent + 52)
  const rounded = magnitude + anchor - anchor
  return x < 0 || Object.is(x, -0) ? -rounded : rounded
}

/** The exponent field of a float64, unbiased: floor(log₂ x) of normal numbers, −1023 below them. */
function exponentOf(x: number): number {
  word.setFloat64(0, x)
  return ((word.getUint16(0) >> 4) & 0x7ff) - 1023
}
