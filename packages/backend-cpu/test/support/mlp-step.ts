import * as g from '@voltaic/core/graph'
import {
  buildGraph,
  capture,
  type DType,
  type Graph,
  inputValue,
  type Shape,
  scalarValue,
  specOf,
  type Value,
} from '@voltaic/core/graph'

/** A training step of a two-layer perceptron with momentum, gradients written by hand. */
export interface MlpStep {
  readonly graph: Graph
  /** Of the graph's outputs: the loss, then the new weights and momenta in the order of the inputs. */
  readonly positions: readonly number[]
  readonly leaves: readonly Value[]
}

const input = (dtype: DType, shape: Shape): Value => inputValue({ spec: specOf(dtype, shape) })

/**
 * Inputs: images, labels, four parameters, four momenta; scalars: lr. Parameters and momenta are donated.
 *
 * @param products - the dtype in which layers compute; parameters and loss are float32
 */
export function mlpStep({
  batch = 64,
  widths = [784, 256, 10],
  products = 'float32',
}: {
  batch?: number
  widths?: readonly number[]
  products?: DType
} = {}): MlpStep {
  const [features, hidden, classes] = widths as [number, number, number]
  const [x, y] = [input('float32', [batch, features]), input('int32', [batch])]
  const shapes = [[hidden, features], [hidden], [classes, hidden], [classes]]
  const params = shapes.map((shape) => input('float32', shape))
  const momenta = shapes.map((shape) => input('float32', shape))
  const lr = scalarValue(0.1)
  const number = (x: number) => g.literal(x, 'float32')
  const into = (value: Value, dtype: DType) => (value.spec.dtype === dtype ? value : g.cast(value, dtype))
  const [w1, b1, w2, b2] = params.map((param) => into(param, products)) as [Value, Value, Value, Value]
  const images = into(x, products)

  const z = g.add(g.matmul(images, w1, { transposeB: true }), b1)
  const h = g.maximum(z, g.literal(0, products))
  const logits = into(g.add(g.matmul(h, w2, { transposeB: true }), b2), 'float32')
  const shifted = g.sub(logits, g.max(logits, [1], true))
  const exps = g.exp(shifted)
  const total = g.sum(exps, [1], true)
  const classesAlong = g.iota([batch, classes], 1, 'int32')
  const target = g.cast(g.equal(classesAlong, g.reshape(y, [batch, 1])), 'float32')
  const loss = g.div(g.sum(g.mul(target, g.sub(g.log(total), shifted)), [0, 1]), number(batch))

  const dLogits = into(g.div(g.sub(g.div(exps, total), target), number(batch)), products)
  const dz = g.where(g.less(g.literal(0, products), z), g.matmul(dLogits, w2), g.literal(0, products))
  const gradients = [
    g.matmul(dz, images, { transposeA: true }),
    g.sum(dz, [0]),
    g.matmul(dLogits, h, { transposeA: true }),
    g.sum(dLogits, [0]),
  ]
  const newMomenta = momenta.map((m, i) => g.add(g.mul(m, number(0.9)), into(gradients[i]!, 'float32')))
  const newParams = params.map((p, i) => g.sub(p, g.mul(lr, newMomenta[i]!)))

  const leaves = [x, y, ...params, ...momenta]
  const donated = new Set([...params, ...momenta])
  const outputs = [loss, ...newParams, ...newMomenta]
  return { ...buildGraph(capture(outputs, { leaves, donates: (leaf) => donated.has(leaf) })), leaves }
}
