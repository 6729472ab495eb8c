import { DTypeError, ShapeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { type DType, type HostArray, isFloat } from '../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray } from '../graph/host-tensor.ts'
import { inputValue, numberValue } from '../graph/record.ts'
import { checkShape } from '../graph/shape.ts'
import { formatShape, type Shape, specOf } from '../graph/spec.ts'
import { GradientSlot } from './gradient.ts'
import { encodeNumbers, type NestedArray } from './host.ts'
import { realm } from './realm.ts'
import { adopt } from './step-scope.ts'
import { releaseWith, TensorStorage } from './storage.ts'
import { Tensor } from './tensor.ts'

export interface CreationOptions {
  /** Default: float32 for numbers, bool for booleans, and the array's own for a typed array. */
  readonly dtype?: DType
}

export interface TensorOptions extends CreationOptions {
  /** Default: the nesting of the data; one dimension for a typed array. */
  readonly shape?: Shape
  /** Whether `backward()` adds up a gradient here. Default false. */
  readonly requiresGrad?: boolean
}

/**
 * A tensor of host data, which is copied.
 *
 * @param data - a number or boolean, nested arrays of them, or a typed array
 * @throws ShapeError when rows differ in length, or `shape` does not hold the data
 * @throws DTypeError when a gradient is asked for of what is no float
 */
export function tensor(data: NestedArray | HostArray, options: TensorOptions = {}): Tensor {
  if (Array.isArray(options)) {
    throw new TypeError(`tensor: options are an object, got an array; write { shape: ${formatShape(options)} }`)
  }
  const host = isHostArray(data) ? ofTypedArray(data, options) : ofNested(data, options)
  const { requiresGrad = false } = options
  if (requiresGrad && !isFloat(host.dtype))
    throw new DTypeError(`tensor: only floats have gradients, got ${host.dtype}`)
  const storage = TensorStorage.ofHost(host.data, specOf(host.dtype, host.shape))
  const value = inputValue(storage, { requiresGrad })
  releaseWith(value, storage)
  realm.step?.lendUpload(storage)
  if (requiresGrad) value.sink = new GradientSlot('tensor')
  return new Tensor(value)
}

/** A tensor of a host tensor's data, which must not change any more. Expires with the open step. */
export function batchTensor({ data, shape, dtype }: HostTensor): Tensor {
  const storage = TensorStorage.ofHost(data, specOf(dtype, shape))
  const value = inputValue(storage, { transient: true })
  adopt(value, storage)
  return new Tensor(value)
}

function ofTypedArray(data: HostArray, { dtype, shape }: TensorOptions): HostTensor {
  const copy = data.slice() as HostArray
  // Half types travel as bits, which no number says.
  if (copy instanceof Uint16Array) return hostTensor(copy, shape, dtype)
  const whole = hostTensor(copy, shape)
  if (dtype === undefined || dtype === whole.dtype) return whole
  return hostTensor(encodeNumbers(Array.from(data), dtype), whole.shape, dtype)
}

function ofNested(data: NestedArray, { dtype, shape }: TensorOptions): HostTensor {
  const nesting = shapeOf(data)
  const flat: (number | boolean)[] = []
  collect(data, nesting, 0, flat)
  const inferred = flat.length > 0 && flat.every((x) => typeof x === 'boolean') ? 'bool' : 'float32'
  const kind = dtype ?? inferred
  return hostTensor(encodeNumbers(flat, kind), shape ?? nesting, kind)
}

function shapeOf(data: NestedArray): number[] {
  const shape: number[] = []
  let level: NestedArray | undefined = data
  while (Array.isArray(level)) {
    shape.push(level.length)
    level = level[0] as NestedArray | undefined
  }
  return shape
}

function collect(data: NestedArray, shape: Shape, depth: number, into: (number | boolean)[]): void {
  if (depth === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean' && !Array.isArray(data)) {
      throw new TypeError(`tensor: takes numbers, booleans, nested arrays of them or a typed array, got ${typeof data}`)
    }
    if (Array.isArray(data)) {
      throw new ShapeError(
        `tensor: rows are nested to different depths, got an array at depth ${depth} of ${formatShape(shape)}`,
      )
    }
    into.push(data as number | boolean)
    return
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) {
    const got = Array.isArray(data) ? `${data.length}` : typeof data
    throw new ShapeError(
      `tensor: rows have different lengths, got ${got} where ${formatShape(shape)} needs ${shape[depth]}`,
    )
  }
  for (const row of data) collect(row, shape, depth + 1, into)
}

/** `x` everywhere. */
export function full(shape: Shape, x: number, { dtype = 'float32' }: CreationOptions = {}): Tensor {
  checkShape('full', shape)
  return new Tensor(build.broadcastTo(numberValue(x, dtype), shape))
}

function filled(shape: Shape, x: number, { dtype = 'float32' }: CreationOptions): Tensor {
  checkShape(x === 0 ? 'zeros' : 'ones', shape)
  return new Tensor(build.broadcastTo(build.literal(x, dtype), shape))
}

export function zeros(shape: Shape, options: CreationOptions = {}): Tensor {
  return filled(shape, 0, options)
}

export function ones(shape: Shape, options: CreationOptions = {}): Tensor {
  return filled(shape, 1, options)
}

export function zerosLike(x: Tensor): Tensor {
  return new Tensor(build.fullLike(x.value, 0))
}

export function onesLike(x: Tensor): Tensor {
  return new Tensor(build.fullLike(x.value, 1))
}

/** 0, 1, …, end − 1: int32 by default. */
export function arange(end: number, { dtype = 'int32' }: CreationOptions = {}): Tensor {
  return new Tensor(build.iota([end], 0, dtype))
}

/** Ones on the diagonal of an n × n matrix. */
export function eye(n: number, { dtype = 'float32' }: CreationOptions = {}): Tensor {
  const onDiagonal = build.equal(build.iota([n, 1], 0, 'int32'), build.iota([1, n], 1, 'int32'))
  return new Tensor(build.cast(onDiagonal, dtype))
}
