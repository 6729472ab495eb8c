import type { DType } from '@voltaic/core'
import { type PrimitiveAttributes, reducedShape } from '@voltaic/core/graph'
import { isFloatType } from '../../model/element-type.ts'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import type { OnnxElementType } from '../../proto/index.ts'
import { everything, floats, type Lowering, type LoweringContext, type Lowerings, numbers, whole } from '../lowering.ts'
import { foldBatchSum } from './contraction-folds.ts'

type ReduceAttributes = PrimitiveAttributes['sum']

/** Reductions and arg-reductions. */
export const reductions: Lowerings<'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin'> = {
  sum: whole(
    numbers,
    ([x], { b, attributes }) =>
      isFloatType(x!.type) ? b.reduce('ReduceSum', x!, attributes) : integerSum(b, x!, attributes),
    { fold: (context) => foldBatchSum(context) ?? columnSums(context) },
  ),
  // Of integers even int64 loses digits.
  prod: whole(floats, ([x], { b, attributes }) => b.reduce('ReduceProd', x!, attributes)),
  max: extreme('ReduceMax'),
  min: extreme('ReduceMin'),
  argmax: choice('ArgMax'),
  argmin: choice('ArgMin'),
}

/** The sums of a matrix's columns, as a product with a row of ones: ReduceSum takes three times as long. */
function columnSums({
  b,
  attributes,
  node,
  outputs,
  around,
}: LoweringContext<ReduceAttributes>): OnnxValue | undefined {
  // As many ones as there are rows: in an exported model that number may be open.
  if (b.isPortable) return undefined
  const { dtype, shape } = around.spec(node.inputs[0]!)
  const [rows, columns] = shape as [number, number]
  if (dtype !== 'float32' || shape.length !== 2 || attributes.axes.join() !== '0' || rows * columns === 0)
    return undefined
  // A vector where the axis goes: then no Reshape follows.
  const ones = b.constant('float', attributes.keepDims ? [1, rows] : [rows], new Array(rows).fill(1))
  return b.op('MatMul', [ones, around.exact(node.inputs[0]!)], { type: 'float', shape: outputs[0]!.shape })
}

// Modulo 2³²: ONNX Runtime sums int32 in floating point, and saturates.
function integerSum(b: ModelBuilder, x: OnnxValue, attributes: ReduceAttributes): OnnxValue {
  return b.cast(b.reduce('ReduceSum', b.cast(x, 'int64'), attributes), x.type)
}

function extreme(opType: string): Lowering<ReduceAttributes> {
  return whole(everything, ([x], { b, attributes }) => {
    // Not int64: reduced to a scalar, it is compared as int32.
    if (x!.type === 'uint32') return b.cast(b.reduce(opType, b.cast(x!, 'double'), attributes), 'uint32')
    const result = b.reduce(opType, x!, attributes)
    return isFloatType(x!.type) ? nanWins(b, x!, attributes, result) : result
  })
}

/** ONNX Runtime's ReduceMax sees a NaN only where it comes first. */
function nanWins(b: ModelBuilder, x: OnnxValue, attributes: ReduceAttributes, result: OnnxValue): OnnxValue {
  const probe = nanProbe(b, x, attributes)
  return b.where(b.test('IsNaN', probe), probe, result)
}

/** Σ|x|, which is NaN exactly where an element is; absolute values, so that no two infinities cancel. */
function nanProbe(b: ModelBuilder, x: OnnxValue, attributes: ReduceAttributes): OnnxValue {
  return b.reduce('ReduceSum', b.map('Abs', x), attributes)
}

// Types for which arg-reductions have no kernel, and one that holds all their values.
const choiceDetours: Partial<Record<OnnxElementType, OnnxElementType>> = { uint32: 'double', bool: 'uint8' }

function choice(opType: 'ArgMax' | 'ArgMin'): Lowering<PrimitiveAttributes['argmax']> {
  const dtypes: readonly DType[] = everything
  return whole(dtypes, ([x], { b, attributes: { axis } }) => {
    const shape = reducedShape(x!.shape, [axis], false)
    const choose = (of: OnnxValue, how: string) => b.op(how, [of], { type: 'int64', shape }, { axis, keepdims: 0 })
    const chosen = choose(b.cast(x!, choiceDetours[x!.type] ?? x!.type), opType)
    if (!isFloatType(x!.type)) return b.cast(chosen, 'int32')
    // The first NaN, where there is one.
    const firstNan = choose(b.cast(b.test('IsNaN', x!), 'uint8'), 'ArgMax')
    const hasNan = b.test('IsNaN', nanProbe(b, x!, { axes: [axis], keepDims: false }))
    return b.cast(b.where(hasNan, firstNan, chosen), 'int32')
  })
}
