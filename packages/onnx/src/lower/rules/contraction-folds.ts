import {
  isPrimitive,
  type PrimitiveAttributes,
  type PrimitiveName,
  type PrimitiveNode,
  sameShape,
  sizeOf,
  type ValueId,
} from '@voltaic/core/graph'
import type { OnnxValue } from '../../model/onnx-value.ts'
import type { LoweringContext, Surroundings } from '../lowering.ts'
import { conv } from './conv.ts'
import { factorsOf, flattened, gemm, isOneGemm } from './matmul.ts'
import { hasKernels } from './windows.ts'

/**
 * A product or convolution and the bias that is added to it, as one Gemm or Conv; undefined where the sum is something
 * else.
 */
export function foldBias(context: LoweringContext<object>): OnnxValue | undefined {
  const [first, second] = context.node.inputs as [ValueId, ValueId]
  return addTo(context, first, second) ?? addTo(context, second, first)
}

function addTo(context: LoweringContext<object>, id: ValueId, addend: ValueId): OnnxValue | undefined {
  const { b, outputs, around } = context
  const { shape } = outputs[0]!
  if (!sameShape(around.spec(id).shape, shape)) return undefined
  const matmul = makerOnlyFor(id, 'matmul', around)
  if (matmul !== undefined) {
    const [a, w] = factorsOf(matmul, around)
    const bias = vectorAlong(around.loose(addend), shape, shape.length - 1)
    return bias && isOneGemm(a, w) ? gemm(b, a, w, b.reshape(bias, [sizeOf(bias.shape)])) : undefined
  }
  const convolution = makerOnlyFor(id, 'conv', around)
  if (convolution === undefined) return undefined
  const [x, w] = convolution.inputs.map((input) => around.exact(input))
  const bias = vectorAlong(around.loose(addend), shape, 1)
  if (!hasKernels(x!)) return undefined
  return bias && conv(b, [x!, w!, b.reshape(bias, [sizeOf(bias.shape)])], convolution.attributes, shape)
}

/**
 * Σ over the batch of Aᵀ·B as one Gemm with all matrices stacked: the gradient of a weight that a batch of sequences
 * shares. Undefined where the sum is something else.
 */
export function foldBatchSum(context: LoweringContext<PrimitiveAttributes['sum']>): OnnxValue | undefined {
  const { b, attributes, node, outputs, around } = context
  const matmul = makerOnlyFor(node.inputs[0]!, 'matmul', around)
  if (matmul === undefined) return undefined
  const batchRank = around.spec(node.inputs[0]!).rank - 2
  if (attributes.axes.length !== batchRank || attributes.axes.some((axis) => axis >= batchRank)) return undefined
  const [x, g] = factorsOf(matmul, around)
  if (sizeOf(x.value.shape) === 0) return undefined
  if (!x.transposed || g.transposed || !sameShape(x.value.shape.slice(0, -2), g.value.shape.slice(0, -2))) {
    return undefined
  }
  const stacked = { value: flattened(b, x), transposed: true }
  return b.reshape(gemm(b, stacked, { value: flattened(b, g), transposed: false }), outputs[0]!.shape)
}

/** The node of a float primitive behind a value that nobody else reads. */
function makerOnlyFor<K extends PrimitiveName>(
  id: ValueId,
  name: K,
  around: Surroundings,
): PrimitiveNode<K> | undefined {
  const maker = around.maker(id)
  if (maker === undefined || !isPrimitive(maker, name)) return undefined
  return around.uses(id) === 1 && around.spec(id).dtype === 'float32' ? maker : undefined
}

/** `value` when it varies along one axis of `shape` alone, and over all of it. */
function vectorAlong(value: OnnxValue, shape: readonly number[], axis: number): OnnxValue | undefined {
  const extra = shape.length - value.shape.length
  const expected = value.shape.map((_, i) => (i + extra === axis ? shape[axis]! : 1))
  return extra >= 0 && axis >= extra && sameShape(value.shape, expected) ? value : undefined
}
