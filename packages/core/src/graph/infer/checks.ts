import { DTypeError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { type DType, isFloat, isInteger } from '../dtype.ts'
import { broadcastShapes } from '../shape.ts'
import { formatShape, formatSpec, type Shape, type TensorSpec } from '../spec.ts'

/** Which dtypes an op takes: `number` is any but bool, `bits` bool and integers. */
export type DTypeClass = 'any' | 'number' | 'float' | 'integer' | 'bits'

/** Specs of the inputs of an op. */
export type Specs = readonly TensorSpec[]

const members: Readonly<Record<DTypeClass, (dtype: DType) => boolean>> = {
  any: () => true,
  number: (dtype) => dtype !== 'bool',
  float: isFloat,
  integer: isInteger,
  bits: (dtype) => !isFloat(dtype),
}

const wanted: Readonly<Record<DTypeClass, string>> = {
  any: 'any dtype',
  number: 'numbers; cast bool first',
  float: 'floats; cast it first',
  integer: 'integers',
  bits: 'bool or integers',
}

/** @throws DTypeError when the op does not take the dtype */
export function checkClass(who: string, spec: TensorSpec, dtypes: DTypeClass): void {
  if (!members[dtypes](spec.dtype)) throw new DTypeError(`${who}: takes ${wanted[dtypes]}, got ${formatSpec(spec)}`)
}

/** @throws DTypeError when the operands' dtypes differ */
export function checkSameDtype(who: string, a: TensorSpec, b: TensorSpec): void {
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${who}: dtypes differ, got ${formatSpec(a)} and ${formatSpec(b)}; cast one of them`)
  }
}

/** @throws DTypeError unless the indices are int32 */
export function checkIndices(who: string, spec: TensorSpec): void {
  if (spec.dtype !== 'int32') throw new DTypeError(`${who}: indices are int32, got ${formatSpec(spec)}`)
}

/** @throws OutOfRangeError when there is no such axis */
export function checkAxis(who: string, axis: number, x: TensorSpec): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= x.rank) {
    throw new OutOfRangeError(`${who}: no such axis in ${formatSpec(x)}, got ${axis}`)
  }
}

/** The shape in which two operands meet. @throws ShapeError when they do not */
export function broadcast(who: string, a: TensorSpec, b: TensorSpec): Shape {
  const shape = broadcastShapes(a.shape, b.shape)
  if (shape === undefined) {
    throw new ShapeError(
      `${who}: shapes do not broadcast, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; dimensions must be equal or 1`,
    )
  }
  return shape
}

/** The rule of an op: output specs from input specs; it throws errors named after `who`. */
export type Infer<A> = (who: string, inputs: Specs, attributes: A) => Specs
