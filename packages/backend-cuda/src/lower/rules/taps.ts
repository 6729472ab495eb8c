import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'

/** Windows of a kernel over images `[batch, channels, …spatial]`. */
export interface WindowOptions {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
  readonly dilation?: readonly number[]
}

/** Where one tap of the kernel meets the padded image: one element an output position. */
export interface Tap {
  /** Offset of the tap in the kernel, a number a spatial dimension. */
  readonly at: readonly number[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly steps: readonly number[]
}

/** The padded image, to be read or written at the taps. */
export function paddedShape(image: readonly number[], { padding }: WindowOptions): number[] {
  return image.map((n, i) => (i < 2 ? n : n + padding[i - 2]![0] + padding[i - 2]![1]))
}

export function padImage(emit: Emitter, x: Raw, { padding }: WindowOptions, value: number): Raw {
  return emit.pad(x, [[0, 0], [0, 0], ...padding], value)
}

/** What `padImage` added, taken away again. */
export function cropImage(emit: Emitter, x: Raw, image: readonly number[], { padding }: WindowOptions): Raw {
  const starts = [0, 0, ...padding.map(([before]) => before)]
  return emit.slice(
    x,
    starts,
    starts.map((start, i) => start + image[i]!),
  )
}

/** All taps of a kernel, its last dimension fastest. */
export function tapsOf(
  image: readonly number[],
  output: readonly number[],
  { kernel, stride, dilation }: WindowOptions,
): Tap[] {
  let places: number[][] = [[]]
  for (const size of kernel) places = places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i]))
  return places.map((at) => {
    const starts = at.map((place, i) => place * (dilation?.[i] ?? 1))
    const ends = starts.map((start, i) => start + (output[i + 2]! - 1) * stride[i]! + 1)
    return {
      at,
      starts: [0, 0, ...starts],
      ends: [image[0]!, image[1]!, ...ends],
      steps: [1, 1, ...stride],
    }
  })
}

/** What a tap meets in the padded image. */
export function sliceTap(emit: Emitter, padded: Raw, { starts, ends, steps }: Tap): Raw {
  return emit.slice(padded, starts, ends, steps)
}

/** Zeros in the padded image's shape, with `x` where the tap meets it. */
export function unsliceTap(emit: Emitter, x: Raw, padded: readonly number[], { starts, ends, steps }: Tap): Raw {
  return emit.unslice(x, padded, [starts, ends, steps])
}
