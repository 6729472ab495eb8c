import { resolveAlias } from '../graph/alias.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Shape } from '../graph/spec.ts'
import { concat, where } from '../tensor/combine.ts'
import { tensor } from '../tensor/creation.ts'
import { Buffer } from '../tensor/parameter.ts'
import { snapshot } from '../tensor/snapshot.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What a metric remembers of the batches it has seen. */
export interface Accumulator {
  /** Adds what a batch gave. In a step, its commit makes it real. */
  add(batch: Tensor): void
  /** All batches since the last reset together. */
  readonly total: Tensor
  /** Whether something was added that no commit has made real. */
  readonly isPending: boolean
  /** What is on the device from batch to batch. */
  readonly buffers: readonly Buffer[]
  /** What it remembers, untouched by later batches. */
  snapshot(): readonly Tensor[]
  /** Goes on with what was remembered. */
  restore(remembered: readonly Tensor[]): void
  /** Forgets all batches. */
  reset(): void
}

/** Σ of whole numbers, exact up to 2³¹ − 1 in each element. */
export class Counts implements Accumulator {
  readonly #count: StateBuffer

  constructor(shape: Shape = []) {
    this.#count = new StateBuffer(tensor(new Int32Array(sizeOf(shape)), { shape }))
  }

  add(batch: Tensor): void {
    this.#count.assign(this.#count.add(batch.to('int32')))
  }

  get total(): Tensor {
    return this.#count.detach()
  }

  get isPending(): boolean {
    return isPending(this.#count)
  }

  get buffers(): readonly Buffer[] {
    return [this.#count]
  }

  snapshot(): readonly Tensor[] {
    return [snapshot(this.#count.slot)]
  }

  restore([count]: readonly Tensor[]): void {
    this.#count.assign(count!)
  }

  reset(): void {
    this.#count.reset()
  }
}

/**
 * Σ in float32, with what each addition rounds off in a second number (D. Knuth, The Art of Computer Programming, 4.2.2): a
 * million batches lose no more than one.
 */
export class Sums implements Accumulator {
  readonly #sum: StateBuffer
  readonly #lost: StateBuffer

  constructor(shape: Shape = []) {
    const zeros = tensor(new Float32Array(sizeOf(shape)), { shape })
    this.#sum = new StateBuffer(zeros)
    this.#lost = new StateBuffer(zeros)
  }

  add(batch: Tensor): void {
    const [a, b] = [this.#sum.detach(), batch.to('float32')]
    const sum = a.add(b)
    const added = sum.sub(a)
    const error = a.sub(sum.sub(added)).add(b.sub(added))
    this.#sum.assign(sum)
    // Of an infinite sum the error would be NaN.
    this.#lost.assign(this.#lost.add(where(error.isFinite(), error, 0)))
  }

  get total(): Tensor {
    return this.#sum.add(this.#lost)
  }

  get isPending(): boolean {
    return isPending(this.#sum)
  }

  get buffers(): readonly Buffer[] {
    return [this.#sum, this.#lost]
  }

  snapshot(): readonly Tensor[] {
    return [snapshot(this.#sum.slot), snapshot(this.#lost.slot)]
  }

  restore([sum, lost]: readonly Tensor[]): void {
    this.#sum.assign(sum!)
    this.#lost.assign(lost!)
  }

  reset(): void {
    this.#sum.reset()
    this.#lost.reset()
  }
}

/** All rows as they came: what cannot be added up. Memory grows with the data until the reset. */
export class Rows implements Accumulator {
  readonly buffers: readonly Buffer[] = []
  #batches: Tensor[] = []
  /** Of the time before the reset: a result that was not read yet may need them. */
  #before: Tensor[] = []

  add(batch: Tensor): void {
    for (const forgotten of this.#before) forgotten.dispose()
    this.#before = []
    this.#batches.push(batch.detach().keep())
  }

  get total(): Tensor {
    // Those of a step that failed are gone with it.
    this.#batches = this.#batches.filter(({ value }) => resolveAlias(value).expired === null)
    return concat(this.#batches)
  }

  get isPending(): boolean {
    return this.#batches.some(isPending)
  }

  snapshot(): readonly Tensor[] {
    return [...this.#batches]
  }

  restore(batches: readonly Tensor[]): void {
    this.#batches = [...batches]
  }

  reset(): void {
    this.#before.push(...this.#batches)
    this.#batches = []
  }
}

/** Zeros at first. Stays in its dtype when its module is cast: a sum of many has no room in half precision. */
class StateBuffer extends Buffer {
  readonly #zeros: Tensor

  constructor(zeros: Tensor) {
    super(zeros, { persistent: false })
    this.#zeros = zeros
  }

  override castTo(): void {}

  reset(): void {
    // A leaf, not a literal: the first update of an epoch is structured as all others.
    this.assign(this.#zeros)
  }
}

function isPending({ value }: Tensor): boolean {
  return resolveAlias(value).storage === null
}
