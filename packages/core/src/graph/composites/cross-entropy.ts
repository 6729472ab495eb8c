import { ShapeError } from '../../errors/errors.ts'
import { add, cast, equal, exp, gather, iota, literalLike, mul, neg, reshape, sub, sum } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import { sameShape } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import type { Value } from '../value.ts'
import { type Reduction, reduceLoss } from './reduce-loss.ts'
import { logSoftmax } from './softmax.ts'

export interface CrossEntropyAttributes {
  readonly reduction: Reduction
}

const classAxis = 1

/** `[batch, …rest]` as `[batch, 1, …rest]`. */
function withClassAxis(x: Value): Value {
  const [batch, ...rest] = x.spec.shape
  return reshape(x, [batch!, 1, ...rest])
}

/** 1 at the label's class, 0 elsewhere, in dtype and shape of `x`. */
function oneHot(labels: Value, x: Value): Value {
  const classes = iota(
    x.spec.shape.map((n, i) => (i === classAxis ? n : 1)),
    classAxis,
    'int32',
  )
  return cast(equal(classes, withClassAxis(labels)), x.spec.dtype)
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
  decompose: ([x, labels], { reduction }) => {
    const logProbabilities = logSoftmax(x!, classAxis)
    const picked = reshape(gather(logProbabilities, withClassAxis(labels!), classAxis), labels!.spec.shape)
    return [reduceLoss(neg(picked), reduction), logProbabilities]
  },
  vjp: ({ inputs, outputs, cotangents, attributes: { reduction } }) => {
    const [x, labels] = [inputs[0]!, inputs[1]!]
    const [g, h] = cotangents
    const probabilities = exp(outputs[1]!)
    const throughLoss = (g: Value) => {
      const weight = reduction === 'none' ? withClassAxis(g) : g
      const share = reduction === 'mean' ? mul(weight, literalLike(g, 1 / labels.spec.size)) : weight
      return mul(sub(probabilities, oneHot(labels, x)), share)
    }
    // Only a second differentiation reaches log softmax: the first gradient is made of it.
    const throughLogSoftmax = (h: Value) => sub(h, mul(probabilities, sum(h, [classAxis], true)))
    if (g == null) return [throughLogSoftmax(h!), null]
    return [h == null ? throughLoss(g) : add(throughLoss(g), throughLogSoftmax(h)), null]
  },
})

export function crossEntropyLoss(x: Value, labels: Value, reduction: Reduction): Value {
  return recordOne(crossEntropyOp, [x, labels], { reduction })
}
