import {
  broadcastShapes,
  type GraphNode,
  isPrimitive,
  type PrimitiveNode,
  sizeOf,
  type ValueId,
} from '@voltaic/core/graph'
import { isFloatType } from '../../model/element-type.ts'
import type { ModelBuilder } from '../../model/model-builder.ts'
import { microsoft, type OnnxValue } from '../../model/onnx-value.ts'
import { type Lowerings, numbers, type Surroundings, whole } from '../lowering.ts'

/** Matrix products. */
export const contraction: Lowerings<'matmul'> = {
  matmul: whole(numbers, (_inputs, { b, node, around }) => {
    const [a, w] = factorsOf(node as PrimitiveNode<'matmul'>, around)
    // ONNX Runtime leaves the result of a batched product as it found it when there is nothing to add up.
    if (innerLength(a) === 0) return b.expand(b.scalar(a.value.type, 0), productShape(a, w))
    if (!isFloatType(a.value.type)) return integerProduct(b, a, w)
    return isOneGemm(a, w) ? gemm(b, a, w) : batchedProduct(b, a, w)
  }),
}

/** A factor of a product, whose last two dimensions may be meant exchanged. */
export interface Factor {
  readonly value: OnnxValue
  readonly transposed: boolean
}

/** The factors of a product. A permutation that only exchanges the last two dimensions becomes part of the product. */
export function factorsOf(node: PrimitiveNode<'matmul'>, around: Surroundings): [Factor, Factor] {
  const { transposeA, transposeB } = node.attributes
  return [factor(node.inputs[0]!, transposeA, around), factor(node.inputs[1]!, transposeB, around)]
}

function factor(id: ValueId, transposed: boolean, around: Surroundings): Factor {
  const maker = around.maker(id)
  if (maker === undefined || !isTransposition(maker)) return { value: around.exact(id), transposed }
  return { value: around.exact(maker.inputs[0]!), transposed: !transposed }
}

function isTransposition(node: GraphNode): boolean {
  if (!isPrimitive(node, 'permute')) return false
  const { axes } = node.attributes
  const last = axes.length - 1
  return last >= 1 && axes.every((axis, i) => axis === (i < last - 1 ? i : 2 * last - 1 - i))
}

/** Whether a product is a single GEMM: the right factor has one matrix, and rows of the left one follow each other. */
export function isOneGemm(a: Factor, w: Factor): boolean {
  const batch = sizeOf(a.value.shape.slice(0, -2))
  return innerLength(a) > 0 && sizeOf(w.value.shape.slice(0, -2)) === 1 && (batch === 1 || !a.transposed)
}

/**
 * One GEMM, plus a row that is added to each row of the result.
 *
 * @param bias - `[columns]`
 */
export function gemm(b: ModelBuilder, a: Factor, w: Factor, bias?: OnnxValue): OnnxValue {
  const shape = productShape(a, w)
  const left = flattened(b, a)
  const right = flattened(b, w)
  const rows = left.shape[a.transposed ? 1 : 0]!
  const inputs = bias === undefined ? [left, right] : [left, right, bias]
  const flat = { type: left.type, shape: [rows, shape.at(-1)!] }
  return b.reshape(b.op('Gemm', inputs, flat, transpositions(a, w)), shape)
}

/** All matrices of a factor as one, one below the other. */
export function flattened(b: ModelBuilder, { value }: Factor): OnnxValue {
  const columns = value.shape.at(-1)!
  return b.reshape(value, [sizeOf(value.shape.slice(0, -1)), columns])
}

// ONNX Runtime's MatMul takes no transposition, and its FusedMatMul is as fast as Gemm.
function batchedProduct(b: ModelBuilder, a: Factor, w: Factor): OnnxValue {
  const result = { type: a.value.type, shape: productShape(a, w) }
  if (b.isPortable || (!a.transposed && !w.transposed)) {
    return b.op('MatMul', [upright(b, a), upright(b, w)], result)
  }
  return b.op('FusedMatMul', [a.value, w.value], result, transpositions(a, w), microsoft)
}

// The bits of an integer product do not depend on the sign; MatMul of uint32 fails where there is nothing to add up.
function integerProduct(b: ModelBuilder, a: Factor, w: Factor): OnnxValue {
  const factors = [a, w].map((factor) => b.cast(upright(b, factor), 'int32'))
  return b.cast(b.op('MatMul', factors, { type: 'int32', shape: productShape(a, w) }), a.value.type)
}

/** A factor whose last two dimensions are as they are meant. */
function upright(b: ModelBuilder, { value, transposed }: Factor): OnnxValue {
  if (!transposed) return value
  const last = value.shape.length - 1
  return b.transpose(
    value,
    value.shape.map((_, i) => (i < last - 1 ? i : 2 * last - 1 - i)),
  )
}

function transpositions(a: Factor, w: Factor): Record<string, number> {
  return { ...(a.transposed ? { transA: 1 } : {}), ...(w.transposed ? { transB: 1 } : {}) }
}

/** How many products each element of the result adds up. */
function innerLength({ value, transposed }: Factor): number {
  return value.shape.at(transposed ? -2 : -1)!
}

function productShape(a: Factor, w: Factor): number[] {
  const batch = broadcastShapes(a.value.shape.slice(0, -2), w.value.shape.slice(0, -2))!
  return [...batch, a.value.shape.at(a.transposed ? -1 : -2)!, w.value.shape.at(w.transposed ? -2 : -1)!]
}
