import type { Kernels } from './kernel.ts'
import { copyView, expanded, permuted, sliced, viewOf } from './view.ts'

/** Primitives that move elements and compute nothing. */
export const movementKernels: Kernels<'reshape' | 'permute' | 'broadcastTo' | 'slice' | 'pad' | 'concat' | 'flip'> = {
  reshape: ([x], [out]) => out!.data.set(x!.data),

  permute: ([x], [out], { axes }) => copyView(permuted(viewOf(x!), axes), viewOf(out!)),

  broadcastTo: ([x], [out], { shape }) => copyView(expanded(viewOf(x!), shape), viewOf(out!)),

  slice: ([x], [out], { starts, steps }) => copyView(sliced(viewOf(x!), starts, steps, out!.spec.shape), viewOf(out!)),

  pad: ([x], [out], { padding, value }) => {
    out!.data.fill(value)
    const before = padding.map(([count]) => count)
    copyView(viewOf(x!), sliced(viewOf(out!), before, ones(x!.spec.rank), x!.spec.shape))
  },

  concat: (inputs, [out], { axis }) => {
    const starts = new Array<number>(out!.spec.rank).fill(0)
    for (const input of inputs) {
      copyView(viewOf(input), sliced(viewOf(out!), starts, ones(out!.spec.rank), input.spec.shape))
      starts[axis]! += input.spec.shape[axis]!
    }
  },

  flip: ([x], [out], { axes }) => {
    const { shape } = x!.spec
    const starts = shape.map((length, axis) => (axes.includes(axis) ? length - 1 : 0))
    const steps = shape.map((_, axis) => (axes.includes(axis) ? -1 : 1))
    copyView(sliced(viewOf(x!), starts, steps, shape), viewOf(out!))
  },
}

function ones(rank: number): number[] {
  return new Array<number>(rank).fill(1)
}
