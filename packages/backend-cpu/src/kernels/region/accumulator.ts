import type { ElementwiseName, ReductionName } from '@voltaic/core/graph'
import {
  type Expression,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Variable,
} from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'
import type { KernelImports } from '../kernel.ts'
import { computeLanes } from '../lanes/arithmetic.ts'
import { scalarLanes } from '../lanes/scalar-lanes.ts'
import { laneOf, vectorLanes } from '../lanes/vector-lanes.ts'

/** A running fold of one register, of one lane or four. */
export interface Accumulator {
  /** Starts at the identity of the operation. */
  reset(): void
  add(x: Expression): void
  /** Folds all lanes of a vector accumulator into a scalar one of the same operation. */
  drainInto(scalar: Accumulator): void
  /** The folded register, in its dtype. */
  result(): Expression
}

/** What an accumulator folds, and where it is generated. */
export interface AccumulatorOptions {
  readonly f: FunctionBuilder
  readonly imports: KernelImports
  readonly op: ReductionName
  readonly dtype: CpuDType
}

const steps: Readonly<Record<ReductionName, ElementwiseName>> = {
  sum: 'add',
  prod: 'mul',
  max: 'maximum',
  min: 'minimum',
}

/** An accumulator of single elements. */
export function scalarAccumulator(options: AccumulatorOptions): Accumulator {
  const { f, imports, op, dtype } = options
  if (isWide(options)) return wideScalar(options)
  const total = f.local(dtype === 'float32' ? 'f32' : 'i32')
  const value = (register: Expression) => ({ dtype, register })
  return {
    reset: () => f.set(total, identity(op, dtype) as never),
    add: (x) => {
      const sum = computeLanes(scalarLanes, { f, imports }, { op: steps[op], dtype, args: [value(total), value(x)] })
      f.set(total, sum as never)
    },
    drainInto: (scalar) => scalar.add(total),
    result: () => total,
  }
}

/** An accumulator of four lanes. */
export function vectorAccumulator(options: AccumulatorOptions): Accumulator {
  const { f, imports, op, dtype } = options
  if (isWide(options)) return wideVector(options)
  const total = f.local('v128')
  const value = (register: Expression) => ({ dtype, register })
  return {
    reset: () => f.set(total, vectorLanes.splat(dtype, identity(op, dtype)) as Expression<'v128'>),
    add: (x) => {
      const sum = computeLanes(vectorLanes, { f, imports }, { op: steps[op], dtype, args: [value(total), value(x)] })
      f.set(total, sum as Expression<'v128'>)
    },
    drainInto: (scalar) => {
      for (const lane of [0, 1, 2, 3]) scalar.add(laneOf(dtype, total, lane))
    },
    result: () => total,
  }
}

/** Sums and products of floats run in double precision: a million float32 are off by one rounding. */
function isWide({ op, dtype }: AccumulatorOptions): boolean {
  return dtype === 'float32' && (op === 'sum' || op === 'prod')
}

interface WideScalar extends Accumulator {
  readonly total: Variable<'f64'>
}

function wideScalar({ f, op }: AccumulatorOptions): WideScalar {
  const total = f.local('f64')
  const step = op === 'sum' ? f64.add : f64.mul
  return {
    total,
    reset: () => f.set(total, op === 'sum' ? 0 : 1),
    add: (x) => f.set(total, step(total, f64.promote(x as Expression<'f32'>))),
    drainInto: () => {},
    result: () => f32.demote(total),
  }
}

function wideVector({ f, op }: AccumulatorOptions): Accumulator {
  const halves = [f.local('v128'), f.local('v128')] as const
  const [low, high] = halves
  const step = op === 'sum' ? f64x2.add : f64x2.mul
  const scalarStep = op === 'sum' ? f64.add : f64.mul
  return {
    reset: () => {
      for (const half of halves) f.set(half, f64x2.literal(op === 'sum' ? 0 : 1))
    },
    add: (x) => {
      const vector = x as Expression<'v128'>
      f.set(low, step(low, f64x2.promoteLow(vector)))
      f.set(high, step(high, f64x2.promoteLow(f32x4.shuffle(vector, vector, [2, 3, 2, 3]))))
    },
    drainInto: (scalar) => {
      const { total } = scalar as WideScalar
      const both = f.let(step(low, high))
      f.set(total, scalarStep(total, scalarStep(f64x2.extractLane(both, 0), f64x2.extractLane(both, 1))))
    },
    result: () => f32x4.shuffle(f32x4.demoteZero(low), f32x4.demoteZero(high), [0, 1, 4, 5]),
  }
}

function identity(op: ReductionName, dtype: CpuDType): Expression {
  const [lowest, highest] = range[dtype]
  const value = { sum: 0, prod: 1, max: lowest, min: highest }[op]
  return dtype === 'float32' ? f32.literal(value) : i32.literal(value)
}

const range: Readonly<Record<CpuDType, readonly [number, number]>> = {
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  bool: [0, 1],
}
