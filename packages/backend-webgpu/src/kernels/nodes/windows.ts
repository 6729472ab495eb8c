import { type PoolAttributes, stridesOf } from '@voltaic/core/graph'
import { u32 } from '../../wgsl/numbers.ts'

/** How a kernel slides over an image. */
export interface WindowOptions extends PoolAttributes {
  readonly dilation?: readonly number[]
}

/**
 * The places of an image under a window, as an expression for each spatial axis; below the image they wrap, and are large.
 *
 * @param outputs - names of the output's coordinates
 * @param taps - names of the kernel's coordinates
 */
export function placesUnder(
  { stride, padding, dilation }: WindowOptions,
  outputs: readonly string[],
  taps: readonly string[],
): string[] {
  return outputs.map((output, d) => {
    const [before] = padding[d]!
    const start = stride[d] === 1 ? output : `${output} * ${u32(stride[d]!)}`
    const tap = (dilation?.[d] ?? 1) === 1 ? taps[d]! : `${taps[d]} * ${u32(dilation![d]!)}`
    return `${start} + ${tap}${before === 0 ? '' : ` - ${u32(before)}`}`
  })
}

/** Statements that declare `p0`, `p1`, … and an expression of whether all of them lie in the image. */
export function windowLines(
  image: readonly number[],
  places: readonly string[],
): { readonly lines: string[]; readonly inside: string } {
  return {
    lines: places.map((place, d) => `let p${d} = ${place};`),
    inside: places.map((_, d) => `p${d} < ${u32(image[d]!)}`).join(' && '),
  }
}

/**
 * The outputs whose window has a tap over a place of the image: statements that declare `o0`, `o1`, …, and an expression of
 * whether there is such an output.
 *
 * @param places - names of the image's coordinates
 */
export function outputsOver(
  options: WindowOptions,
  output: readonly number[],
  places: readonly string[],
  taps: readonly string[],
): { readonly lines: string[]; readonly inside: string } {
  const { stride, padding, dilation } = options
  const lines: string[] = []
  const conditions: string[] = []
  for (const [d, place] of places.entries()) {
    const tap = (dilation?.[d] ?? 1) === 1 ? taps[d]! : `${taps[d]} * ${u32(dilation![d]!)}`
    const distance = `${place} + ${u32(padding[d]![0])} - ${tap}`
    if (stride[d] === 1) {
      lines.push(`let o${d} = ${distance};`)
    } else {
      lines.push(`let q${d} = ${distance};`, `let o${d} = q${d} / ${u32(stride[d]!)};`)
      conditions.push(`q${d} % ${u32(stride[d]!)} == 0u`)
      // A distance below 0 wraps to one that may divide.
      conditions.push(`q${d} < 0x80000000u`)
    }
    conditions.push(`o${d} < ${u32(output[d]!)}`)
  }
  return { lines, inside: conditions.join(' && ') }
}

/** `body` once for each tap of a kernel, in order: `t0`, `t1`, … */
export function forEachTap(kernel: readonly number[], body: readonly string[]): string[] {
  return kernel.reduceRight(
    (inner: readonly string[], n, d) => [
      `for (var t${d} = 0u; t${d} < ${u32(n)}; t${d}++) {`,
      ...inner.map((line) => `  ${line}`),
      '}',
    ],
    body,
  ) as string[]
}

/** The row-major index at coordinates within a plane. */
export function planeIndex(shape: readonly number[], coordinates: readonly string[]): string {
  const strides = stridesOf(shape)
  return coordinates.map((c, d) => (strides[d] === 1 ? c : `${c} * ${u32(strides[d]!)}`)).join(' + ')
}
