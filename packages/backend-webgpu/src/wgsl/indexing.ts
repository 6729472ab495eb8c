import { type Shape, sizeOf } from '@voltaic/core/graph'
import { u32 } from './numbers.ts'

/** Where an element lies: `offset + Σ strides[d]·index[d]`. */
export interface Place {
  readonly strides: readonly number[]
  readonly offset: number
}

/** A shape whose neighbouring axes are one where every place steps through them as through one. */
export interface Collapsed {
  readonly shape: Shape
  readonly places: readonly Place[]
}

/** Merges axes, and drops those of one element. */
export function collapse(shape: Shape, places: readonly Place[]): Collapsed {
  const sizes: number[] = []
  const strides: number[][] = places.map(() => [])
  for (const [axis, n] of shape.entries()) {
    if (n === 1) continue
    const steps = places.map((place) => place.strides[axis]!)
    const last = sizes.length - 1
    if (last >= 0 && steps.every((step, i) => strides[i]![last] === step * n)) {
      sizes[last]! *= n
      for (const [i, step] of steps.entries()) strides[i]![last] = step
    } else {
      sizes.push(n)
      for (const [i, step] of steps.entries()) strides[i]!.push(step)
    }
  }
  return { shape: sizes, places: places.map(({ offset }, i) => ({ strides: strides[i]!, offset })) }
}

/**
 * Lines that name the coordinates of the row-major index `at` in `shape`: `prefix0`, `prefix1`, …
 *
 * @param at - an expression; below the number of elements
 */
export function coordinateLines(shape: Shape, at: string, prefix: string): string[] {
  const lines: string[] = []
  for (const [axis, n] of shape.entries()) {
    const inner = sizeOf(shape.slice(axis + 1))
    const shifted = inner === 1 ? at : `${at} / ${u32(inner)}`
    lines.push(`let ${prefix}${axis} = ${axis === 0 ? shifted : `(${shifted}) % ${u32(n)}`};`)
  }
  return lines
}

/** The expression of a place at coordinates, in wrapping arithmetic, so that steps may be negative. */
export function placeExpression({ strides, offset }: Place, coordinates: readonly string[]): string {
  const terms = strides.flatMap((stride, i) => {
    if (stride === 0) return []
    return stride === 1 ? [coordinates[i]!] : [`${coordinates[i]} * ${u32(stride)}`]
  })
  if (offset !== 0 || terms.length === 0) terms.unshift(u32(offset))
  return terms.join(' + ')
}

/** `prefix0`, `prefix1`, … for each axis. */
export function coordinateNames(shape: Shape, prefix: string): string[] {
  return shape.map((_, axis) => `${prefix}${axis}`)
}
