/// <reference lib="esnext.disposable" preserve="true" />
import { backward, type GradientOptions } from '../autograd/backward.ts'
import { AutogradError, ExpiredTensorError, ShapeError } from '../errors/errors.ts'
import { alias, stopGradient } from '../graph/alias.ts'
import * as build from '../graph/build.ts'
import { clamp } from '../graph/composites/clamp.ts'
import { relu } from '../graph/composites/relu.ts'
import { logSoftmax, softmax } from '../graph/composites/softmax.ts'
import type { DType, HostArray } from '../graph/dtype.ts'
import { bytesPerElement, isFloat } from '../graph/dtype.ts'
import { numberValue } from '../graph/record.ts'
import { resolveAxes, resolveAxis, resolveReshape } from '../graph/shape.ts'
import { formatSpec, type Shape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { read } from './flush.ts'
import { GradientSlot } from './gradient.ts'
import { decodeNumber, type NestedArray, toNested } from './host.ts'
import { meet, requireFloat, toFloat } from './operand.ts'
import { realm } from './realm.ts'
import { disposeValue, keepValue } from './step-scope.ts'

/** Along which axes a reduction runs; all by default. */
export interface ReduceOptions {
  readonly keepDim?: boolean
}

type Operand = Tensor | number

/**
 * An immutable array of numbers on an accelerator, computed when it is needed: an op checks shapes and dtypes at once and
 * records; `data()`, `array()` and `item()` run what was recorded, and so does the end of a training step.
 */
export class Tensor {
  #value: Value | null
  #disposed = false

  /** For `tensor()` and its like; users create tensors with those. */
  constructor(value: Value | null) {
    this.#value = value
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
    if (isSlotLeaf(this.value)) this.#value = alias(this.value)
    keepValue(this.value)
    return this
  }

  /** Gives the memory back now and not when the garbage collector finds the tensor, which cannot be used any more. */
  dispose(): void {
    if (this.#disposed) return
    disposeValue(this.value)
    this.#disposed = true
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  toString(): string {
    return `Tensor(${formatSpec(this.value.spec)})`
  }

  /** Cast to `dtype`: floats round to nearest even, fractions become integers towards zero. */
  to(dtype: DType): Tensor {
    return view(this, build.cast(this.value, dtype))
  }

  // Arithmetic: operands broadcast and are promoted; a number takes the tensor's dtype.
  add(other: Operand): Tensor {
    return binary('add', build.add, this, other)
  }

  sub(other: Operand): Tensor {
    return binary('sub', build.sub, this, other)
  }

  mul(other: Operand): Tensor {
    return binary('mul', build.mul, this, other)
  }

  /** True division: integers are divided as float32. */
  div(other: Operand): Tensor {
    return binary('div', (x, y) => build.div(toFloat(x), toFloat(y)), this, other)
  }

  pow(exponent: Operand): Tensor {
    return binary('pow', (x, y) => build.pow(toFloat(x), toFloat(y)), this, exponent)
  }

  /** Remainder with the sign of the divisor. */
  remainder(other: Operand): Tensor {
    return binary('remainder', build.remainder, this, other)
  }

  minimum(other: Operand): Tensor {
    return binary('minimum', build.minimum, this, other)
  }

  maximum(other: Operand): Tensor {
    return binary('maximum', build.maximum, this, other)
  }

  /** Elements limited to `[min, max]`; either may be left out. An integer tensor takes whole bounds. */
  clamp({ min, max }: { readonly min?: number; readonly max?: number }): Tensor {
    if (min === undefined && max === undefined) return view(this, this.value)
    const bound = (x: number | undefined) => (x === undefined ? undefined : numberValue(x, this.dtype))
    return new Tensor(clamp(this.value, bound(min), bound(max)))
  }

  neg(): Tensor {
    return unary(build.neg, this)
  }

  abs(): Tensor {
    return unary(build.abs, this)
  }

  sign(): Tensor {
    return unary(build.sign, this)
  }

  // Functions of floats; integers are taken as float32.
  exp(): Tensor {
    return floatUnary(build.exp, this)
  }

  expm1(): Tensor {
    return floatUnary(build.expm1, this)
  }

  log(): Tensor {
    return floatUnary(build.log, this)
  }

  log1p(): Tensor {
    return floatUnary(build.log1p, this)
  }

  sqrt(): Tensor {
    return floatUnary(build.sqrt, this)
  }

  square(): Tensor {
    return this.mul(this)
  }

  reciprocal(): Tensor {
    const x = toFloat(this.value)
    return new Tensor(build.div(build.literalLike(x, 1), x))
  }

  sin(): Tensor {
    return floatUnary(build.sin, this)
  }

  cos(): Tensor {
    return floatUnary(build.cos, this)
  }

  tan(): Tensor {
    return floatUnary(build.tan, this)
  }

  tanh(): Tensor {
    return floatUnary(build.tanh, this)
  }

  sigmoid(): Tensor {
    return floatUnary(build.sigmoid, this)
  }

  erf(): Tensor {
    return floatUnary(build.erf, this)
  }

  relu(): Tensor {
    return new Tensor(relu(this.value))
  }

  floor(): Tensor {
    return floatUnary(build.floor, this)
  }

  ceil(): Tensor {
    return floatUnary(build.ceil, this)
  }

  /** To the nearest whole number, ties to even. */
  round(): Tensor {
    return floatUnary(build.round, this)
  }

  isNan(): Tensor {
    return unary(build.isNan, this)
  }

  isFinite(): Tensor {
    return unary(build.isFinite, this)
  }

  // Comparisons give bool.
  eq(other: Operand): Tensor {
    return binary('eq', build.equal, this, other)
  }

  ne(other: Operand): Tensor {
    return binary('ne', (x, y) => build.not(build.equal(x, y)), this, other)
  }

  lt(other: Operand): Tensor {
    return binary('lt', build.less, this, other)
  }

  le(other: Operand): Tensor {
    return binary('le', build.lessEqual, this, other)
  }

  gt(other: Operand): Tensor {
    return binary('gt', (x, y) => build.less(y, x), this, other)
  }

  ge(other: Operand): Tensor {
    return binary('ge', (x, y) => build.lessEqual(y, x), this, other)
  }

  logicalNot(): Tensor {
    return new Tensor(build.not(build.cast(this.value, 'bool')))
  }

  logicalAnd(other: Tensor): Tensor {
    return new Tensor(build.and(build.cast(this.value, 'bool'), build.cast(valueOf('logicalAnd', other), 'bool')))
  }

  logicalOr(other: Tensor): Tensor {
    return new Tensor(build.or(build.cast(this.value, 'bool'), build.cast(valueOf('logicalOr', other), 'bool')))
  }

  // Reductions: over all dimensions by default.
  /** Sum; bool counts as int32. */
  sum(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    const x = this.dtype === 'bool' ? build.cast(this.value, 'int32') : this.value
    return view(this, build.sum(x, resolveAxes('sum', dim, this.ndim), keepDim))
  }

  /** Mean of floats; of nothing NaN. */
  mean(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    requireFloat('mean', this.value)
    const axes = resolveAxes('mean', dim, this.ndim)
    const count = axes.reduce((product, axis) => product * this.shape[axis]!, 1)
    // The sum of many half-precision numbers is beyond their range, where their mean is not.
    const x = bytesPerElement(this.dtype) < 4 ? build.cast(this.value, 'float32') : this.value
    const total = build.sum(x, axes, keepDim)
    return new Tensor(build.cast(build.mul(total, build.literalLike(total, 1 / count)), this.dtype))
  }

  prod(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    const x = this.dtype === 'bool' ? build.cast(this.value, 'int32') : this.value
    return view(this, build.prod(x, resolveAxes('prod', dim, this.ndim), keepDim))
  }

  /** Largest element; NaN if any is. @throws ShapeError over no elements */
  amax(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    return view(this, build.max(this.value, resolveAxes('amax', dim, this.ndim), keepDim))
  }

  /** Smallest element; NaN if any is. @throws ShapeError over no elements */
  amin(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    return view(this, build.min(this.value, resolveAxes('amin', dim, this.ndim), keepDim))
  }

  /** int32 index of the first largest element along `dim`, or of the flat tensor. */
  argmax(dim?: number): Tensor {
    return arg('argmax', this, dim)
  }

  /** int32 index of the first smallest element along `dim`, or of the flat tensor. */
  argmin(dim?: number): Tensor {
    return arg('argmin', this, dim)
  }

  /** Whether any element is not 0. */
  any(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    return view(this, build.max(build.cast(this.value, 'bool'), resolveAxes('any', dim, this.ndim), keepDim))
  }

  /** Whether no element is 0. */
  all(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    return view(this, build.min(build.cast(this.value, 'bool'), resolveAxes('all', dim, this.ndim), keepDim))
  }

  cumsum(dim: number): Tensor {
    return new Tensor(build.cumsum(this.value, resolveAxis('cumsum', dim, this.ndim)))
  }

  softmax(dim: number): Tensor {
    return new Tensor(softmax(toFloat(this.value), resolveAxis('softmax', dim, this.ndim)))
  }

  logSoftmax(dim: number): Tensor {
    return new Tensor(logSoftmax(toFloat(this.value), resolveAxis('logSoftmax', dim, this.ndim)))
  }

  // Movement
  /** The elements in another shape; one dimension may be −1. */
  reshape(shape: Shape): Tensor {
    return view(this, build.reshape(this.value, resolveReshape(this.numel, this.shape, shape)))
  }

  /** Dimensions `startDim` to `endDim` as one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    if (this.ndim === 0) return this.reshape([1])
    const [start, end] = [resolveAxis('flatten', startDim, this.ndim), resolveAxis('flatten', endDim, this.ndim)]
    if (start > end) throw new ShapeError(`flatten: startDim is after endDim, got ${startDim} and ${endDim}`)
    const { shape } = this
    const joined = shape.slice(start, end + 1).reduce((product, n) => product * n, 1)
    return this.reshape([...shape.slice(0, start), joined, ...shape.slice(end + 1)])
  }

  permute(dims: readonly number[]): Tensor {
    const axes = dims.map((dim) => resolveAxis('permute', dim, this.ndim))
    return view(this, build.permute(this.value, axes))
  }

  transpose(dim0: number, dim1: number): Tensor {
    const axes = this.shape.map((_, i) => i)
    const [a, b] = [resolveAxis('transpose', dim0, this.ndim), resolveAxis('transpose', dim1, this.ndim)]
    axes[a] = b
    axes[b] = a
    return view(this, build.permute(this.value, axes))
  }

  unsqueeze(dim: number): Tensor {
    const at = resolveAxis('unsqueeze', dim, this.ndim + 1)
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)])
  }

  /** Without dimension `dim` if its length is 1, or without every such dimension. */
  squeeze(dim?: number): Tensor {
    const axes = resolveAxes('squeeze', dim, this.ndim)
    return this.reshape(this.shape.filter((n, i) => n !== 1 || !axes.includes(i)))
  }

  /** Broadcast to `shape`; −1 keeps a dimension. */
  expand(shape: Shape): Tensor {
    const offset = shape.length - this.ndim
    return view(
      this,
      build.broadcastTo(
        this.value,
        shape.map((n, i) => (n === -1 ? (this.shape[i - offset] ?? -1) : n)),
      ),
    )
  }

  /** `x[start:end:step]` along `dim`; negative indices count from the end, and the range is cut to what there is. */
  slice(dim: number, start = 0, end: number = Number.POSITIVE_INFINITY, step = 1): Tensor {
    const axis = resolveAxis('slice', dim, this.ndim)
    const length = this.shape[axis]!
    const cut = (i: number) => Math.min(Math.max(i < 0 ? i + length : i, 0), length)
    const from = cut(start)
    return view(this, build.sliceAxis(this.value, axis, from, Math.max(from, cut(end)), step))
  }

  flip(dims: number | readonly number[]): Tensor {
    return view(this, build.flip(this.value, resolveAxes('flip', dims, this.ndim)))
  }

  // Contractions and indexing
  /**
   * Matrix product of `[…batch, M, K]` and `[…batch, K, N]`; batch dimensions broadcast; a vector counts as a row on the left
   * and a column on the right.
   *
   * @throws ShapeError when inner dimensions or batches do not match, or for a scalar
   * @throws DTypeError when dtypes differ: as in PyTorch, nothing is promoted
   */
  matmul(other: Tensor): Tensor {
    return matmul(this, other)
  }

  /** Rows along `dim` at `indices` (int32, any shape). */
  indexSelect(dim: number, indices: Tensor): Tensor {
    const axis = resolveAxis('indexSelect', dim, this.ndim)
    return new Tensor(build.indexSelect(this.value, valueOf('indexSelect', indices), axis))
  }

  /** `out[i][j] = x[indices[i][j]][j]` for `dim` 0; indices are int32. */
  gather(dim: number, indices: Tensor): Tensor {
    return new Tensor(build.gather(this.value, valueOf('gather', indices), resolveAxis('gather', dim, this.ndim)))
  }

  /** This tensor with `source[i][j]` added at `[indices[i][j]][j]` for `dim` 0; indices are int32. */
  scatterAdd(dim: number, indices: Tensor, source: Tensor): Tensor {
    const axis = resolveAxis('scatterAdd', dim, this.ndim)
    return new Tensor(build.scatterAdd(this.value, valueOf('scatterAdd', indices), valueOf('scatterAdd', source), axis))
  }
}

/** A tensor of its own even where there was nothing to do: each is disposed of and kept by itself. */
function view(x: Tensor, value: Value): Tensor {
  return new Tensor(value === x.value ? alias(value) : value)
}

/** Whether `value` is what a slot holds, or a batch: its bytes go without asking who else names it. */
function isSlotLeaf({ node }: Value): boolean {
  return node.op.kind === 'leaf' && node.transient
}

function unary(op: build.Unary, x: Tensor): Tensor {
  return new Tensor(op(x.value))
}

function floatUnary(op: build.Unary, x: Tensor): Tensor {
  return new Tensor(op(isFloat(x.dtype) ? x.value : build.cast(x.value, 'float32')))
}

function binary(who: string, op: build.Binary, x: Tensor, y: Operand): Tensor {
  const [a, b] = meet(x.value, typeof y === 'number' ? y : valueOf(who, y, 'a tensor or a number'))
  return new Tensor(op(a, b))
}

/** The value of an argument. @throws TypeError when it is no tensor */
export function valueOf(who: string, x: unknown, wanted = 'a tensor'): Value {
  if (x instanceof Tensor) return x.value
  throw new TypeError(`${who}: takes ${wanted}, got ${x === null ? 'null' : typeof x}`)
}

const choices = { argmax: build.argmax, argmin: build.argmin } as const

function arg(who: keyof typeof choices, x: Tensor, dim: number | undefined): Tensor {
  const choose = choices[who]
  if (dim === undefined) return new Tensor(choose(build.reshape(x.value, [x.numel]), 0))
  return new Tensor(choose(x.value, resolveAxis(who, dim, x.ndim)))
}

function matmul(x: Tensor, y: Tensor): Tensor {
  const [a, b] = [x.value, valueOf('matmul', y)]
  if (a.spec.rank === 0 || b.spec.rank === 0) {
    throw new ShapeError(`matmul: takes no scalars, got ${formatSpec(a.spec)} and ${formatSpec(b.spec)}; use mul()`)
  }
  const left = a.spec.rank === 1 ? build.reshape(a, [1, a.spec.size]) : a
  const right = b.spec.rank === 1 ? build.reshape(b, [b.spec.size, 1]) : b
  const product = build.matmul(left, right)
  const shape = [...product.spec.shape]
  if (b.spec.rank === 1) shape.pop()
  if (a.spec.rank === 1) shape.splice(b.spec.rank === 1 ? -1 : -2, 1)
  return new Tensor(build.reshape(product, shape))
}
