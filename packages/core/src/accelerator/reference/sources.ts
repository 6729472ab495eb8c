import { sizeOf } from '../../graph/shape.ts'
import { threefry2x32 } from '../../util/threefry.ts'
import type { Kernels } from './kernel.ts'

/** Primitives without tensors to start from. */
export const sourceKernels: Kernels<'iota' | 'literal' | 'randomBits'> = {
  iota: (_inputs, [out], { shape, axis }) => {
    const inner = sizeOf(shape.slice(axis + 1))
    for (let i = 0; i < out!.data.length; i++) out!.data[i] = Math.floor(i / inner) % shape[axis]!
  },

  literal: (_inputs, [out], { value }) => out!.data.fill(value),

  randomBits: (inputs, [out]) => {
    const [key0, key1, counter0, counter1] = inputs.map(({ data }) => data[0]!) as [number, number, number, number]
    for (let i = 0; i < out!.data.length; i += 2) {
      const words = threefry2x32(key0, key1, counter0 + i / 2, counter1)
      out!.data[i] = words[0]
      // Past the end of an odd number of elements, a typed array ignores it.
      out!.data[i + 1] = words[1]
    }
  },
}
