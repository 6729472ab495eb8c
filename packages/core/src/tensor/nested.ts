import { ShapeError } from '../errors/errors.ts'
import type { DType, HostArray } from '../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray } from '../graph/host-tensor.ts'
import { formatShape, type Shape } from '../graph/spec.ts'
import { defaultDType } from './default-dtype.ts'
import { encodeNumbers, type NestedArray } from './host.ts'

/** How `hostDataOf` reads what it is given. */
export interface ReadOptions {
  readonly dtype?: DType
  readonly shape?: Shape
}

/**
 * A host tensor of a copy of `data`.
 *
 * @throws ShapeError when rows differ in length, or `shape` does not hold the data
 */
export function hostDataOf(data: NestedArray | HostArray, options: ReadOptions): HostTensor {
  return isHostArray(data) ? ofTypedArray(data, options) : ofNested(data, options)
}

function ofTypedArray(data: HostArray, { dtype, shape }: ReadOptions): HostTensor {
  const copy = data.slice() as HostArray
  // Half types travel as bits, which no number says.
  if (copy instanceof Uint16Array) return hostTensor(copy, shape, dtype)
  const whole = hostTensor(copy, shape)
  if (dtype === undefined || dtype === whole.dtype) return whole
  return hostTensor(encodeNumbers(Array.from(data), dtype), whole.shape, dtype)
}

function ofNested(data: NestedArray, { dtype, shape }: ReadOptions): HostTensor {
  const nesting = shapeOf(data)
  const flat: (number | boolean)[] = []
  collect(data, nesting, 0, flat)
  const inferred = flat.length > 0 && flat.every((x) => typeof x === 'boolean') ? 'bool' : defaultDType()
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
