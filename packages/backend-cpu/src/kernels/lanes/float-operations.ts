import type { ElementwiseName } from '@voltaic/core/graph'
import { call, type Expression, type ValueType } from '../../wasm/assembler/index.ts'
import type { KernelCode } from '../kernel.ts'
import type { Floats, Lanes } from './lanes.ts'
import { erf, exp, log, sigmoid, tanh } from './transcendental.ts'

type Operations<F extends ValueType> = Partial<Record<ElementwiseName, (args: readonly Expression<F>[]) => Expression>>

/** Elementwise primitives on float32. The rarer functions are the host's, of doubles, then rounded. */
export function singleOperations<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  code: KernelCode,
): Operations<F> {
  const { f } = code
  return {
    ...floatOperations(lanes.single, code, rarer),
    exp: ([x]) => exp(lanes, f, x!),
    log: ([x]) => log(lanes, f, x!),
    tanh: ([x]) => tanh(lanes, f, x!),
    sigmoid: ([x]) => sigmoid(lanes, f, x!),
    erf: ([x]) => erf(lanes, f, x!),
  }
}

/** Elementwise primitives on float64. Functions are the host's. */
export function doubleOperations<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  code: KernelCode,
): Operations<D> {
  return floatOperations(lanes.double, code, [...rarer, 'exp', 'log', 'tanh', 'sigmoid', 'erf'])
}

/** What floats of either width have in common; `imported` names functions of the host. */
function floatOperations<F extends ValueType, I extends ValueType, M extends ValueType>(
  { kind: float, each }: Floats<F, I, M>,
  { imports }: KernelCode,
  imported: readonly ElementwiseName[],
): Operations<F> {
  const host = (name: string) => (args: readonly Expression<F>[]) =>
    each(args, (operands) => call(imports.math(name), ...operands))
  return {
    ...Object.fromEntries(imported.map((name) => [name, host(name)])),
    neg: ([x]) => float.neg(x!),
    abs: ([x]) => float.abs(x!),
    // What is neither above nor below 0 is itself: zeros and NaN.
    sign: ([x]) => float.select(float.gt(x!, 0), 1, float.select(float.lt(x!, 0), -1, x!)),
    floor: ([x]) => float.floor(x!),
    ceil: ([x]) => float.ceil(x!),
    round: ([x]) => float.nearest(x!),
    trunc: ([x]) => float.trunc(x!),
    sqrt: ([x]) => float.sqrt(x!),
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
const rarer = [
  'expm1', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh',
  'remainder', 'pow', 'atan2',
] as const satisfies readonly ElementwiseName[]
