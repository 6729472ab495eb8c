import { ExpiredTensorError } from '../../errors/errors.ts'
import { alias } from '../../graph/alias.ts'
import type { DType } from '../../graph/dtype.ts'
import { resolveAxis } from '../../graph/shape.ts'
import { formatSpec, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { Tensor } from '../tensor.ts'

/*
 * `Tensor` has its methods from a chain of classes, one a family, because a class has one body and this one many methods:
 * Handle < Movement < Arithmetic < Logic < Elementwise < Trigonometry < Reductions < Scans < Slicing < Diagonals < Products
 * < Indexing < Ordering < Tensor. None but `Tensor` is ever made.
 */

/** What a method takes beside its tensor: another, or a number. */
export type Operand = Tensor | number

/** A recorded value, and how it looks from outside. */
export abstract class Handle {
  #value: Value | null
  #disposed = false

  constructor(value: Value | null) {
    this.#value = value
  }

  /** A tensor, whatever class this one is of. */
  protected abstract make(value: Value): Tensor

  /** A tensor of its own even where there was nothing to do: each is disposed of and kept by itself. */
  protected makeOwn(value: Value): Tensor {
    return this.make(value === this.value ? alias(value) : value)
  }

  /** Puts another name of the value in its place. */
  protected rename(value: Value): void {
    this.#value = value
  }

  /** Forbids further use. */
  protected close(): void {
    this.#disposed = true
  }

  protected get isDisposed(): boolean {
    return this.#disposed
  }

  /** The recorded value that this tensor is a handle on. For authors of ops. */
  get value(): Value {
    if (this.#disposed) throw new ExpiredTensorError(`tensor: it was disposed, got ${formatSpec(this.#value!.spec)}`)
    return this.#value!
  }

  get dtype(): DType {
    return this.value.spec.dtype
  }

  get shape(): Shape {
    return this.value.spec.shape
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.value.spec.rank
  }

  /** Number of elements. */
  get numel(): number {
    return this.value.spec.size
  }

  /**
   * The length of dimension `dim`.
   *
   * @throws OutOfRangeError when there is none
   */
  size(dim: number): number {
    return this.shape[resolveAxis('size', dim, this.ndim)]!
  }
}

/** The value of an argument. @throws TypeError when it is no tensor */
export function valueOf(who: string, x: unknown, wanted = 'a tensor'): Value {
  if (x instanceof Handle) return x.value
  throw new TypeError(`${who}: takes ${wanted}, got ${x === null ? 'null' : typeof x}`)
}
