import { DTypeError, MisconfigurationError } from '../errors/errors.ts'
import { resolveAlias } from '../graph/alias.ts'
import { cast } from '../graph/build.ts'
import { promote } from '../graph/dtype.ts'
import type { Value } from '../graph/value.ts'
import { realm } from './realm.ts'

/** A dtype of half the width of float32. */
export type HalfDType = 'float16' | 'bfloat16'

export interface AutocastOptions {
  /** Default: that of the autocast around, and float16 where there is none. */
  readonly dtype?: HalfDType
  /** Default true; false runs ops in the dtype of their inputs, whatever is around. */
  readonly enabled?: boolean
}

/** An autocast that is on. */
export interface Autocast {
  readonly dtype: HalfDType
  /** Casts of leaves, weights that is: each is cast once, however often it is used. */
  readonly casts: Map<Value, Value>
}

/**
 * Runs `fn` in mixed precision, by PyTorch's lists: matrix products, convolutions, recurrent layers and attention run in the
 * half type; powers, exponentials, logarithms, sums, softmax, norms and losses in float32; ops of several operands meet in
 * the widest dtype among them; all others take what comes. float64 and whole numbers stay as they are. Gradients are computed
 * in the dtypes of the forward pass. The loss is left to the caller to scale: see `GradScaler`.
 *
 * @returns what `fn` returned
 * @throws MisconfigurationError when `fn` returns a promise: the state is ambient and would leak into other code
 */
export function autocast<T>(fn: () => T): T
export function autocast<T>(options: AutocastOptions, fn: () => T): T
export function autocast<T>(first: AutocastOptions | (() => T), second?: () => T): T {
  const [options, fn] = typeof first === 'function' ? [{}, first] : [first, second!]
  const close = openAutocast(options)
  try {
    const result = fn()
    if (result instanceof Promise) {
      // It is refused here; what becomes of it is nobody's concern any more.
      result.catch(() => {})
      throw new MisconfigurationError(
        'autocast: the function must be synchronous, got one that returns a promise; await outside',
      )
    }
    return result
  } finally {
    close()
  }
}

/** Whether an autocast is on. */
export function isAutocastEnabled(): boolean {
  return realm.autocast !== null
}

/**
 * Switches autocast until the function that it gives is called. For whoever owns a whole step; others call `autocast`.
 *
 * @throws DTypeError when `dtype` is no half type
 */
export function openAutocast({ dtype, enabled = true }: AutocastOptions): () => void {
  const before = realm.autocast
  const half = dtype ?? before?.dtype ?? 'float16'
  if (half !== 'float16' && half !== 'bfloat16') {
    throw new DTypeError(`autocast: dtype is 'float16' or 'bfloat16', got ${JSON.stringify(half)}`)
  }
  if (!enabled) realm.autocast = null
  else realm.autocast = { dtype: half, casts: before?.dtype === half ? before.casts : new Map() }
  return () => {
    realm.autocast = before
  }
}

/** For ops that gain from a lower precision: `x` in the half type of the autocast that is on. */
export function lowered(x: Value): Value {
  const { autocast: on } = realm
  if (on === null || !takesPart(x) || x.spec.dtype === on.dtype) return x
  // Without its gradient a weight goes by another name each time.
  const leaf = x.requiresGrad ? x : resolveAlias(x)
  if (leaf.sink === null && leaf.node.op.kind !== 'leaf') return cast(x, on.dtype)
  const known = on.casts.get(leaf)
  // A cast that was recorded in a body of its own is gone with it; one without a gradient is of no use to one with.
  if (known !== undefined && known.expiry === null && known.requiresGrad === x.requiresGrad) return known
  const half = cast(x, on.dtype)
  on.casts.set(leaf, half)
  return half
}

/** For ops that need more than a half type: `x` in float32 while an autocast is on. */
export function preciseIn(x: Value): Value {
  return realm.autocast !== null && takesPart(x) ? cast(x, 'float32') : x
}

/** For ops whose operands are of one dtype: `values` in the widest of theirs while an autocast is on. */
export function widestOf(values: readonly Value[]): readonly Value[] {
  if (realm.autocast === null || !values.every(takesPart)) return values
  const widest = values.map(({ spec }) => spec.dtype).reduce(promote)
  return values.map((x) => cast(x, widest))
}

function takesPart({ spec: { dtype } }: Value): boolean {
  return dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16'
}
