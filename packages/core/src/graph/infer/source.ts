import { DTypeError } from '../../errors/errors.ts'
import type { DType } from '../dtype.ts'
import type { AxisAttributes, ShapeAttributes } from '../primitives.ts'
import { formatSpec, specOf } from '../spec.ts'
import { checkAxis, checkClass, type Infer } from './checks.ts'

export const inferIota: Infer<ShapeAttributes & AxisAttributes & { readonly dtype: DType }> = (
  who,
  _inputs,
  attributes,
) => {
  const out = specOf(attributes.dtype, attributes.shape)
  checkClass(who, out, 'number')
  checkAxis(who, attributes.axis, out)
  return [out]
}

export const inferLiteral: Infer<{ readonly dtype: DType }> = (_who, _inputs, { dtype }) => [specOf(dtype, [])]

export const inferRandomBits: Infer<ShapeAttributes> = (who, inputs, { shape }) => {
  if (inputs.length !== 4 || inputs.some((input) => input.dtype !== 'uint32' || input.rank !== 0)) {
    throw new DTypeError(
      `${who}: takes key and counter as four uint32 scalars, got ${inputs.map(formatSpec).join(', ')}`,
    )
  }
  return [specOf('uint32', shape)]
}
