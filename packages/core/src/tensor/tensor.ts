/// <reference lib="esnext.disposable" preserve="true" />
import { backward, type GradientOptions } from '../autograd/backward.ts'
import { AutogradError, ShapeError } from '../errors/errors.ts'
import { alias, stopGradient } from '../graph/alias.ts'
import type { HostArray } from '../graph/dtype.ts'
import { formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { TextOptions } from './element-text.ts'
import { read } from './flush.ts'
import { GradientSlot } from './gradient.ts'
import { decodeNumber, type NestedArray, toNested } from './host.ts'
import { valueOf } from './methods/handle.ts'
import { Ordering } from './methods/ordering.ts'
import { realm } from './realm.ts'
import { disposeValue, keepValue } from './step-scope.ts'
import { headOf, textAtOnce, withElements } from './tensor-text.ts'

/**
 * An immutable array of numbers on an accelerator, computed when it is needed: an op checks shapes and dtypes at once and
 * records; `data()`, `array()` and `item()` run what was recorded, and so does the end of a training step.
 */
export class Tensor extends Ordering {
  static {
    // Node, Deno and Bun ask by this name what `console.log` shows: `toString()`, and within an object or array no elements.
    Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: Tensor, depth: number | null, options: { readonly depth?: number | null } = {}): string {
        return depth === (options.depth ?? depth) ? this.toString() : headOf(this.kind, this)
      },
    })
  }

  get requiresGrad(): boolean {
    return this.value.requiresGrad
  }

  /** The gradient that `backward()` has added up here; null before, and for what is no leaf. */
  get grad(): Tensor | null {
    const { sink } = this.value
    return sink instanceof GradientSlot && sink.value !== null ? new Tensor(sink.value) : null
  }

  /** @throws AutogradError when the tensor collects no gradient */
  set grad(gradient: Tensor | null) {
    const { sink } = this.value
    if (!(sink instanceof GradientSlot)) {
      throw new AutogradError(
        `grad: only a tensor made with requiresGrad holds a gradient, got ${formatSpec(this.value.spec)} of ${this.value.node.op.name}`,
      )
    }
    sink.value = gradient === null ? null : valueOf('grad', gradient)
  }

  /** The elements, flat and row-major, as a copy of the caller's own. Half types come as bits. */
  async data(): Promise<HostArray> {
    const [data] = await read([this.value])
    return data!
  }

  /** The elements as nested arrays of numbers, of booleans for `bool`; of a scalar the number alone. */
  async array(): Promise<NestedArray> {
    const { spec } = this.value
    return toNested(await this.data(), spec)
  }

  /**
   * The one element as a number.
   *
   * @throws ShapeError when there is not exactly one
   */
  async item(): Promise<number> {
    if (this.numel !== 1) {
      throw new ShapeError(
        `item: takes a tensor of one element, got ${formatSpec(this.value.spec)}; use array() or data()`,
      )
    }
    const { dtype } = this
    const data = await this.data()
    return decodeNumber(data[0]!, dtype)
  }

  /** The same elements, through which no gradient flows. */
  detach(): Tensor {
    return new Tensor(stopGradient(this.value))
  }

  /**
   * Adds the gradients of this tensor to `grad` of every leaf that it depends on and that requires one.
   *
   * @param gradient - the gradient of this tensor; 1 by default, which needs a tensor of one element
   * @throws AutogradError when nothing requires a gradient
   */
  backward(gradient?: Tensor, options?: GradientOptions): void {
    backward(this.value, gradient === undefined ? undefined : valueOf('backward', gradient), options)
    if (realm.step === null) realm.wanted.add(this.value)
  }

  /**
   * Lets the tensor outlive the step that it is recorded in, or the updates of the parameters that it is computed from. The
   * next commit realises it.
   */
  keep(): this {
    // A slot lets its leaf go with the next update: what is kept is another name of the value.
    if (isSlotLeaf(this.value)) this.rename(alias(this.value))
    keepValue(this.value)
    return this
  }

  /** Gives the memory back now and not when the garbage collector finds the tensor, which cannot be used any more. */
  dispose(): void {
    if (this.isDisposed) return
    disposeValue(this.value)
    this.close()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /**
   * Dtype, shape and device; and the elements, if they are on the host: `Tensor float32[2] on host: [1., 2.]`. To compute or
   * download them takes time: `await toText()`.
   */
  override toString(): string {
    return textAtOnce(this.kind, this)
  }

  /** Dtype, shape, device and elements, laid out as PyTorch does. Computes and downloads what is needed. */
  async toText(options: TextOptions = {}): Promise<string> {
    const data = await this.data()
    return withElements(this.kind, this, data, options)
  }

  /** What this tensor is called when it is printed. */
  protected get kind(): string {
    return 'Tensor'
  }

  protected override make(value: Value): Tensor {
    return new Tensor(value)
  }
}

/** Whether `value` is what a slot holds, or a batch: its bytes go without asking who else names it. */
function isSlotLeaf({ node }: Value): boolean {
  return node.op.kind === 'leaf' && node.transient
}
