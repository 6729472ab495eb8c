import { DTypeError } from '../errors/errors.ts'
import { isFloat } from '../graph/dtype.ts'
import { type FloatDType, realm } from './realm.ts'

/** The dtype of floating tensors and layers that are made without one; float32 until `setDefaultDType`. */
export function defaultDType(): FloatDType {
  return realm.defaultDType
}

/** Changes the dtype of what is made without one. @throws DTypeError when `dtype` is no float */
export function setDefaultDType(dtype: FloatDType): void {
  if (!isFloat(dtype)) throw new DTypeError(`setDefaultDType: takes a float dtype, got ${JSON.stringify(dtype)}`)
  realm.defaultDType = dtype
}
