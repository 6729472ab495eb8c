import { elementTypeOf, type NumericType } from '../../model/element-type.ts'
import { elementwise, everything, type Lowerings, numbers } from '../lowering.ts'
import { range } from './movement.ts'

/** Primitives without inputs: constants of the model. */
export const sources: Lowerings<'iota' | 'literal'> = {
  // Only the axis along which it counts is written down; whoever needs more gets an Expand.
  iota: elementwise(numbers, (_inputs, { b, attributes: { axis, dtype, shape } }) => {
    const counts = shape.slice(axis).map((n, i) => (i === 0 ? n : 1))
    return b.constant(elementTypeOf(dtype) as NumericType, counts, range(shape[axis]!))
  }),
  literal: elementwise(everything, (_inputs, { b, attributes: { dtype, value } }) =>
    b.scalar(elementTypeOf(dtype), value),
  ),
}
