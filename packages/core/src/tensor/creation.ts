import { DTypeError, OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { type DType, type HostArray, isFloat } from '../graph/dtype.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import { inputValue, numberValue } from '../graph/record.ts'
import { checkShape } from '../graph/shape.ts'
import { formatShape, type Shape, specOf } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { defaultDType } from './default-dtype.ts'
import { checkHolds, fillValue, sequenceDType } from './fill.ts'
import { GradientSlot } from './gradient.ts'
import type { NestedArray } from './host.ts'
import { hostValue } from './host-data.ts'
import { valueOf } from './methods/handle.ts'
import { hostDataOf } from './nested.ts'
import { adopt } from './step-scope.ts'
import { TensorStorage } from './storage.ts'
import { Tensor } from './tensor.ts'

export interface CreationOptions {
  /** Default: the default dtype (float32) for numbers, bool for booleans, and the array's own for a typed array. */
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
  const host = hostDataOf(data, options)
  const { requiresGrad = false } = options
  if (requiresGrad && !isFloat(host.dtype))
    throw new DTypeError(`tensor: only floats have gradients, got ${host.dtype}`)
  const value = hostValue(host, requiresGrad)
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

/** `x` everywhere; float32 by default. @throws OutOfRangeError when an integer dtype does not hold `x` */
export function full(shape: Shape, x: number, { dtype = defaultDType() }: CreationOptions = {}): Tensor {
  checkShape('full', shape)
  return new Tensor(build.broadcastTo(fillValue('full', x, dtype), shape))
}

function filled(who: string, shape: Shape, x: number, { dtype = defaultDType() }: CreationOptions): Tensor {
  checkShape(who, shape)
  return new Tensor(build.broadcastTo(build.literal(x, dtype), shape))
}

export function zeros(shape: Shape, options: CreationOptions = {}): Tensor {
  return filled('zeros', shape, 0, options)
}

export function ones(shape: Shape, options: CreationOptions = {}): Tensor {
  return filled('ones', shape, 1, options)
}

/** `zeros`: nothing here has memory whose contents are left to chance. */
export function empty(shape: Shape, options: CreationOptions = {}): Tensor {
  return filled('empty', shape, 0, options)
}

/** `fill` everywhere, in shape and, unless told otherwise, dtype of `x`. */
export function fullLike(x: Tensor, fill: number, { dtype = x.dtype }: CreationOptions = {}): Tensor {
  return full(valueOf('fullLike', x).spec.shape, fill, { dtype })
}

export function zerosLike(x: Tensor, { dtype = x.dtype }: CreationOptions = {}): Tensor {
  return zeros(valueOf('zerosLike', x).spec.shape, { dtype })
}

export function onesLike(x: Tensor, { dtype = x.dtype }: CreationOptions = {}): Tensor {
  return ones(valueOf('onesLike', x).spec.shape, { dtype })
}

/** `zerosLike` */
export function emptyLike(x: Tensor, options: CreationOptions = {}): Tensor {
  return zerosLike(x, options)
}

/** 0, 1, …, end − 1. */
export function arange(end: number, options?: CreationOptions): Tensor
/**
 * start, start + step, … below `end`, or above it when `step` is negative: ⌈(end − start) / step⌉ numbers.
 *
 * Default dtype: int32 when all three are whole, float32 otherwise. Floats are computed as start + i·step in the dtype,
 * half types in float32.
 *
 * @param step - default 1
 * @throws OutOfRangeError when the step is 0 or leads away from `end`, or the dtype does not hold the numbers
 * @throws DTypeError for fractions in an integer dtype
 */
export function arange(start: number, end: number, options?: CreationOptions): Tensor
export function arange(start: number, end: number, step: number, options?: CreationOptions): Tensor
export function arange(...args: readonly (number | CreationOptions | undefined)[]): Tensor {
  const numbers = args.filter((x) => typeof x === 'number')
  const options = args.find((x) => typeof x === 'object') ?? {}
  const [start, end, step] = numbers.length === 1 ? [undefined, numbers[0]!] : numbers
  return new Tensor(progression(start, end!, step, options))
}

function progression(
  start: number | undefined,
  end: number,
  step: number | undefined,
  { dtype }: CreationOptions,
): Value {
  const [first, by] = [start ?? 0, step ?? 1]
  const steps = (end - first) / by
  if (!(Number.isFinite(first) && Number.isFinite(end) && Number.isFinite(by) && Number.isFinite(steps))) {
    throw new OutOfRangeError(`arange: takes finite numbers and a step other than 0, got ${first}, ${end} and ${by}`)
  }
  if (steps < 0) throw new OutOfRangeError(`arange: the step leads away from the end, got ${first}, ${end} and ${by}`)
  const isWhole = Number.isInteger(first) && Number.isInteger(by)
  const kind = dtype ?? (isWhole && Number.isInteger(end) ? 'int32' : 'float32')
  if (kind === 'bool' || (!isFloat(kind) && !isWhole)) {
    throw new DTypeError(`arange: ${kind} does not hold the numbers from ${first} in steps of ${by}; use a float dtype`)
  }
  const count = Math.ceil(steps)
  if (count > 0) for (const x of [first, first + (count - 1) * by]) checkHolds('arange', kind, x)
  const wide = sequenceDType(kind)
  const places = build.iota([count], 0, wide)
  const scaled = step === undefined ? places : build.mul(places, numberValue(by, wide))
  return build.cast(start === undefined ? scaled : build.add(scaled, numberValue(first, wide)), kind)
}

/** Ones on the diagonal of an n × n matrix. */
export function eye(n: number, options?: CreationOptions): Tensor
/** Ones on the main diagonal of an n × m matrix. */
export function eye(n: number, m: number, options?: CreationOptions): Tensor
export function eye(n: number, second?: number | CreationOptions, third?: CreationOptions): Tensor {
  const m = typeof second === 'number' ? second : n
  const { dtype = defaultDType() } = (typeof second === 'number' ? third : second) ?? {}
  const onDiagonal = build.equal(build.iota([n, 1], 0, 'int32'), build.iota([1, m], 1, 'int32'))
  return new Tensor(build.cast(onDiagonal, dtype))
}
