import { DTypeError, ShapeError } from '../../errors/errors.ts'
import { broadcastTo } from '../../graph/build.ts'
import {
  type AttentionOperands,
  type AttentionOptions,
  scaledDotProductAttention as attentionValue,
} from '../../graph/composites/attention.ts'
import { broadcastShapes, sameShape } from '../../graph/shape.ts'
import { formatShape, formatSpec, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { Generator } from '../../tensor/generator.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { bernoulli } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from './autocast-policy.ts'
import { checkNumber } from './check-option.ts'
import { checkDropProbability } from './dropout.ts'

export interface ScaledDotProductAttentionOptions {
  /**
   * Broadcasts to `[…batch, L, S]`. bool: true where a query takes a key into account; floats: added to the scores. Null
   * (default) for none.
   */
  readonly attnMask?: Tensor | null
  /** Probability to drop a weight, also outside of training: pass 0 there. Default 0. */
  readonly dropoutP?: number
  /** Whether query i takes keys 0, …, i alone into account; a mask may narrow that. Default false. */
  readonly isCausal?: boolean
  /** Factor of the scores. Default 1 / √E. */
  readonly scale?: number
  /** Of the dropout. Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

const who = 'scaledDotProductAttention'

/**
 * softmax(scale·Q·Kᵀ + mask)·V (Vaswani et al. 2017), the softmax being over the keys. A query that may take no key into
 * account gets zeros, and so does its gradient.
 *
 * @param query - floats `[…batch, L, E]`
 * @param key - `[…batch, S, E]`
 * @param value - `[…batch, S, Ev]`; the batch dimensions of the three, heads among them, broadcast
 * @returns `[…batch, L, Ev]`
 * @throws ShapeError when shapes do not match, or the mask does not broadcast to `[…batch, L, S]`
 * @throws DTypeError when dtypes differ, or the mask is neither bool nor of the dtype of the query
 * @throws OutOfRangeError when `dropoutP` is no probability or `scale` not finite
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: ScaledDotProductAttentionOptions = {},
): Tensor {
  const { dropoutP = 0, isCausal = false, scale, generator } = options
  const attnMask = inHalf(options.attnMask ?? null)
  const [q, k, v] = onOneBatch(inHalf(query).value, inHalf(key).value, inHalf(value).value)
  const [width] = q.spec.shape.slice(-1)
  const factor = scale ?? 1 / Math.sqrt(Math.max(width!, 1))
  checkNumber(who, 'the scale', factor)
  const scores = [...q.spec.shape.slice(0, -1), k.spec.shape.at(-2)!]
  if (attnMask !== null) checkMask(attnMask, q, scores)
  const keep = dropoutMask(scores, dropoutP, generator)
  const operands: AttentionOperands = { q, k, v, mask: attnMask?.value ?? null, keep }
  const attributes: AttentionOptions = { scale: factor, causal: isCausal, dropoutP }
  return new Tensor(attentionValue(operands, attributes).y)
}

/** Which weights are left, bool of shape `scores`; null for all. @throws OutOfRangeError when `p` is no probability */
export function dropoutMask(scores: Shape, p: number, generator?: Generator): Value | null {
  checkDropProbability(p)
  return p === 0 ? null : bernoulli(scores, 1 - p, generator && { generator }).value
}

function onOneBatch(q: Value, k: Value, v: Value): readonly [Value, Value, Value] {
  const operands = [q, k, v]
  const specs = operands.map(({ spec }) => spec)
  requireFloat(who, q)
  if (specs.some(({ dtype }) => dtype !== q.spec.dtype)) {
    throw new DTypeError(`${who}: query, key and value have one dtype, got ${specs.map(formatSpec).join(', ')}`)
  }
  const got = specs.map(({ shape }) => formatShape(shape)).join(', ')
  const fits = k.spec.shape.at(-1) === q.spec.shape.at(-1) && k.spec.shape.at(-2) === v.spec.shape.at(-2)
  if (specs.some(({ rank }) => rank < 2) || !fits) {
    throw new ShapeError(`${who}: takes query […, L, E], key […, S, E] and value […, S, Ev], got ${got}`)
  }
  const batch = specs
    .map(({ shape }): Shape | undefined => shape.slice(0, -2))
    .reduce((a, b) => a && b && broadcastShapes(a, b))
  if (batch === undefined) throw new ShapeError(`${who}: the batch dimensions do not broadcast, got ${got}`)
  const expanded = operands.map((x) => broadcastTo(x, [...batch, ...x.spec.shape.slice(-2)]))
  return [expanded[0]!, expanded[1]!, expanded[2]!]
}

function checkMask(mask: Tensor, q: Value, scores: Shape): void {
  if (mask.dtype !== 'bool' && mask.dtype !== q.spec.dtype) {
    throw new DTypeError(
      `${who}: a mask is bool or of the dtype of the query, ${q.spec.dtype}, got ${formatSpec(mask.value.spec)}; cast it, to('bool') for ones where a key counts`,
    )
  }
  if (!sameShape(broadcastShapes(mask.shape, scores) ?? [], scores)) {
    throw new ShapeError(
      `${who}: a mask broadcasts to […, L, S], got ${formatShape(mask.shape)} for ${formatShape(scores)}`,
    )
  }
}
