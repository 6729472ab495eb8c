import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import type { AxisAttributes, ReduceAttributes } from '../primitives.ts'
import { reducedShape } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import { checkAxis, checkClass, type DTypeClass, type Infer } from './checks.ts'

export function inferReduce(dtypes: DTypeClass, empty: 'empty allowed' | 'empty refused'): Infer<ReduceAttributes> {
  return (who, [x], { axes, keepDims }) => {
    checkClass(who, x!, dtypes)
    for (const axis of axes) checkAxis(who, axis, x!)
    const shape = reducedShape(x!.shape, axes, keepDims)
    const out = specOf(x!.dtype, shape)
    if (empty === 'empty refused' && x!.size === 0 && out.size > 0) {
      throw new ShapeError(`${who}: nothing to take the ${who} of, got ${formatShape(x!.shape)}`)
    }
    return [out]
  }
}

export const inferArg: Infer<AxisAttributes> = (who, [x], { axis }) => {
  checkAxis(who, axis, x!)
  const out = specOf('int32', reducedShape(x!.shape, [axis], false))
  if (x!.shape[axis] === 0 && out.size > 0) {
    throw new ShapeError(`${who}: nothing to choose from, got ${formatShape(x!.shape)}`)
  }
  return [out]
}

export const inferCumsum: Infer<AxisAttributes> = (who, [x], { axis }) => {
  checkClass(who, x!, 'number')
  checkAxis(who, axis, x!)
  return [x!]
}

export const inferSort: Infer<AxisAttributes> = (who, [x], { axis }) => {
  checkAxis(who, axis, x!)
  return [x!, specOf('int32', x!.shape)]
}

export const inferTopK: Infer<AxisAttributes & { readonly k: number }> = (who, [x], { axis, k }) => {
  checkAxis(who, axis, x!)
  if (!(Number.isInteger(k) && k >= 0 && k <= x!.shape[axis]!)) {
    throw new OutOfRangeError(`${who}: k is a whole number up to the axis' ${x!.shape[axis]} elements, got ${k}`)
  }
  const shape = x!.shape.map((n, i) => (i === axis ? k : n))
  return [specOf(x!.dtype, shape), specOf('int32', shape)]
}
