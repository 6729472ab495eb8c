import {
  broadcastTo,
  equal,
  flip,
  fullLike,
  gather,
  indexAdd,
  indexSelect,
  iota,
  literal,
  pad,
  permute,
  reshape,
  scatter,
  scatterAdd,
  slice,
  sliceAxis,
  sumTo,
  where,
} from '../../graph/build.ts'
import type { Rules, Vjp } from '../../graph/op.ts'
import type { MovementAttributes, PrimitiveAttributes, SourceAttributes } from '../../graph/primitives.ts'
import type { Value } from '../../graph/value.ts'

const none: Vjp<object> = ({ inputs }) => inputs.map(() => null)

/** The gradient of a slice: g with zeros where nothing was taken. */
function unslice(g: Value, { starts, steps }: PrimitiveAttributes['slice'], shape: readonly number[]): Value {
  const spread = steps.some((step) => step > 1) ? dilate(g, steps) : g
  return pad(
    spread,
    shape.map((n, i) => [starts[i]!, n - starts[i]! - spread.spec.shape[i]!] as const),
  )
}

/** Puts `step − 1` zeros between neighbours, and none at the ends. */
function dilate(g: Value, steps: readonly number[]): Value {
  const { shape } = g.spec
  const spaced = reshape(
    g,
    shape.flatMap((n) => [n, 1]),
  )
  const padded = pad(
    spaced,
    shape.flatMap((_, i) => [[0, 0] as const, [0, steps[i]! - 1] as const]),
  )
  const joined = reshape(
    padded,
    shape.map((n, i) => n * steps[i]!),
  )
  return slice(
    joined,
    shape.map(() => 0),
    shape.map((n, i) => Math.max(0, n * steps[i]! - steps[i]! + 1)),
  )
}

/** Which updates of a scatter stay: those that no later one replaced. */
function survivors(x: Value, indices: Value, axis: number): Value {
  const { size, shape } = indices.spec
  const numbers = reshape(iota([size], 0, 'int32'), shape)
  const last = scatter(broadcastTo(literal(0, 'int32'), x.spec.shape), indices, numbers, axis)
  return equal(gather(last, indices, axis), numbers)
}

/** Gradient rules of movement and indexing. */
export const movement: Rules<MovementAttributes & SourceAttributes> = {
  reshape: ({ inputs, cotangents }) => [reshape(cotangents[0]!, inputs[0]!.spec.shape)],
  permute: ({ cotangents, attributes: { axes } }) => {
    const inverse = axes.map((_, i) => axes.indexOf(i))
    return [permute(cotangents[0]!, inverse)]
  },
  broadcastTo: ({ inputs, cotangents }) => [sumTo(cotangents[0]!, inputs[0]!.spec.shape)],
  slice: ({ inputs, cotangents, attributes }) => [unslice(cotangents[0]!, attributes, inputs[0]!.spec.shape)],
  pad: ({ inputs, cotangents, attributes: { padding } }) => {
    const { shape } = inputs[0]!.spec
    const starts = padding.map(([before]) => before)
    return [
      slice(
        cotangents[0]!,
        starts,
        shape.map((n, i) => starts[i]! + n),
      ),
    ]
  },
  concat: ({ inputs, cotangents, attributes: { axis }, needs }) => {
    let start = 0
    return inputs.map((input, i) => {
      const end = start + input.spec.shape[axis]!
      const part = needs(i) ? sliceAxis(cotangents[0]!, axis, start, end) : null
      start = end
      return part
    })
  },
  flip: ({ cotangents, attributes: { axes } }) => [flip(cotangents[0]!, axes)],
  indexSelect: ({ inputs, cotangents, attributes: { axis } }) => [
    indexAdd(fullLike(inputs[0]!, 0), inputs[1]!, cotangents[0]!, axis),
    null,
  ],
  indexAdd: ({ inputs, cotangents, attributes: { axis }, needs }) => [
    cotangents[0]!,
    null,
    needs(2) ? indexSelect(cotangents[0]!, inputs[1]!, axis) : null,
  ],
  gather: ({ inputs, cotangents, attributes: { axis } }) => [
    scatterAdd(fullLike(inputs[0]!, 0), inputs[1]!, cotangents[0]!, axis),
    null,
  ],
  scatterAdd: ({ inputs, cotangents, attributes: { axis }, needs }) => [
    cotangents[0]!,
    null,
    needs(2) ? gather(cotangents[0]!, inputs[1]!, axis) : null,
  ],
  scatter: ({ inputs, cotangents, attributes: { axis }, needs }) => {
    const [x, indices, updates] = [inputs[0]!, inputs[1]!, inputs[2]!]
    const g = cotangents[0]!
    const zeros = fullLike(updates, 0)
    return [
      needs(0) ? scatter(g, indices, zeros, axis) : null,
      null,
      needs(2) ? where(survivors(x, indices, axis), gather(g, indices, axis), zeros) : null,
    ]
  },
  iota: none,
  literal: none,
  randomBits: none,
}
