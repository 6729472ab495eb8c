import { elementwise, type Lowering, singles, whole } from '../lowering.ts'

interface AxisAttributes {
  readonly axis: number
}

interface GeluAttributes {
  readonly approximate: 'none' | 'tanh'
}

interface LayerNormAttributes {
  /** Number of trailing dimensions that are normalised. */
  readonly axes: number
  readonly eps: number
}

/** Composites for which ONNX has an op; a backend that lowers to ONNX may declare them. */
export const composites: Readonly<Record<string, Lowering<never>>> = {
  // ONNX Runtime makes it part of a Gemm before it.
  relu: elementwise<object>(singles, ([x], { b }) => b.map('Relu', x!)),
  softmax: whole<AxisAttributes>(singles, ([x], { b, attributes: { axis } }) => b.map('Softmax', x!, { axis })),
  logSoftmax: whole<AxisAttributes>(singles, ([x], { b, attributes: { axis } }) => b.map('LogSoftmax', x!, { axis })),
  gelu: elementwise<GeluAttributes>(singles, ([x], { b, attributes: { approximate } }) =>
    b.map('Gelu', x!, { approximate }),
  ),
  /** `[x, weight, bias]` to result, mean and reciprocal standard deviation. */
  layerNorm: whole<LayerNormAttributes>(singles, ([x, weight, bias], { b, attributes: { axes, eps }, outputs }) => {
    const statistics = { type: x!.type, shape: x!.shape.map((n, i) => (i < x!.shape.length - axes ? n : 1)) }
    const [y, mean, rstd] = b.ops('LayerNormalization', [x, weight, bias], [x!, statistics, statistics], {
      attributes: { axis: -axes, epsilon: { float: eps } },
    })
    return [y!, ...[mean!, rstd!].slice(0, outputs.length - 1).map((s, i) => b.reshape(s, outputs[i + 1]!.shape))]
  }),
}
