import { isPrimitive, type PrimitiveName, type PrimitiveNode, type ValueId } from '@voltaic/core/graph'
import type { OnnxValue } from '../../model/onnx-value.ts'
import type { LoweringContext, Surroundings } from '../lowering.ts'

/** e^z / Σ e^z as one Softmax; undefined where the quotient is something else. */
export function foldSoftmax({ b, node, around }: LoweringContext<object>): OnnxValue | undefined {
  const [dividend, divisor] = node.inputs as [ValueId, ValueId]
  const total = expSum(divisor, around)
  if (total?.exponentials !== dividend) return undefined
  return b.map('Softmax', around.exact(unshifted(total.z, total.axis, around)), { axis: total.axis })
}

/** z − log Σ e^z as one LogSoftmax; undefined where the difference is something else. */
export function foldLogSoftmax({ b, node, around }: LoweringContext<object>): OnnxValue | undefined {
  const [z, logarithm] = node.inputs as [ValueId, ValueId]
  const log = makerOf(logarithm, 'log', around)
  const total = log && expSum(log.inputs[0]!, around)
  if (total?.z !== z) return undefined
  return b.map('LogSoftmax', around.exact(unshifted(z, total.axis, around)), { axis: total.axis })
}

interface ExpSum {
  readonly z: ValueId
  readonly exponentials: ValueId
  readonly axis: number
}

/** What a value is, where it is Σ e^z along one axis that stays. */
function expSum(id: ValueId, around: Surroundings): ExpSum | undefined {
  const sum = makerOf(id, 'sum', around)
  if (sum === undefined || sum.attributes.axes.length !== 1 || !sum.attributes.keepDims) return undefined
  const exponentials = sum.inputs[0]!
  const exp = makerOf(exponentials, 'exp', around)
  return exp && { z: exp.inputs[0]!, exponentials, axis: sum.attributes.axes[0]! }
}

/** `x`, where `z` is x − max x: ONNX Runtime subtracts the maximum itself. */
function unshifted(z: ValueId, axis: number, around: Surroundings): ValueId {
  const difference = makerOf(z, 'sub', around)
  const max = difference && makerOf(difference.inputs[1]!, 'max', around)
  if (max?.inputs[0] !== difference?.inputs[0] || max === undefined) return z
  const { axes, keepDims } = max.attributes
  return keepDims && axes.length === 1 && axes[0] === axis ? max.inputs[0]! : z
}

/** The node of a primitive behind a value, or behind what was broadcast to it. */
function makerOf<K extends PrimitiveName>(id: ValueId, name: K, around: Surroundings): PrimitiveNode<K> | undefined {
  const maker = around.maker(id)
  if (maker === undefined) return undefined
  if (isPrimitive(maker, 'broadcastTo')) return makerOf(maker.inputs[0]!, name, around)
  return isPrimitive(maker, name) ? maker : undefined
}
