import type { DType } from '../../graph/dtype.ts'
import type { AxisAttributes, ReduceAttributes } from '../../graph/primitives.ts'
import { additionOf, multiplicationOf } from './arithmetic.ts'
import type { Kernel, Kernels } from './kernel.ts'
import { rowsAlong } from './rows.ts'

/** Reductions and arg-reductions. */
export const reduceKernels: Kernels<'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin'> = {
  sum: reduction(0, additionOf),
  prod: reduction(1, multiplicationOf),
  max: reduction(Number.NEGATIVE_INFINITY, () => Math.max),
  min: reduction(Number.POSITIVE_INFINITY, () => Math.min),
  argmax: choice((x, best) => x > best),
  argmin: choice((x, best) => x < best),
}

function reduction(
  identity: number,
  combinationOf: (dtype: DType) => (x: number, y: number) => number,
): Kernel<ReduceAttributes> {
  return ([x], [out], { axes }) => {
    const combine = combinationOf(x!.spec.dtype)
    const { data, count, length } = rowsAlong(x!, axes)
    for (let row = 0, i = 0; row < count; row++) {
      let result = identity
      for (const end = i + length; i < end; i++) result = combine(result, data[i]!)
      out!.data[row] = result
    }
  }
}

function choice(beats: (x: number, best: number) => boolean): Kernel<AxisAttributes> {
  return ([x], [out], { axis }) => {
    const { data, count, length } = rowsAlong(x!, [axis])
    for (let row = 0; row < count; row++) {
      const start = row * length
      let best = start
      // Nothing beats the first NaN.
      for (let i = start + 1; i < start + length && !Number.isNaN(data[best]!); i++) {
        if (beats(data[i]!, data[best]!) || Number.isNaN(data[i]!)) best = i
      }
      out!.data[row] = best - start
    }
  }
}
