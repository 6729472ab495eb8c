import { DTypeError, ShapeError } from '../errors/errors.ts'
import { type DType, type HostArray, isHostArrayOf } from './dtype.ts'
import { sizeOf } from './shape.ts'
import { formatShape, type Shape } from './spec.ts'

/** A host array with a dtype and a shape, row-major: what data loaders yield and steps upload. No device knows of it. */
export interface HostTensor {
  readonly data: HostArray
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * `data` seen as a host tensor; nothing is copied.
 *
 * @param shape - default: one dimension, `[data.length]`
 * @param dtype - default: the one `data` is the array of, and uint8 for bytes. The raw bits of float16 and bfloat16 in a
 * `Uint16Array` must be named, and so must bool.
 * @throws ShapeError when `shape` does not hold `data.length` elements
 * @throws DTypeError when `data` is not the array in which `dtype` travels, or its dtype must be named
 */
export function hostTensor(data: HostArray, shape: Shape = [data.length], dtype: DType = inferDType(data)): HostTensor {
  if (!isHostArrayOf(data, dtype)) {
    throw new DTypeError(`hostTensor: ${dtype} does not travel in this array, got ${data.constructor.name}`)
  }
  if (!shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
    throw new ShapeError(`hostTensor: dimensions are whole numbers ≥ 0, got ${formatShape(shape)}`)
  }
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `hostTensor: the shape does not fit the data, got ${formatShape(shape)} for ${data.length} elements`,
    )
  }
  return { data, shape, dtype }
}

/** Whether `value` is a typed array of a kind in which some dtype travels. */
export function isHostArray(value: unknown): value is HostArray {
  return hostArrayTypes.some((type) => value instanceof type)
}

/** Whether `value` has the form of a host tensor. */
export function isHostTensor(value: unknown): value is HostTensor {
  if (typeof value !== 'object' || value === null) return false
  const { data, shape, dtype } = value as Partial<HostTensor>
  return isHostArray(data) && Array.isArray(shape) && typeof dtype === 'string'
}

const hostArrayTypes = [Float32Array, Int32Array, Uint8Array, Float64Array, Uint32Array, Uint16Array] as const

function inferDType(data: HostArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint32Array) return 'uint32'
  if (data instanceof Uint8Array) return 'uint8'
  throw new DTypeError(
    `hostTensor: the array does not say its dtype, got ${data.constructor.name}; name it: float16 or bfloat16`,
  )
}
