import { DTypeError, ShapeError } from '../../errors/errors.ts'
import { add, iota, less, literal, not, or, pad, reshape, where } from '../../graph/build.ts'
import { type DType, lowestFinite } from '../../graph/dtype.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape, formatSpec, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** What decides the shape of the scores `[batch, heads, queries, keys]`. */
export interface ScoreSizes {
  readonly batch: number
  readonly heads: number
  readonly queries: number
  /** Without the extra ones. */
  readonly keys: number
  /** Keys which the layer adds at the end, and which no mask hides. */
  readonly extraKeys: number
}

export interface Masks {
  /** bool, true where a query must not see a key, or floats for the scores; `[L, S]` or `[batch·heads, L, S]`. */
  readonly attnMask: Tensor | null
  /** bool, true where a key is padding, or floats for the scores; `[batch, S]`. */
  readonly keyPaddingMask: Tensor | null
  /** Whether query i sees keys 0, …, i alone. */
  readonly isCausal: boolean
}

const who = 'MultiheadAttention'

/**
 * The masks of a `MultiheadAttention` as the one that `scaledDotProductAttention` takes: bool with true where a query
 * sees a key, or floats; null when nothing is masked.
 *
 * @param dtype - of the scores
 * @throws ShapeError or DTypeError when a mask does not fit
 */
export function mergeMasks(masks: Masks, sizes: ScoreSizes, dtype: DType): Value | null {
  const { attnMask, keyPaddingMask, isCausal } = masks
  const { queries, keys, extraKeys } = sizes
  const given = [
    ...(attnMask === null ? [] : [attentionScores(attnMask, sizes, dtype)]),
    ...(keyPaddingMask === null ? [] : [paddingScores(keyPaddingMask, sizes, dtype)]),
    ...(isCausal ? [less(iota([queries, 1], 0, 'int32'), iota([1, keys], 1, 'int32'))] : []),
  ].map((mask) => withExtraKeys(mask, extraKeys))
  const hidden = given.filter(({ spec }) => spec.dtype === 'bool')
  const added = given.filter(({ spec }) => spec.dtype !== 'bool')
  if (added.length === 0) return hidden.length === 0 ? null : not(hidden.reduce(or))
  const bias = added.reduce(add)
  return hidden.length === 0 ? bias : where(hidden.reduce(or), literal(lowestFinite(dtype), dtype), bias)
}

function attentionScores(mask: Tensor, { batch, heads, queries, keys }: ScoreSizes, dtype: DType): Value {
  const shapes = [
    [queries, keys],
    [batch * heads, queries, keys],
  ]
  checkMask('attnMask', mask, shapes, dtype)
  return reshape(mask.value, mask.ndim === 2 ? [1, 1, queries, keys] : [batch, heads, queries, keys])
}

function paddingScores(mask: Tensor, { batch, keys }: ScoreSizes, dtype: DType): Value {
  checkMask('keyPaddingMask', mask, [[batch, keys]], dtype)
  return reshape(mask.value, [batch, 1, 1, keys])
}

function checkMask(name: string, mask: Tensor, shapes: readonly Shape[], dtype: DType): void {
  if (mask.dtype !== 'bool' && mask.dtype !== dtype) {
    throw new DTypeError(
      `${who}: ${name} is bool or ${dtype}, got ${formatSpec(mask.value.spec)}; cast it, to('bool') for ones where a key is hidden`,
    )
  }
  if (!shapes.some((shape) => sameShape(mask.shape, shape))) {
    throw new ShapeError(
      `${who}: ${name} has the shape ${shapes.map(formatShape).join(' or ')}, got ${formatShape(mask.shape)}`,
    )
  }
}

function withExtraKeys(mask: Value, extraKeys: number): Value {
  const { rank } = mask.spec
  return pad(
    mask,
    mask.spec.shape.map((_, i) => [0, i === rank - 1 ? extraKeys : 0]),
  )
}
