import { stopGradient } from '../alias.ts'
import { div, exp, log, max, mul, sub, sum } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { AxisAttributes } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** x − max x: the same softmax, without overflow. */
function shifted(x: Value, axis: number): Value {
  return x.spec.size === 0 ? x : sub(x, stopGradient(max(x, [axis], true)))
}

/** softmax(x)ᵢ = e^xᵢ / Σⱼ e^xⱼ along `axis`. */
export const softmaxOp: Composite<AxisAttributes> = defineComposite({
  name: 'softmax',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { axis }) => {
    const e = exp(shifted(x!, axis))
    return [div(e, sum(e, [axis], true))]
  },
  vjp: ({ outputs, cotangents, attributes: { axis } }) => {
    const [y, g] = [outputs[0]!, cotangents[0]!]
    return [mul(y, sub(g, sum(mul(g, y), [axis], true)))]
  },
})

/** log softmax(x)ᵢ = xᵢ − log Σⱼ e^xⱼ along `axis`. */
export const logSoftmaxOp: Composite<AxisAttributes> = defineComposite({
  name: 'logSoftmax',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { axis }) => {
    const z = shifted(x!, axis)
    return [sub(z, log(sum(exp(z), [axis], true)))]
  },
  vjp: ({ outputs, cotangents, attributes: { axis } }) => {
    const [y, g] = [outputs[0]!, cotangents[0]!]
    return [sub(g, mul(exp(y), sum(g, [axis], true)))]
  },
})

export function softmax(x: Value, axis: number): Value {
  return recordOne(softmaxOp, [x], { axis })
}

export function logSoftmax(x: Value, axis: number): Value {
  return recordOne(logSoftmaxOp, [x], { axis })
}
