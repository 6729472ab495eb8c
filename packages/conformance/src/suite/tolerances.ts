/*
 * How far a result may lie from the expected number, by dtype and by how an op comes to its result, never by backend:
 *
 *   |got − expected| ≤ ulps · ulp(expected) + relative · |expected| + absolute · size + roots · √K · u · max(size, √K)
 *
 * with K the number of terms that are added up, u the unit roundoff of the dtype in which they are, and `size` the largest
 * of the expected numbers, at least 1. A sum of K terms that cancel passes through numbers near √K. Sources:
 *
 * - `exact`, `arithmetic`: IEEE 754 rounds the basic operations correctly; WGSL demands the same of addition and
 *   multiplication. Half types, computed in float32 and rounded once, get 1 ULP.
 * - `quotient`: WGSL's 2.5 ULP for division, rounded up; square roots are allowed as much.
 * - `function`: 8 ULP; published maths libraries stay within 1 to 4, a device's own approximations within 8. `periodic`
 *   adds what reducing the argument loses near a zero of the function.
 * - `contraction`: the probabilistic bound √K·u·|a|ᵀ|b| (N. J. Higham and T. Mary, "A new approach to probabilistic rounding
 *   error analysis", 2019), of float64 twice, as the reference adds up in it, too. Half types accumulate in float32 and are rounded once. A float32 product computed in half
 *   precision errs by about 2⁻¹¹ of its terms, a hundred times as much.
 * - `scatter`: as a contraction; half types may round after every addition.
 * - `composite`, `gradient`: `torch.testing.assert_close`'s defaults (float32 1.3e-6 and 1e-5); for float64 what separates it
 *   from float32; for half types as many roundings as such ops have.
 * - `training`: the loss of one step, a mean after some hundred roundings in a row that mostly cancel: 32 roundoffs for float32.
 *   Half precision in its products moves it by ten times as much.
 * - `difference`: `torch.autograd.gradcheck` is content with 1e-3; with the cube root of epsilon as step, 1e-6 suffices.
 */
import type { DType } from '@voltaic/core'
import { ulpOf, unitRoundoff } from '../check/numbers.ts'

/** How an op comes to its result. */
export type ToleranceKind =
  | 'exact'
  | 'arithmetic'
  | 'quotient'
  | 'function'
  | 'periodic'
  | 'contraction'
  | 'scatter'
  | 'composite'
  | 'gradient'
  | 'training'
  | 'difference'

/** The terms of the bound, each 0 unless named. */
export interface Tolerance {
  readonly ulps?: number
  readonly relative?: number
  readonly absolute?: number
  readonly roots?: number
  /** The dtype whose roundoff `roots` counts; default: the dtype itself. */
  readonly accumulator?: DType
}

type FloatDType = 'float64' | 'float32' | 'float16' | 'bfloat16'
type Row = Readonly<Record<FloatDType, Tolerance>>

function half(tolerance: Tolerance): Pick<Row, 'float16' | 'bfloat16'> {
  return { float16: tolerance, bfloat16: tolerance }
}

const accumulated: Tolerance = { ulps: 1, roots: 4, accumulator: 'float32' }

/** The table. Results of other dtypes are exact. */
export const tolerances: Readonly<Record<ToleranceKind, Row>> = {
  exact: { float64: {}, float32: {}, ...half({}) },
  arithmetic: { float64: {}, float32: {}, ...half({ ulps: 1 }) },
  quotient: { float64: { ulps: 1 }, float32: { ulps: 3 }, ...half({ ulps: 1 }) },
  function: { float64: { ulps: 8 }, float32: { ulps: 8 }, ...half({ ulps: 1 }) },
  periodic: {
    float64: { ulps: 8, absolute: 2 ** -50 },
    float32: { ulps: 8, absolute: 2 ** -21 },
    ...half({ ulps: 1, absolute: 2 ** -21 }),
  },
  contraction: { float64: { ulps: 1, roots: 8 }, float32: { ulps: 1, roots: 4 }, ...half(accumulated) },
  scatter: { float64: { ulps: 1, roots: 8 }, float32: { ulps: 1, roots: 4 }, ...half({ ulps: 1, roots: 4 }) },
  composite: {
    float64: { relative: 1e-12, absolute: 1e-12 },
    float32: { relative: 1.3e-6, absolute: 1e-5 },
    float16: { relative: 2 ** -8, absolute: 2 ** -9 },
    bfloat16: { relative: 2 ** -5, absolute: 2 ** -6 },
  },
  gradient: {
    float64: { relative: 1e-11, absolute: 1e-11 },
    float32: { relative: 1.3e-6, absolute: 1e-5 },
    float16: { relative: 2 ** -7, absolute: 2 ** -7 },
    bfloat16: { relative: 2 ** -4, absolute: 2 ** -4 },
  },
  training: {
    float64: { relative: 1e-12, absolute: 1e-12 },
    float32: { relative: 2 ** -19, absolute: 2 ** -20 },
    float16: { relative: 2 ** -8, absolute: 2 ** -9 },
    bfloat16: { relative: 2 ** -5, absolute: 2 ** -6 },
  },
  difference: {
    float64: { relative: 1e-6, absolute: 1e-7 },
    float32: { relative: 1e-3, absolute: 1e-4 },
    ...half({ relative: 2 ** -4, absolute: 2 ** -4 }),
  },
}

/** What else the bound depends on. */
export interface Bound {
  readonly kind: ToleranceKind
  readonly dtype: DType
  /** How many terms are added up; default 1. */
  readonly terms?: number
  /** The largest of the expected numbers, or of what is added up, where that is known to be more than 1. */
  readonly size?: number
}

/** How far from `expected` a result may lie. */
export function allowedError(expected: number, { kind, dtype, terms = 1, size = 1 }: Bound): number {
  const row = tolerances[kind]
  if (!Object.hasOwn(row, dtype) || !Number.isFinite(expected)) return 0
  const { ulps = 0, relative = 0, absolute = 0, roots = 0, accumulator = dtype } = row[dtype as FloatDType]
  const scale = Math.max(1, size)
  const last = ulps === 0 ? 0 : ulps * ulpOf(dtype, expected)
  const root = Math.sqrt(terms)
  const rounding = roots * root * unitRoundoff(accumulator) * Math.max(scale, root)
  return last + relative * Math.abs(expected) + absolute * scale + rounding
}
