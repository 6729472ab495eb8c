import type { DType, ElementwiseName, ReductionName } from '@voltaic/core/graph'
import {
  type Expression,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  type Variable,
} from '../../wasm/assembler/index.ts'
import type { KernelImports } from '../kernel.ts'
import { computeLanes } from '../lanes/arithmetic.ts'
import { scalarLanes, scalarLiteral } from '../lanes/scalar-lanes.ts'
import { laneOf, type VectorLanes } from '../lanes/vector-lanes.ts'

/** A running fold of one register, of one lane or several. */
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
  readonly dtype: DType
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
  const total = f.let(identity(op, dtype))
  const value = (register: Expression) => ({ dtype, register })
  return {
    reset: () => f.set(total, identity(op, dtype)),
    add: (x) => {
      const sum = computeLanes(scalarLanes, { f, imports }, { op: steps[op], dtype, args: [value(total), value(x)] })
      f.set(total, sum)
    },
    drainInto: (scalar) => scalar.add(total),
    result: () => total,
  }
}

/** An accumulator of several lanes. */
export function vectorAccumulator(lanes: VectorLanes, options: AccumulatorOptions): Accumulator {
  const { f, imports, op, dtype } = options
  if (isWide(options)) return wideVector(lanes, options)
  const total = f.local('v128')
  const value = (register: Expression) => ({ dtype, register })
  return {
    reset: () => f.set(total, lanes.splat(dtype, identity(op, dtype)) as Expression<'v128'>),
    add: (x) => {
      const sum = computeLanes(lanes, { f, imports }, { op: steps[op], dtype, args: [value(total), value(x)] })
      f.set(total, sum as Expression<'v128'>)
    },
    drainInto: (scalar) => {
      for (let lane = 0; lane < lanes.count; lane++) scalar.add(laneOf(dtype, total, lane))
    },
    result: () => total,
  }
}

/** Sums and products of float32 run in double precision: a million of them are off by one rounding. */
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

/** Two doubles for the low lanes and, where there are four, two for the high ones. */
function wideVector({ count }: VectorLanes, { f, op }: AccumulatorOptions): Accumulator {
  const [low, high] = [f.local('v128'), count === 4 ? f.local('v128') : undefined]
  const step = op === 'sum' ? f64x2.add : f64x2.mul
  const scalarStep = op === 'sum' ? f64.add : f64.mul
  const start = f64x2.literal(op === 'sum' ? 0 : 1)
  return {
    reset: () => {
      f.set(low, start)
      if (high !== undefined) f.set(high, start)
    },
    add: (x) => {
      const vector = x as Expression<'v128'>
      f.set(low, step(low, f64x2.promoteLow(vector)))
      if (high !== undefined) f.set(high, step(high, f64x2.promoteLow(f32x4.shuffle(vector, vector, [2, 3, 2, 3]))))
    },
    drainInto: (scalar) => {
      const { total } = scalar as WideScalar
      const both = high === undefined ? low : f.let(step(low, high))
      f.set(total, scalarStep(total, scalarStep(f64x2.extractLane(both, 0), f64x2.extractLane(both, 1))))
    },
    result: () => {
      const narrow = f32x4.demoteZero(low)
      return high === undefined ? narrow : f32x4.shuffle(narrow, f32x4.demoteZero(high), [0, 1, 4, 5])
    },
  }
}

function identity(op: ReductionName, dtype: DType): Expression {
  const [lowest, highest] = range[dtype]
  return scalarLiteral(dtype, { sum: 0, prod: 1, max: lowest, min: highest }[op])
}

const range: Readonly<Record<DType, readonly [number, number]>> = {
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  float64: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  float16: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  bfloat16: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, 1],
}
