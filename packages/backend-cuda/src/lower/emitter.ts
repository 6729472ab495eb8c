import { broadcastShapes, type ScalarSpec, sameShape, sizeOf } from '@voltaic/core/graph'
import type { TfDType } from '../binding/tf-dtype.ts'

import type { Shape } from '../ops/op-definition.ts'
import type { Slot } from '../program/program.ts'
import type { ProgramBuilder, Raw } from '../program/program-builder.ts'
import type { AdamPowers } from './rules/adam.ts'

/** What kernels of the device at hand get wrong, found out by running them. */
export interface Quirks {
  /** `Sqrt` of infinity is NaN. */
  readonly sqrtOfInfinity: boolean
  /** `Sigmoid` of what is far below 0 is 0. */
  readonly sigmoidVanishes: boolean
  /** `Relu` of NaN is a number. */
  readonly reluOfNan: boolean
  /** Convolutions take images with their channels first, as ours are. */
  readonly channelsFirst: boolean
  /** Indices out of range raise nothing: a GPU reads zeros for them, and writes nothing. */
  readonly silentIndices: boolean
  /** Products of half matrices are added up in half. */
  readonly halfSums: boolean
}

const noMasks = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 }

/** Writes raw ops in the words of the rules. Shapes and axes are numbers here; nothing is emitted for what does nothing. */
export class Emitter {
  readonly builder: ProgramBuilder
  readonly quirks: Quirks
  /** Runtime scalars, by the slots of the tensors made of them. */
  readonly scalars: Map<Slot, ScalarSpec> = new Map()
  /** Whether the indices of an op are in range, 0-d each. */
  readonly checks: Raw[] = []
  /** By the step counts that Adam's updates begin from. */
  readonly powers: Map<Raw, AdamPowers> = new Map()

  constructor(builder: ProgramBuilder, quirks: Quirks) {
    this.builder = builder
    this.quirks = quirks
  }

  /** Has it checked that `indices` lie in an axis of `length`, where the kernels that take them do not. */
  checkIndices(indices: Raw, length: number): void {
    if (!this.quirks.silentIndices) return
    const isInside = this.isInside(indices, length)
    const axes = indices.shape.map((_, axis) => axis)
    this.checks.push(axes.length === 0 ? isInside : this.reduce('All', isInside, axes))
  }

  /** Which of `indices` lie in an axis of `length`. */
  isInside(indices: Raw, length: number): Raw {
    const isBelow = this.op('Less', indices, this.number(length, 'int32'))
    return this.op('LogicalAnd', isBelow, this.op('GreaterEqual', indices, this.number(0, 'int32')))
  }

  /** An op whose attributes follow from its inputs. */
  op(name: string, ...inputs: readonly Raw[]): Raw {
    return this.builder.op(name, inputs)
  }

  /** int32 constants. */
  ints(numbers: ArrayLike<number>, shape: Shape = [numbers.length]): Raw {
    return this.builder.constant(Int32Array.from(numbers), 'int32', shape)
  }

  /** A 0-d constant of any dtype but `resource`. */
  number(x: number, dtype: TfDType): Raw {
    return this.numbers([x], dtype, [])
  }

  /** Constants of any dtype but `resource`, each rounded as `dtype` rounds; int64 within 32 bits. */
  numbers(xs: readonly number[], dtype: TfDType, shape: Shape = [xs.length]): Raw {
    switch (dtype) {
      case 'float':
        return this.builder.constant(Float32Array.from(xs), dtype, shape)
      case 'int32':
        return this.ints(xs, shape)
      case 'int64':
        return this.words(
          xs.flatMap((x) => [x, x < 0 ? -1 : 0]),
          shape,
        )
      case 'uint8':
      case 'bool':
        return this.builder.constant(Uint8Array.from(xs), dtype, shape)
      case 'double': {
        const bytes = new Uint8Array(Float64Array.from(xs).buffer)
        return this.bitcast(this.builder.constant(bytes, 'uint8', [...shape, 8]), 'double')
      }
      default:
        return this.cast(this.numbers(xs, 'float', shape), dtype)
    }
  }

  /** int64 constants, from the low and the high word of each. */
  words(words: readonly number[], shape: Shape = []): Raw {
    return this.builder.constant(Int32Array.from(words), 'int64', shape)
  }

  /** `x` in every element. */
  full(x: number, dtype: TfDType, shape: Shape): Raw {
    if (sizeOf(shape) === 0) return this.numbers([], dtype, shape)
    return this.broadcastTo(this.number(x, dtype), shape)
  }

  cast(x: Raw, dtype: TfDType): Raw {
    if (x.dtype === dtype) return x
    return this.builder.op('Cast', [x], { DstT: dtype, Truncate: false })
  }

  bitcast(x: Raw, dtype: TfDType): Raw {
    return this.builder.op('Bitcast', [x], { type: dtype })
  }

  /** Operands broadcast. */
  select(condition: Raw, whenTrue: Raw, whenFalse: Raw): Raw {
    const operands = [condition, whenTrue, whenFalse]
    const shape = operands.reduce<Shape>((shape, x) => broadcastShapes(shape, x.shape)!, [])
    // The op broadcasts too, but takes twenty times as long for it.
    return this.op('SelectV2', ...operands.map((x) => this.broadcastTo(x, shape)))
  }

  reshape(x: Raw, shape: Shape): Raw {
    return sameShape(x.shape, shape) ? x : this.op('Reshape', x, this.ints(shape))
  }

  transpose(x: Raw, order: readonly number[]): Raw {
    if (order.every((axis, i) => axis === i)) return x
    // Axes of one element may go anywhere: where the others keep their order, nothing moves.
    const long = order.filter((axis) => x.shape[axis] !== 1)
    if (long.every((axis, i) => i === 0 || long[i - 1]! < axis)) {
      return this.reshape(
        x,
        order.map((axis) => x.shape[axis]!),
      )
    }
    return this.op('Transpose', x, this.ints(order))
  }

  broadcastTo(x: Raw, shape: Shape): Raw {
    if (sameShape(x.shape, shape)) return x
    if (sizeOf(x.shape) === sizeOf(shape)) return this.reshape(x, shape)
    return this.op('BroadcastTo', x, this.ints(shape))
  }

  /** `x[start:end:step]` in each dimension. */
  slice(x: Raw, starts: readonly number[], ends: readonly number[], steps: readonly number[] = ones(starts)): Raw {
    if (starts.every((start, axis) => start === 0 && ends[axis] === x.shape[axis] && steps[axis] === 1)) return x
    return this.builder.op('StridedSlice', [x, this.ints(starts), this.ints(ends), this.ints(steps)], noMasks)
  }

  /** `x[start:end]` along one axis. */
  sliceAxis(x: Raw, axis: number, start: number, end: number): Raw {
    const at = (value: number, others: readonly number[]) => others.map((n, i) => (i === axis ? value : n))
    return this.slice(
      x,
      at(
        start,
        x.shape.map(() => 0),
      ),
      at(end, x.shape),
    )
  }

  /** Zeros of `shape`, with `x` in the place from which `slice` would take it. */
  unslice(x: Raw, shape: Shape, bounds: readonly (readonly number[])[]): Raw {
    const inputs = [this.ints(shape), ...bounds.map((bound) => this.ints(bound)), x]
    return this.builder.op('StridedSliceGrad', inputs, noMasks)
  }

  pad(x: Raw, padding: readonly (readonly [number, number])[], value: number): Raw {
    if (padding.every(([before, after]) => before === 0 && after === 0)) return x
    if (sizeOf(x.shape) === 0)
      return this.full(
        value,
        x.dtype,
        padding.map(([before, after], i) => before + x.shape[i]! + after),
      )
    return this.op('PadV2', x, this.ints(padding.flat(), [padding.length, 2]), this.number(value, x.dtype))
  }

  concat(all: readonly Raw[], axis: number): Raw {
    const parts = all.filter(({ shape }) => sizeOf(shape) > 0)
    return parts.length === 1 ? parts[0]! : this.builder.op('ConcatV2', [...parts, this.ints([axis], [])])
  }

  /** Equal shapes along a new axis. */
  stack(parts: readonly Raw[], axis: number): Raw {
    return this.builder.op('Pack', parts, { axis })
  }

  /** The parts along the first axis. */
  unstack(x: Raw): readonly Raw[] {
    return this.builder.ops('Unpack', [x], { num: x.shape[0]!, axis: 0 })
  }

  addAll(terms: readonly Raw[]): Raw {
    return terms.length === 1 ? terms[0]! : this.builder.op('AddN', terms)
  }

  reduce(name: 'Sum' | 'Prod' | 'Max' | 'Min' | 'Any' | 'All', x: Raw, axes: readonly number[], keepDims = false): Raw {
    return this.builder.op(name, [x, this.ints(axes)], { keep_dims: keepDims })
  }

  /** Rows along `axis` at indices of any shape. */
  gather(x: Raw, indices: Raw, axis: number): Raw {
    return this.builder.op('GatherV2', [x, indices, this.ints([axis], [])], { batch_dims: 0 })
  }
}

function ones(like: readonly unknown[]): number[] {
  return like.map(() => 1)
}
