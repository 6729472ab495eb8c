import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import type { AxisAttributes, ShapeAttributes } from '../primitives.ts'
import { broadcastShapes, sameShape } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import { checkAxis, checkClass, checkIndices, checkSameDtype, type Infer } from './checks.ts'

export const inferReshape: Infer<ShapeAttributes> = (who, [x], { shape }) => {
  const out = specOf(x!.dtype, shape)
  if (out.size !== x!.size) {
    throw new ShapeError(
      `${who}: sizes differ, got ${formatShape(x!.shape)} to ${formatShape(shape)}; both hold the same number of elements`,
    )
  }
  return [out]
}

export const inferPermute: Infer<{ readonly axes: readonly number[] }> = (who, [x], { axes }) => {
  const seen = new Set(axes)
  if (axes.length !== x!.rank || seen.size !== x!.rank || axes.some((axis) => !(axis >= 0 && axis < x!.rank))) {
    throw new ShapeError(`${who}: each of ${x!.rank} axes is named once, got ${formatShape(axes)}`)
  }
  return [
    specOf(
      x!.dtype,
      axes.map((axis) => x!.shape[axis]!),
    ),
  ]
}

export const inferBroadcastTo: Infer<ShapeAttributes> = (who, [x], { shape }) => {
  const met = broadcastShapes(x!.shape, shape)
  if (met === undefined || !sameShape(met, shape)) {
    throw new ShapeError(`${who}: cannot expand, got ${formatShape(x!.shape)} to ${formatShape(shape)}`)
  }
  return [specOf(x!.dtype, shape)]
}

export const inferSlice: Infer<{
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly steps: readonly number[]
}> = (who, [x], { starts, ends, steps }) => {
  const shape = x!.shape.map((dimension, i) => {
    const [start, end, step] = [starts[i]!, ends[i]!, steps[i]!]
    const whole = Number.isInteger(start) && Number.isInteger(end) && Number.isInteger(step)
    if (!(whole && start >= 0 && start <= end && end <= dimension && step >= 1)) {
      throw new OutOfRangeError(
        `${who}: dimension ${i} of ${formatShape(x!.shape)} has no range, got ${start}:${end}:${step}`,
      )
    }
    return Math.ceil((end - start) / step)
  })
  return [specOf(x!.dtype, shape)]
}

export const inferPad: Infer<{ readonly padding: readonly (readonly [number, number])[] }> = (
  who,
  [x],
  { padding },
) => {
  if (padding.length !== x!.rank || padding.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `${who}: a pair of counts ≥ 0 a dimension of ${formatShape(x!.shape)}, got [${padding.join('; ')}]`,
    )
  }
  return [
    specOf(
      x!.dtype,
      x!.shape.map((dimension, i) => dimension + padding[i]![0] + padding[i]![1]),
    ),
  ]
}

export const inferConcat: Infer<AxisAttributes> = (who, inputs, { axis }) => {
  const first = inputs[0]
  if (first === undefined) throw new ShapeError(`${who}: needs at least one tensor, got none`)
  checkAxis(who, axis, first)
  let total = 0
  for (const input of inputs) {
    checkSameDtype(who, first, input)
    const fits = input.rank === first.rank && input.shape.every((n, i) => i === axis || n === first.shape[i])
    if (!fits) {
      throw new ShapeError(
        `${who}: shapes differ outside axis ${axis}, got ${formatShape(first.shape)} and ${formatShape(input.shape)}`,
      )
    }
    total += input.shape[axis]!
  }
  return [
    specOf(
      first.dtype,
      first.shape.map((n, i) => (i === axis ? total : n)),
    ),
  ]
}

export const inferFlip: Infer<{ readonly axes: readonly number[] }> = (who, [x], { axes }) => {
  for (const axis of axes) checkAxis(who, axis, x!)
  return [x!]
}

export const inferIndexSelect: Infer<AxisAttributes> = (who, [x, indices], { axis }) => {
  checkAxis(who, axis, x!)
  checkIndices(who, indices!)
  return [specOf(x!.dtype, [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)])]
}

export const inferIndexAdd: Infer<AxisAttributes> = (who, [x, indices, updates], { axis }) => {
  checkClass(who, x!, 'number')
  checkSameDtype(who, x!, updates!)
  const [expected] = inferIndexSelect(who, [x!, indices!], { axis })
  if (!sameShape(expected!.shape, updates!.shape)) {
    throw new ShapeError(
      `${who}: updates have the shape ${formatShape(expected!.shape)}, got ${formatShape(updates!.shape)}`,
    )
  }
  return [x!]
}

export const inferGather: Infer<AxisAttributes> = (who, [x, indices], { axis }) => {
  checkAxis(who, axis, x!)
  checkIndices(who, indices!)
  const fits = indices!.rank === x!.rank && indices!.shape.every((n, i) => i === axis || n <= x!.shape[i]!)
  if (!fits) {
    throw new ShapeError(
      `${who}: indices fit the tensor in all but axis ${axis}, got ${formatShape(indices!.shape)} for ${formatShape(x!.shape)}`,
    )
  }
  return [specOf(x!.dtype, indices!.shape)]
}

export const inferScatterAdd: Infer<AxisAttributes> = (who, inputs, attributes) => {
  checkClass(who, inputs[0]!, 'number')
  return inferScatter(who, inputs, attributes)
}

export const inferScatter: Infer<AxisAttributes> = (who, [x, indices, updates], { axis }) => {
  checkSameDtype(who, x!, updates!)
  inferGather(who, [x!, indices!], { axis })
  if (!sameShape(indices!.shape, updates!.shape)) {
    throw new ShapeError(
      `${who}: updates have the shape of the indices, got ${formatShape(updates!.shape)} and ${formatShape(indices!.shape)}`,
    )
  }
  return [x!]
}
