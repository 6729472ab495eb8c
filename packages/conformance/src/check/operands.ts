import { type DType, HostRandom } from '@voltaic/core'
import {
  broadcastTo,
  flip,
  type HostTensor,
  inputValue,
  isFloat,
  permute,
  reshape,
  type Shape,
  type Storage,
  sizeOf,
  sliceAxis,
  specOf,
  type Value,
} from '@voltaic/core/graph'
import { tensorOf } from './numbers.ts'

/** What holds the elements of a leaf until it is uploaded. */
export interface HostStorage extends Storage {
  readonly tensor: HostTensor
}

/** A leaf on a host tensor. */
export function leafOf(tensor: HostTensor, requiresGrad = false): Value {
  const storage: HostStorage = { spec: specOf(tensor.dtype, tensor.shape), tensor }
  return inputValue(storage, { requiresGrad })
}

/** A leaf of plain numbers. */
export function leaf(numbers: ArrayLike<number>, shape?: Shape, dtype?: DType): Value {
  return leafOf(tensorOf(numbers, shape, dtype))
}

/** Numbers at least `min` and less than `max`. */
export interface Range {
  readonly min: number
  readonly max: number
}

/**
 * How operands reach an op: as buffers (`plain`); through a permutation, slice, flip, reshape or broadcast (`views`); or as
 * specs alone, to see what a case is made of without making its numbers (`specs`).
 */
export type Layout = 'plain' | 'views' | 'specs'

export interface OperandOptions {
  /** Default `'plain'`. */
  readonly layout?: Layout
  /** Whether leaves require a gradient, and have no ties, at which there is none. Default false. */
  readonly requiresGrad?: boolean
}

// Adding one number up again and again rounds to the same side each time, which no bound for random roundings covers.
const mostRepeats = 32

/** Makes the operands of a case: the same ones for the same seed, purpose and order of calls. */
export class Operands {
  readonly #random: HostRandom
  readonly #layout: Layout
  readonly #requiresGrad: boolean

  constructor(seed: number, purpose: string, { layout = 'plain', requiresGrad = false }: OperandOptions = {}) {
    this.#random = new HostRandom(seed, purpose)
    this.#layout = layout
    this.#requiresGrad = requiresGrad
  }

  /** Uniform numbers; whole ones for integers and bool. Default: [−2, 2), integers [0, 10), bool 0 or 1. */
  tensor(dtype: DType, shape: Shape, range: Range = defaultRange(dtype)): Value {
    return this.#operand(dtype, shape, (size) => this.#uniform(dtype, size, range))
  }

  /** Numbers that all differ, at least 4 / size apart, in [−2, 2) and random order: nothing ties, no kink is near. */
  distinct(dtype: DType, shape: Shape): Value {
    const size = sizeOf(shape)
    const numbers = () => Array.from(this.#random.permutation(size), (place) => (4 * (place + 0.5)) / size - 2)
    return this.#leaf(dtype, shape, numbers)
  }

  /** int32 indices below `bound`. */
  indices(shape: Shape, bound: number): Value {
    return this.tensor('int32', shape, { min: 0, max: bound })
  }

  /** Few different numbers, so with ties, among them NaN and infinities if asked for and `dtype` has them. */
  ties(dtype: DType, shape: Shape, withNonFinite: boolean): Value {
    if (this.#requiresGrad) return this.distinct(dtype, shape)
    const special =
      withNonFinite && isFloat(dtype) ? [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] : [0, 1]
    const pick = () =>
      this.number() < 0.25 ? this.choose(special) : Math.floor(this.number(0, dtype === 'bool' ? 2 : 4))
    return this.#operand(dtype, shape, (size) => Array.from({ length: size }, pick))
  }

  /** A number at least `min` and less than `max`. */
  number(min = 0, max = 1): number {
    return min + (max - min) * this.#random.uniform()
  }

  /** One of `choices`. */
  choose<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)]!
  }

  /** Up to four dimensions of up to six elements, now and then none. */
  shape(): Shape {
    return Array.from({ length: this.choose([0, 1, 2, 3, 4]) }, () => this.choose([0, 1, 2, 3, 4, 5, 6, 6]))
  }

  /** A shape that broadcasts to `shape`. */
  broadcastable(shape: Shape): Shape {
    const from = this.choose([0, ...shape.keys()])
    return shape.slice(from).map((n) => (this.number() < 0.3 ? 1 : n))
  }

  #uniform(dtype: DType, size: number, { min, max }: Range): ArrayLike<number> {
    const isWhole = !isFloat(dtype)
    const numbers = new Float64Array(size)
    for (let i = 0; i < size; i++) {
      const x = this.number(min, max)
      numbers[i] = isWhole ? Math.floor(x) : x
    }
    return numbers
  }

  #leaf(dtype: DType, shape: Shape, numbers: (size: number) => ArrayLike<number>): Value {
    if (this.#layout === 'specs')
      return inputValue({ spec: specOf(dtype, shape) }, { requiresGrad: this.#requiresGrad })
    return leafOf(tensorOf(numbers(sizeOf(shape)), shape, dtype), this.#requiresGrad)
  }

  #operand(dtype: DType, shape: Shape, numbers: (size: number) => ArrayLike<number>): Value {
    const of = (leafShape: Shape) => this.#leaf(dtype, leafShape, numbers)
    return this.#layout === 'views' && shape.length > 0 ? this.#view(shape, of) : of(shape)
  }

  /** A value of `shape` that is seen through a view of some leaf. */
  #view(shape: Shape, of: (leafShape: Shape) => Value): Value {
    const axis = this.#random.below(shape.length)
    const length = shape[axis]!
    return this.choose<() => Value>([
      () => {
        const reversed = [...shape.keys()].reverse()
        return permute(of([...shape].reverse()), reversed)
      },
      () => sliceAxis(of(shape.with(axis, length + 3)), axis, 2, length + 2),
      () => sliceAxis(of(shape.with(axis, 2 * length + 1)), axis, 1, 2 * length + 1, 2),
      () => flip(of(shape), [axis]),
      () => reshape(of([sizeOf(shape)]), shape),
      () => (length > mostRepeats ? flip(of(shape), [axis]) : broadcastTo(of(shape.with(axis, 1)), shape)),
      () => permute(flip(of([...shape].reverse()), [0]), [...shape.keys()].reverse()),
    ])()
  }
}

function defaultRange(dtype: DType): Range {
  if (dtype === 'bool') return { min: 0, max: 2 }
  return isFloat(dtype) ? { min: -2, max: 2 } : { min: 0, max: 10 }
}
