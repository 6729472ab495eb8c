import { mul, pad, sliceAxis } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { AxisAttributes } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/**
 * Running product along `axis`, by doubling: after step k each element is the product of the 2ᵏ up to it (W. D. Hillis and
 * G. L. Steele, "Data parallel algorithms", 1986). Its gradient is products too, so zeros do it no harm.
 */
export const cumprodOp: Composite<AxisAttributes> = defineComposite({
  name: 'cumprod',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { axis }) => {
    let products = x!
    for (let span = 1; span < x!.spec.shape[axis]!; span *= 2) products = mul(products, delayed(products, axis, span))
    return [products]
  },
})

/** Each element `by` places later along `axis`; ones come first. */
function delayed(x: Value, axis: number, by: number): Value {
  const length = x.spec.shape[axis]!
  return pad(
    sliceAxis(x, axis, 0, length - by),
    x.spec.shape.map((_, i) => [i === axis ? by : 0, 0] as const),
    1,
  )
}

export function cumprod(x: Value, axis: number): Value {
  return recordOne(cumprodOp, [x], { axis })
}
