import { decode, encode } from '../../src/accelerator/reference/numbers.ts'
import { type DType, isFloat } from '../../src/graph/dtype.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'
import { inputValue, type LeafOptions } from '../../src/graph/record.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import { type Shape, specOf } from '../../src/graph/spec.ts'
import type { Storage, Value } from '../../src/graph/value.ts'
import { HostRandom } from '../../src/util/host-random.ts'

/** A host tensor of plain numbers, which `dtype` holds exactly or rounds. */
export function tensorOf(
  numbers: readonly number[],
  shape: Shape = [numbers.length],
  dtype: DType = 'float32',
): HostTensor {
  return hostTensor(encode(dtype, numbers), shape, dtype)
}

/** The numbers of a host tensor, row-major; half types decoded. */
export function numbersOf({ dtype, data }: HostTensor): number[] {
  return [...decode(dtype, data)]
}

/** What holds the bytes of a test's leaf. */
export interface HostStorage extends Storage {
  readonly tensor: HostTensor
}

/** A leaf on a host tensor, for builders. */
export function leafOf(tensor: HostTensor, options?: LeafOptions): Value {
  const storage: HostStorage = { spec: specOf(tensor.dtype, tensor.shape), tensor }
  return inputValue(storage, options)
}

/** A leaf of plain numbers. */
export function leaf(numbers: readonly number[], shape?: Shape, dtype?: DType): Value {
  return leafOf(tensorOf(numbers, shape, dtype))
}

/** A 0-d leaf. */
export function scalarLeaf(x: number, dtype?: DType): Value {
  return leaf([x], [], dtype)
}

/** Host tensors that are the same for the same seed and order of calls. */
export class SeededTensors {
  readonly #random: HostRandom

  constructor(seed = 0) {
    this.#random = new HostRandom(seed, 'test')
  }

  /** Uniform in [min, max); whole numbers for integers and bool. Defaults: [−2, 2), integers [0, 10), bool 0 or 1. */
  tensor(dtype: DType, shape: Shape, { min, max }: Range = defaultRange(dtype)): HostTensor {
    const numbers = Array.from({ length: sizeOf(shape) }, () => this.number(min, max))
    return tensorOf(isFloat(dtype) ? numbers : numbers.map(Math.floor), shape, dtype)
  }

  /** `size` numbers, all different, at least 4 / size apart and in random order: nothing ties, no kink is near. */
  distinct(dtype: DType, shape: Shape): HostTensor {
    const size = sizeOf(shape)
    const numbers = Array.from(this.#random.permutation(size), (place) => (4 * (place + 0.5)) / size - 2)
    return tensorOf(numbers, shape, dtype)
  }

  /** Whole numbers below `bound`, as indices. */
  indices(shape: Shape, bound: number): HostTensor {
    return this.tensor('int32', shape, { min: 0, max: bound })
  }

  /** A number in [min, max). */
  number(min = 0, max = 1): number {
    return min + (max - min) * (this.#random.uint32() / 2 ** 32)
  }

  /** One of `choices`. */
  choose<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)]!
  }
}

interface Range {
  readonly min: number
  readonly max: number
}

function defaultRange(dtype: DType): Range {
  if (dtype === 'bool') return { min: 0, max: 2 }
  return isFloat(dtype) ? { min: -2, max: 2 } : { min: 0, max: 10 }
}
