import type { ElementwiseName } from '@voltaic/core/graph'
import { call, type Expression, type ValueType } from '../../wasm/assembler/index.ts'
import type { KernelCode } from '../kernel.ts'
import type { Lanes } from './lanes.ts'
import { erf, exp, log, sigmoid, tanh } from './transcendental.ts'

type Operations<F extends ValueType> = Partial<Record<ElementwiseName, (args: readonly Expression<F>[]) => Expression>>

/** Elementwise primitives on float32. The rarer functions are the host's, of doubles, then rounded. */
export function floatOperations<F extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, I, M>,
  { f, imports }: KernelCode,
): Operations<F> {
  const { float, eachFloat } = lanes
  const imported = (name: string) => (args: readonly Expression<F>[]) =>
    eachFloat(args, (operands) => call(imports.math(name), ...operands))
  return {
    ...Object.fromEntries(importedNames.map((name) => [name, imported(name)])),
    neg: ([x]) => float.neg(x!),
    abs: ([x]) => float.abs(x!),
    // What is neither above nor below 0 is itself: zeros and NaN.
    sign: ([x]) => float.select(float.gt(x!, 0), 1, float.select(float.lt(x!, 0), -1, x!)),
    floor: ([x]) => float.floor(x!),
    ceil: ([x]) => float.ceil(x!),
    round: ([x]) => float.nearest(x!),
    trunc: ([x]) => float.trunc(x!),
    sqrt: ([x]) => float.sqrt(x!),
    exp: ([x]) => exp(lanes, f, x!),
    log: ([x]) => log(lanes, f, x!),
    tanh: ([x]) => tanh(lanes, f, x!),
    sigmoid: ([x]) => sigmoid(lanes, f, x!),
    erf: ([x]) => erf(lanes, f, x!),
    isNan: ([x]) => float.ne(x!, x!),
    isFinite: ([x]) => float.lt(float.abs(x!), Number.POSITIVE_INFINITY),
    add: ([x, y]) => float.add(x!, y!),
    sub: ([x, y]) => float.sub(x!, y!),
    mul: ([x, y]) => float.mul(x!, y!),
    div: ([x, y]) => float.div(x!, y!),
    minimum: ([x, y]) => float.min(x!, y!),
    maximum: ([x, y]) => float.max(x!, y!),
    equal: ([x, y]) => float.eq(x!, y!),
    less: ([x, y]) => float.lt(x!, y!),
    lessEqual: ([x, y]) => float.le(x!, y!),
  }
}

// biome-ignore format: a table
const importedNames = [
  'expm1', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh',
  'remainder', 'pow', 'atan2',
] as const satisfies readonly ElementwiseName[]
