import {
  avgPool,
  avgPoolGrad,
  conv,
  convInputGrad,
  convWeightGrad,
  gather,
  matmul,
  maxPoolGrad,
  reshape,
  sumTo,
} from '../../graph/build.ts'
import type { Rules, Vjp } from '../../graph/op.ts'
import type {
  ContractionAttributes,
  ConvAttributes,
  PrimitiveAttributes,
  ShapeAttributes,
} from '../../graph/primitives.ts'
import { sizeOf } from '../../graph/shape.ts'

/**
 * With A and B as the product sees them: dA = G·Bᵀ and dB = Aᵀ·G; an operand that came transposed gets its gradient
 * transposed, which exchanges the factors.
 */
const matmulVjp: Vjp<PrimitiveAttributes['matmul']> = ({ inputs, cotangents, attributes, needs }) => {
  const [a, b] = [inputs[0]!, inputs[1]!]
  const g = cotangents[0]!
  const { transposeA, transposeB } = attributes
  const toA = () =>
    transposeA ? matmul(b, g, { transposeA: transposeB, transposeB: true }) : matmul(g, b, { transposeB: !transposeB })
  const toB = () =>
    transposeB ? matmul(g, a, { transposeA: true, transposeB: transposeA }) : matmul(a, g, { transposeA: !transposeA })
  return [needs(0) ? sumTo(toA(), a.spec.shape) : null, needs(1) ? sumTo(toB(), b.spec.shape) : null]
}

const convVjp: Vjp<ConvAttributes> = ({ inputs, cotangents, attributes, needs }) => {
  const [x, w] = [inputs[0]!, inputs[1]!]
  const g = cotangents[0]!
  return [
    needs(0) ? convInputGrad(g, w, attributes, x.spec.shape) : null,
    needs(1) ? convWeightGrad(x, g, attributes, w.spec.shape) : null,
  ]
}

// The three convolutions are the three partial maps of one trilinear form, so each one's gradients are the other two.
const convInputGradVjp: Vjp<ConvAttributes & ShapeAttributes> = ({ inputs, cotangents, attributes, needs }) => {
  const [g, w] = [inputs[0]!, inputs[1]!]
  const x = cotangents[0]!
  return [needs(0) ? conv(x, w, attributes) : null, needs(1) ? convWeightGrad(x, g, attributes, w.spec.shape) : null]
}

const convWeightGradVjp: Vjp<ConvAttributes & ShapeAttributes> = ({ inputs, cotangents, attributes, needs }) => {
  const [x, g] = [inputs[0]!, inputs[1]!]
  const w = cotangents[0]!
  return [needs(0) ? convInputGrad(g, w, attributes, x.spec.shape) : null, needs(1) ? conv(x, w, attributes) : null]
}

/** Gradient rules of contractions and pooling. */
export const contraction: Rules<ContractionAttributes> = {
  matmul: matmulVjp,
  conv: convVjp,
  convInputGrad: convInputGradVjp,
  convWeightGrad: convWeightGradVjp,
  maxPool: ({ inputs, outputs, cotangents }) => {
    const g = cotangents[0]
    return [g == null ? null : maxPoolGrad(g, outputs[1]!, inputs[0]!.spec.shape)]
  },
  // Each element of g was added at one place: its gradient is read from there.
  maxPoolGrad: ({ inputs, cotangents }) => {
    const [g, indices] = [inputs[0]!, inputs[1]!]
    const [batch, channels, ...plane] = cotangents[0]!.spec.shape
    const flat = reshape(cotangents[0]!, [batch!, channels!, sizeOf(plane)])
    const flatIndices = reshape(indices, [batch!, channels!, sizeOf(g.spec.shape.slice(2))])
    return [reshape(gather(flat, flatIndices, 2), g.spec.shape), null]
  },
  avgPool: ({ inputs, cotangents, attributes }) => [avgPoolGrad(cotangents[0]!, attributes, inputs[0]!.spec.shape)],
  avgPoolGrad: ({ cotangents, attributes }) => [avgPool(cotangents[0]!, attributes)],
}
