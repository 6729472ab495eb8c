import { type ConvAttributes, sizeOf } from '@voltaic/core/graph'

import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { sliceTap, tapsOf, unsliceTap } from './taps.ts'

type Shape = readonly number[]

/**
 * Any convolution as products of matrices: an image (of a group) is unfolded to columns, one an output position, that hold
 * what the kernel meets there.
 *
 * @param padded - the image with its padding
 */
export function convByColumns(emit: Emitter, padded: Raw, w: Raw, output: Shape, attributes: ConvAttributes): Raw {
  const columns = unfold(emit, padded, w.shape, output, attributes)
  return emit.reshape(emit.builder.op('BatchMatMulV2', [kernels(emit, w, attributes), columns], straight), output)
}

const straight = { adj_x: false, adj_y: false }

/** Gradients of `convByColumns`. */
export const columnGradients = {
  /** That of the padded image, whose shape is `padded`. */
  image(emit: Emitter, g: Raw, w: Raw, padded: Shape, attributes: ConvAttributes): Raw {
    const gradients = grouped(emit, g, attributes)
    const columns = emit.builder.op('BatchMatMulV2', [kernels(emit, w, attributes), gradients], {
      ...straight,
      adj_x: true,
    })
    const taps = tapsOf(padded, g.shape, { ...attributes, kernel: w.shape.slice(2) })
    const [batch, channels] = padded as [number, number]
    const perTap = emit.reshape(columns, [batch, channels, taps.length, sizeOf(g.shape.slice(2))])
    const parts = taps.map((tap, i) => {
      const part = emit.reshape(emit.sliceAxis(perTap, 2, i, i + 1), [batch, channels, ...g.shape.slice(2)])
      return unsliceTap(emit, part, padded, tap)
    })
    return emit.addAll(parts)
  },

  /** That of the kernel of `shape`, from the padded image. */
  kernel(emit: Emitter, padded: Raw, g: Raw, shape: Shape, attributes: ConvAttributes): Raw {
    const columns = unfold(emit, padded, shape, g.shape, attributes)
    const products = emit.builder.op('BatchMatMulV2', [grouped(emit, g, attributes), columns], {
      ...straight,
      adj_y: true,
    })
    return emit.reshape(emit.reduce('Sum', products, [0]), shape)
  },
}

/** `[batch, groups, channels per group × taps, outputs]` */
function unfold(emit: Emitter, padded: Raw, kernel: Shape, output: Shape, attributes: ConvAttributes): Raw {
  const taps = tapsOf(padded.shape, output, { ...attributes, kernel: kernel.slice(2) })
  const parts = taps.map((tap) => sliceTap(emit, padded, tap))
  const { groups } = attributes
  const [batch, channels] = padded.shape as [number, number]
  return emit.reshape(emit.stack(parts, 2), [batch, groups, (channels / groups) * taps.length, sizeOf(output.slice(2))])
}

/** `[groups, outChannels per group, channels per group × taps]` */
function kernels(emit: Emitter, w: Raw, { groups }: ConvAttributes): Raw {
  return emit.reshape(w, [groups, w.shape[0]! / groups, sizeOf(w.shape.slice(1))])
}

/** `[batch, groups, outChannels per group, outputs]` */
function grouped(emit: Emitter, g: Raw, { groups }: ConvAttributes): Raw {
  const [batch, channels, ...spatial] = g.shape as [number, number, ...number[]]
  return emit.reshape(g, [batch, groups, channels / groups, sizeOf(spatial)])
}
