import { isPrimitive, type PrimitiveNode, type ValueId } from '@voltaic/core/graph'
import type { OnnxValue } from '../../model/onnx-value.ts'
import type { LoweringContext, Surroundings } from '../lowering.ts'
import { concat } from './movement.ts'

/** A tensor that fills `[start, end)` of an axis, zeros around it. */
interface Strip {
  readonly id: ValueId
  readonly axis: number
  readonly start: number
  readonly end: number
}

/**
 * A sum of strips, padded with zeros, that together fill an axis, as their concatenation: the gradient of a tensor that
 * was split, such as queries, keys and values of one projection. Undefined where the sum is something else.
 */
export function foldStrips({ b, node, outputs, around }: LoweringContext<object>): OnnxValue | undefined {
  const strips = node.inputs.map((id) => stripsOf(id, around))
  if (strips.includes(undefined)) return undefined
  const sorted = (strips as Strip[][]).flat().sort((p, q) => p.start - q.start)
  const { axis } = sorted[0]!
  let end = 0
  for (const strip of sorted) {
    if (strip.axis !== axis || strip.start !== end) return undefined
    end = strip.end
  }
  if (end !== outputs[0]!.shape[axis]) return undefined
  return concat(
    b,
    sorted.map(({ id }) => around.exact(id)),
    axis,
  )
}

/** The strips whose sum a value is, when nobody else reads it. */
function stripsOf(id: ValueId, around: Surroundings): Strip[] | undefined {
  const maker = around.maker(id)
  if (maker === undefined || around.uses(id) !== 1) return undefined
  if (isPrimitive(maker, 'pad')) return stripOf(maker, around)
  if (!isPrimitive(maker, 'add')) return undefined
  const parts = maker.inputs.map((input) => stripsOf(input, around))
  return parts.includes(undefined) ? undefined : (parts as Strip[][]).flat()
}

function stripOf({ attributes, inputs }: PrimitiveNode<'pad'>, around: Surroundings): Strip[] | undefined {
  const { padding, value } = attributes
  const padded = padding.flatMap(([before, after], axis) => (before + after > 0 ? [axis] : []))
  if (value !== 0 || padded.length !== 1) return undefined
  const [axis] = padded as [number]
  const start = padding[axis]![0]
  return [{ id: inputs[0]!, axis, start, end: start + around.spec(inputs[0]!).shape[axis]! }]
}
