import { ExpiredTensorError } from '../errors/errors.ts'
import { stopGradient } from '../graph/alias.ts'
import { type DType, isFloat } from '../graph/dtype.ts'
import type { Value } from '../graph/value.ts'
import { GradientSlot } from './gradient.ts'
import { Slot } from './slot.ts'
import { Tensor } from './tensor.ts'

/**
 * A tensor that a module learns. A slot: it stands for the value that the optimizer assigned last, and an op that uses it
 * uses that value.
 */
export class Parameter extends Tensor {
  readonly #slot: Slot
  readonly #gradient: GradientSlot
  #requiresGrad: boolean

  /**
   * @param initial - the first value; its history is dropped
   * @param requiresGrad - default true; a frozen parameter gets no gradient and no update
   */
  constructor(initial: Tensor, { requiresGrad = true }: { readonly requiresGrad?: boolean } = {}) {
    super(null)
    this.#gradient = new GradientSlot('parameter')
    const learns = isFloat(initial.dtype)
    this.#slot = new Slot('parameter', stopGradient(initial.value), {
      requiresGrad: learns,
      sink: learns ? this.#gradient : null,
      keepsInitial: true,
    })
    this.#requiresGrad = requiresGrad && learns
  }

  /** Where the value lives. For optimizers and strategies. */
  get slot(): Slot {
    return this.#slot
  }

  /** Where the gradient lives. For optimizers and strategies. */
  get gradient(): GradientSlot {
    return this.#gradient
  }

  override get value(): Value {
    const value = valueIn(this.#slot)
    return this.#requiresGrad || !value.requiresGrad ? value : stopGradient(value)
  }

  protected override get kind(): string {
    return 'Parameter'
  }

  override get requiresGrad(): boolean {
    return this.#requiresGrad
  }

  /** Freezes or thaws: ops recorded from now on are affected. */
  override set requiresGrad(requiresGrad: boolean) {
    this.#requiresGrad = requiresGrad && isFloat(this.dtype)
  }

  /** Does nothing: a parameter outlives every step. To keep its present value, keep `detach()`. */
  override keep(): this {
    return this
  }

  /** Gives back the memory of value and gradient. */
  override dispose(): void {
    this.#slot.drop()
    this.#gradient.slot.drop()
  }

  override get grad(): Tensor | null {
    const { value } = this.#gradient
    return value === null ? null : new Tensor(value)
  }

  override set grad(gradient: Tensor | null) {
    this.#gradient.value = gradient === null ? null : gradient.value
  }

  /**
   * Assigns a new value of the same shape and dtype; its history is dropped.
   *
   * @throws ShapeError when shape or dtype differ
   */
  assign(value: Tensor): void {
    this.#slot.assign(stopGradient(value.value))
  }

  /**
   * Casts the parameter itself, and its gradient. What was recorded with it before keeps the dtype that it had.
   *
   * @param dtype - one of floats
   */
  castTo(dtype: DType): void {
    if (dtype === this.dtype) return
    this.#slot.recast(dtype)
    this.#gradient.slot.recast(dtype)
  }
}

/** A tensor that a module keeps but does not learn: running statistics, say. A slot, as a parameter is. */
export class Buffer extends Tensor {
  readonly #slot: Slot
  /** Whether it belongs to the state dict. */
  readonly persistent: boolean

  constructor(initial: Tensor, { persistent = true }: { readonly persistent?: boolean } = {}) {
    super(null)
    this.#slot = new Slot('buffer', stopGradient(initial.value), { keepsInitial: true })
    this.persistent = persistent
  }

  /** Where the value lives. */
  get slot(): Slot {
    return this.#slot
  }

  override get value(): Value {
    return valueIn(this.#slot)
  }

  protected override get kind(): string {
    return 'Buffer'
  }

  /** Does nothing: a buffer outlives every step. To keep its present value, keep `detach()`. */
  override keep(): this {
    return this
  }

  override dispose(): void {
    this.#slot.drop()
  }

  /** Assigns a new value of the same shape and dtype. @throws ShapeError when they differ */
  assign(value: Tensor): void {
    this.#slot.assign(stopGradient(value.value))
  }

  /** Casts the buffer itself. What was recorded with it before keeps the dtype that it had. */
  castTo(dtype: DType): void {
    if (dtype !== this.dtype) this.#slot.recast(dtype)
  }
}

function valueIn({ name, value }: Slot): Value {
  if (value === null) throw new ExpiredTensorError(`${name}: it was disposed`)
  return value
}
