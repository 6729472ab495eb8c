import { ShapeError } from '../../errors/errors.ts'
import { add, cast, div, exp, literalLike, mul, sub, sum, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import { sameShape } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import type { Value } from '../value.ts'
import { classAxis, isAtLabel, isIgnored, nllLosses, withClassAxis } from './labels.ts'
import { accumulated, type Reduction, reduceWeightedLoss } from './reduce-loss.ts'
import { logSoftmax } from './softmax.ts'

export interface CrossEntropyAttributes {
  readonly reduction: Reduction
  /** The label that does not count. */
  readonly ignoreIndex: number
}

/**
 * −log softmax(x)[label], classes along axis 1: the loss and log softmax(x), from which the gradient softmax(x) − one-hot
 * follows without another softmax.
 */
export const crossEntropyOp: Composite<CrossEntropyAttributes> = defineComposite({
  name: 'crossEntropy',
  infer: ([x, labels], { reduction }) => {
    const [batch, , ...rest] = x!.shape
    if (x!.rank < 2 || !sameShape(labels!.shape, [batch!, ...rest])) {
      throw new ShapeError(
        `crossEntropy: labels are shaped as the logits without their class axis 1, got ${formatShape(labels!.shape)} for ${formatShape(x!.shape)}`,
      )
    }
    return [specOf(x!.dtype, reduction === 'none' ? labels!.shape : []), x!]
  },
  decompose: ([x, labels], { reduction, ignoreIndex }) => {
    const logProbabilities = logSoftmax(x!, classAxis)
    const { losses, weights } = nllLosses(logProbabilities, labels!, ignoreIndex, null)
    return [reduceWeightedLoss(losses, weights, reduction), logProbabilities]
  },
  vjp: ({ inputs, outputs, cotangents, attributes }) => {
    const [x, labels] = [inputs[0]!, inputs[1]!]
    const [g, h] = cotangents
    const probabilities = exp(outputs[1]!)
    const throughLoss = (g: Value) => {
      const share = withClassAxis(shareOf(g, labels, attributes))
      return mul(sub(probabilities, cast(isAtLabel(x, labels), x.spec.dtype)), share)
    }
    // Only a second differentiation reaches log softmax: the first gradient is made of it.
    const throughLogSoftmax = (h: Value) => sub(h, mul(probabilities, sum(h, [classAxis], true)))
    if (g == null) return [throughLogSoftmax(h!), null]
    return [h == null ? throughLoss(g) : add(throughLoss(g), throughLogSoftmax(h)), null]
  },
})

/** The gradient of each label's loss: its part of `g`, and 0 where it does not count. */
function shareOf(g: Value, labels: Value, { reduction, ignoreIndex }: CrossEntropyAttributes): Value {
  const ignored = isIgnored(labels, ignoreIndex)
  const zero = literalLike(g, 0)
  if (reduction !== 'mean') return where(ignored, zero, g)
  const count = accumulated(where(ignored, zero, literalLike(g, 1)))
  return where(ignored, zero, cast(div(cast(g, count.spec.dtype), count), g.spec.dtype))
}

export function crossEntropyLoss(x: Value, labels: Value, { reduction, ignoreIndex }: CrossEntropyAttributes): Value {
  return recordOne(crossEntropyOp, [x, labels], { reduction, ignoreIndex })
}
