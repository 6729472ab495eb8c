import { DataError, DTypeError, ShapeError } from '../errors/errors.ts'
import { type DType, hostArray } from '../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray, isHostTensor } from '../graph/host-tensor.ts'
import { sameShape, sizeOf } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import { isPlainObject } from './map-arrays.ts'

/** What `defaultCollate` makes of samples of type `Sample`. */
export type Collated<Sample> = Sample extends number | boolean | ArrayBufferView | HostTensor
  ? HostTensor
  : Sample extends string
    ? string[]
    : Sample extends object
      ? { -readonly [Key in keyof Sample]: Collated<Sample[Key]> }
      : unknown

/**
 * Samples put together into one batch, as PyTorch's function of that name does.
 *
 * | each sample | the batch |
 * | --- | --- |
 * | number | float32 `[n]`, whole numbers too: for class labels use an integer array or a host tensor |
 * | boolean | bool `[n]` |
 * | typed array, host tensor | stacked, `[n, ...shape]`, of the same dtype |
 * | string | `string[]` |
 * | array, plain object | the same structure, with a batch at each place |
 *
 * @throws ShapeError when shapes or lengths differ at one place
 * @throws DTypeError when dtypes differ at one place
 * @throws DataError when there are no samples, or a place holds values of different kinds or of none of these
 */
export function defaultCollate<Sample>(samples: readonly Sample[]): Collated<Sample> {
  if (samples.length === 0) throw new DataError('defaultCollate: a batch needs at least one sample, got none')
  return collate(samples, '') as Collated<Sample>
}

type Kind = 'number' | 'boolean' | 'string' | 'tensor' | 'array' | 'object'

function collate(values: readonly unknown[], place: string): unknown {
  switch (kindOfAll(values, place)) {
    case 'number':
      return hostTensor(Float32Array.from(values as number[]))
    case 'boolean':
      return hostTensor(Uint8Array.from(values as boolean[], Number), [values.length], 'bool')
    case 'string':
      return [...values]
    case 'tensor':
      return stack(values.map(toHostTensor), place)
    case 'array':
      return collateArrays(values as unknown[][], place)
    case 'object':
      return collateObjects(values as Record<string, unknown>[], place)
  }
}

function stack(tensors: readonly HostTensor[], place: string): HostTensor {
  const { shape, dtype } = tensors[0]!
  const size = sizeOf(shape)
  const data = hostArray(dtype, tensors.length * size)
  for (const [i, tensor] of tensors.entries()) {
    if (tensor.dtype !== dtype) throw unequal(DTypeError, 'dtypes', place, dtype, tensor.dtype)
    if (!sameShape(tensor.shape, shape)) {
      throw unequal(ShapeError, 'shapes', place, formatShape(shape), formatShape(tensor.shape))
    }
    data.set(tensor.data, i * size)
  }
  return { data, shape: [tensors.length, ...shape], dtype }
}

function collateArrays(arrays: readonly unknown[][], place: string): unknown[] {
  const length = arrays[0]!.length
  for (const array of arrays) {
    if (array.length !== length) throw unequal(ShapeError, 'lengths', place, length, array.length)
  }
  return Array.from({ length }, (_, i) =>
    collate(
      arrays.map((array) => array[i]),
      `${place}[${i}]`,
    ),
  )
}

function collateObjects(objects: readonly Record<string, unknown>[], place: string): Record<string, unknown> {
  const keys = Object.keys(objects[0]!)
  for (const object of objects) {
    const found = Object.keys(object)
    if (found.length !== keys.length || !keys.every((key) => Object.hasOwn(object, key))) {
      throw unequal(DataError, 'keys', place, keys.join(', '), found.join(', '))
    }
  }
  return Object.fromEntries(
    keys.map((key) => [
      key,
      collate(
        objects.map((object) => object[key]),
        place === '' ? key : `${place}.${key}`,
      ),
    ]),
  )
}

function kindOfAll(values: readonly unknown[], place: string): Kind {
  const kind = kindOf(values[0], place)
  for (const value of values) {
    const other = kindOf(value, place)
    if (other !== kind) throw unequal(DataError, 'kinds', place, kind, other)
  }
  return kind
}

function kindOf(value: unknown, place: string): Kind {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    return typeof value as 'number' | 'boolean' | 'string'
  }
  if (isHostArray(value) || isHostTensor(value)) return 'tensor'
  if (Array.isArray(value)) return 'array'
  if (isPlainObject(value)) return 'object'
  throw new DataError(
    `defaultCollate: a value that cannot be batched${at(place)}, got ${describe(value)}; pass a collate function`,
  )
}

function toHostTensor(value: unknown): HostTensor {
  return isHostArray(value) ? hostTensor(value) : (value as HostTensor)
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : String(value)
}

function at(place: string): string {
  return place === '' ? '' : ` at ${place}`
}

function unequal(
  type: new (message: string) => Error,
  what: string,
  place: string,
  first: DType | number | string,
  other: DType | number | string,
): Error {
  return new type(
    `defaultCollate: the samples of a batch have different ${what}${at(place)}, got ${first} and ${other}; ` +
      'make them equal or pass a collate function',
  )
}
