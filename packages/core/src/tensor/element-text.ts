import { OutOfRangeError } from '../errors/errors.ts'
import type { DType, HostArray } from '../graph/dtype.ts'
import { isFloat } from '../graph/dtype.ts'
import { stridesOf } from '../graph/shape.ts'
import type { Shape, TensorSpec } from '../graph/spec.ts'
import { decodeNumber } from './host.ts'

/** How the elements of a tensor are written. */
export interface TextOptions {
  /** Digits after the point. Default 4. */
  readonly precision?: number
  /** A tensor of more elements is summarised: of a longer dimension only the ends are shown. Default 1000. */
  readonly threshold?: number
  /** How many elements are shown at each end of a dimension that is summarised. Default 3. */
  readonly edgeItems?: number
  /** Characters after which the row of a vector is broken. Default 80. */
  readonly lineWidth?: number
}

/**
 * Elements in brackets, as PyTorch prints them: in columns, the same number of digits for all, and in scientific notation
 * where the largest is above 10⁸, or a fraction below 10⁻⁴, or the largest above 1000 times the smallest.
 *
 * @throws OutOfRangeError when an option is no whole number ≥ 0, or the precision above 20
 */
export function elementText(
  data: HostArray,
  { dtype, shape, size }: TensorSpec,
  { precision = 4, threshold = 1000, edgeItems = 3, lineWidth = 80 }: TextOptions = {},
): string {
  for (const [name, n] of Object.entries({ precision, threshold, edgeItems, lineWidth })) {
    const isCount = Number.isInteger(n) || n === Number.POSITIVE_INFINITY
    if (isCount && n >= 0 && (name !== 'precision' || n <= 20)) continue
    throw new OutOfRangeError(
      `toText: ${name} is a whole number ≥ 0${name === 'precision' ? ' and ≤ 20' : ''}, got ${n}`,
    )
  }
  if (size === 0) return '[]'
  const isSummary = size > threshold
  const shown = shape.map((n) => shownPlaces(n, isSummary ? edgeItems : n))
  const numbers = shownElements(shape, shown).map((i) => decodeNumber(data[i]!, dtype))
  const texts = alignedTexts(numbers, dtype, precision)
  return bracketed(shape, shown, texts, lineWidth)
}

/** Which elements of a dimension are shown; −1 stands for those left out. */
function shownPlaces(length: number, edgeItems: number): number[] {
  const places = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
  if (length <= 2 * edgeItems) return places(0, length)
  return [...places(0, edgeItems), -1, ...places(length - edgeItems, edgeItems)]
}

/** Flat places of what is shown, in order. */
function shownElements(shape: Shape, shown: readonly (readonly number[])[]): number[] {
  const strides = stridesOf(shape)
  let places = [0]
  for (const [axis, along] of shown.entries()) {
    const steps = along.filter((i) => i >= 0)
    places = places.flatMap((place) => steps.map((i) => place + i * strides[axis]!))
  }
  return places
}

function bracketed(
  shape: Shape,
  shown: readonly (readonly number[])[],
  texts: readonly string[],
  lineWidth: number,
): string {
  const rest = texts.values()
  const inside = (axis: number): string => {
    if (axis === shape.length) return rest.next().value!
    const isRow = axis === shape.length - 1
    const parts = shown[axis]!.map((i) => (i >= 0 ? inside(axis + 1) : `${isRow ? ' ' : ''}...`))
    const indent = ' '.repeat(axis + 1)
    if (!isRow) return `[${parts.join(`,${'\n'.repeat(shape.length - 1 - axis)}${indent}`)}]`
    const perLine = Math.max(1, Math.floor((lineWidth - axis) / ((texts[0]?.length ?? 0) + 2)))
    const lines = Array.from({ length: Math.ceil(parts.length / perLine) }, (_, i) =>
      parts.slice(i * perLine, (i + 1) * perLine).join(', '),
    )
    return `[${lines.join(`,\n${indent}`)}]`
  }
  return inside(0)
}

/** Texts of one width. */
function alignedTexts(numbers: readonly number[], dtype: DType, precision: number): string[] {
  const texts = numbers.map(isFloat(dtype) ? floatFormat(numbers, precision) : (x) => wholeText(x, dtype))
  const width = texts.reduce((longest, { length }) => Math.max(longest, length), 0)
  return texts.map((text) => text.padStart(width))
}

function wholeText(x: number, dtype: DType): string {
  return dtype === 'bool' ? String(x !== 0) : String(x)
}

function floatFormat(numbers: readonly number[], precision: number): (x: number) => string {
  const sizes = numbers.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs)
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0)
  const areWhole = sizes.every(Number.isInteger)
  const isScientific = largest / smallest > 1000 || largest > 1e8 || (!areWhole && smallest < 1e-4)
  return (x) => {
    if (Number.isNaN(x)) return 'nan'
    const size = Math.abs(x)
    const sign = x < 0 || Object.is(x, -0) ? '-' : ''
    if (size === Number.POSITIVE_INFINITY) return `${sign}inf`
    if (isScientific) return sign + scientific(size, precision)
    return sign + (areWhole ? `${size.toFixed(0)}.` : size.toFixed(precision))
  }
}

/** `1.0000e+05`: an exponent of two digits or more. */
function scientific(x: number, precision: number): string {
  const [digits, exponent] = x.toExponential(precision).split('e')
  return `${digits}e${exponent![0]}${exponent!.slice(1).padStart(2, '0')}`
}
