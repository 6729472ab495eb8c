import { isFloatType } from '../../model/element-type.ts'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import type { OnnxElementType } from '../../proto/index.ts'
import { everything, type Lowerings, numbers, whole } from '../lowering.ts'

/** Running sums, sorting and the k largest. */
export const order: Lowerings<'cumsum' | 'sort' | 'topK'> = {
  cumsum: whole(numbers, ([x], { b, attributes: { axis, exclusive, reverse } }) => {
    // The sum of int32 wraps as those of unsigned integers do; CumSum has no kernel for them.
    const summand = isFloatType(x!.type) ? x! : b.cast(x!, 'int32')
    const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 }
    return b.cast(b.op('CumSum', [summand, b.scalar('int64', axis)], summand, attributes), x!.type)
  }),
  sort: whole(everything, ([x], { b, attributes: { axis, descending } }) =>
    ordered(b, x!, { axis, k: x!.shape[axis]!, largest: descending }),
  ),
  topK: whole(everything, ([x], { b, attributes: { axis, k, largest } }) => ordered(b, x!, { axis, k, largest })),
}

interface Order {
  readonly axis: number
  readonly k: number
  readonly largest: boolean
}

// Types for which TopK has no kernel, and one that holds all their values.
const detours: Partial<Record<OnnxElementType, OnnxElementType>> = { uint32: 'int64', bool: 'uint8' }

function ordered(b: ModelBuilder, x: OnnxValue, how: Order): OnnxValue[] {
  if (isFloatType(x.type)) return orderedWithNan(b, x, how)
  const [values, indices] = topK(b, b.cast(x, detours[x.type] ?? x.type), how)
  return [b.cast(values!, x.type), b.cast(indices!, 'int32')]
}

/**
 * NaN counts as largest. TopK is stable, but its comparisons break on NaN: first everything in order with infinities in
 * place of NaN, then, in that order, NaN apart from the rest.
 */
function orderedWithNan(b: ModelBuilder, x: OnnxValue, how: Order): OnnxValue[] {
  const { axis } = how
  const isNan = b.test('IsNaN', x)
  const comparable = b.where(isNan, b.scalar(x.type, Number.POSITIVE_INFINITY), x)
  const [, byValue] = topK(b, comparable, { ...how, k: x.shape[axis]! })
  const nanInOrder = gatherElements(b, b.cast(isNan, 'uint8'), byValue!, axis)
  const [, places] = topK(b, nanInOrder, how)
  const indices = gatherElements(b, byValue!, places!, axis)
  return [gatherElements(b, x, indices, axis), b.cast(indices, 'int32')]
}

function topK(b: ModelBuilder, x: OnnxValue, { axis, k, largest }: Order): OnnxValue[] {
  const shape = x.shape.with(axis, k)
  return b.ops(
    'TopK',
    [x, b.ints([k])],
    [
      { type: x.type, shape },
      { type: 'int64', shape },
    ],
    {
      attributes: { axis, largest: largest ? 1 : 0, sorted: 1 },
    },
  )
}

function gatherElements(b: ModelBuilder, x: OnnxValue, indices: OnnxValue, axis: number): OnnxValue {
  return b.op('GatherElements', [x, indices], { type: x.type, shape: indices.shape }, { axis })
}
