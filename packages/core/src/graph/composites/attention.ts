import { ShapeError } from '../../errors/errors.ts'
import {
  add,
  broadcastTo,
  cast,
  div,
  exp,
  iota,
  lessEqual,
  literalLike,
  log,
  matmul,
  max,
  maximum,
  mul,
  sub,
  sum,
  sumTo,
  where,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import { bytesPerElement, isFloat } from '../dtype.ts'
import type { Composite } from '../op.ts'
import { record } from '../record.ts'
import { broadcastShapes, sameShape } from '../shape.ts'
import { formatShape, specOf, type TensorSpec } from '../spec.ts'
import type { Value } from '../value.ts'
import { lowestLike } from './lowest-like.ts'

export interface AttentionAttributes {
  /** Factor of the scores. */
  readonly scale: number
  /** Whether query i sees keys 0, …, i alone. */
  readonly causal: boolean
  /** Whether the fourth operand is a mask. */
  readonly hasMask: boolean
  /** Probability with which `keep`, the last operand, was drawn to be false; 0 without that operand. */
  readonly dropoutP: number
}

export interface AttentionOperands {
  /** `[…batch, L, E]` */
  readonly q: Value
  /** `[…batch, S, E]` */
  readonly k: Value
  /** `[…batch, S, Ev]` */
  readonly v: Value
  /** Broadcasts to `[…batch, L, S]`: bool, true where a query sees a key; or floats, added to the scores. */
  readonly mask: Value | null
  /** bool `[…batch, L, S]`: which probabilities dropout leaves; null without dropout. */
  readonly keep: Value | null
}

export interface AttentionOptions {
  readonly scale: number
  readonly causal: boolean
  readonly dropoutP: number
}

/**
 * softmax(scale·Q·Kᵀ + mask)·V (Vaswani et al. 2017), and log Σ e^score of each query, `[…batch, L, 1]`, from which the
 * gradient computes the probabilities again (FlashAttention, Dao et al. 2022).
 *
 * A score that a mask hides is the lowest finite number, and its probability 0: a query that sees no key gets zeros.
 * Scores and probabilities of half types are float32.
 */
export const attentionOp: Composite<AttentionAttributes> = defineComposite({
  name: 'scaledDotProductAttention',
  infer: (inputs, attributes) => {
    const [q, k, v] = [inputs[0]!, inputs[1]!, inputs[2]!]
    checkShapes(q, k, v, attributes.hasMask ? inputs[3]! : null)
    const rows = q.shape.slice(0, -1)
    return [specOf(q.dtype, [...rows, v.shape[v.rank - 1]!]), specOf(wideDType(q), [...rows, 1])]
  },
  decompose: (inputs, attributes) => {
    const operands = named(inputs, attributes)
    const { v } = operands
    const scores = scoresOf(operands, attributes)
    const axes = [scores.spec.rank - 1]
    const hides = hidesAny(operands, attributes)
    const shape = [...scores.spec.shape.slice(0, -1), 1]
    const empty = scores.spec.size === 0
    const largest = empty ? broadcastTo(lowestLike(scores), shape) : max(scores, axes, true)
    const e = exponentials(scores, largest, hides)
    // The largest score adds 1, unless every one is hidden.
    const total = hides ? maximum(sum(e, axes, true), literalLike(e, 1)) : sum(e, axes, true)
    const y = matmul(cast(dropped(div(e, total), operands, attributes), v.spec.dtype), v)
    return [y, add(largest, log(total))]
  },
  // With P the probabilities, Z the factors of dropout and h the cotangent of the log-sum-exp:
  // dV = (P∘Z)ᵀ·G, dP = (G·Vᵀ)∘Z, D = Σ G∘Y over each row, dS = P∘(dP − D + h), dQ = scale·dS·K, dK = scale·dSᵀ·Q.
  vjp: ({ inputs, outputs, cotangents, attributes, needs }) => {
    const operands = named(inputs, attributes)
    const { q, k, v, mask } = operands
    const [y, logSumExp] = [outputs[0]!, outputs[1]!]
    const [g, h] = cotangents
    const { dtype } = q.spec
    const p = probabilities(operands, logSumExp, attributes)
    const scaled = (x: Value) => mul(x, literalLike(x, attributes.scale))
    const wide = (x: Value) => cast(x, p.spec.dtype)
    const throughY = (g: Value) => {
      const toP = dropped(wide(matmul(g, v, { transposeB: true })), operands, attributes)
      return sub(toP, sum(mul(wide(g), wide(y)), [y.spec.rank - 1], true))
    }
    const toP = [g && throughY(g), h].filter((d) => d != null).reduce(add)
    const toScores = mul(p, toP)
    const narrow = cast(toScores, dtype)
    return [
      needs(0) ? scaled(matmul(narrow, k)) : null,
      needs(1) ? matmul(narrow, scaled(q), { transposeA: true }) : null,
      needs(2) && g ? matmul(cast(dropped(p, operands, attributes), dtype), g, { transposeA: true }) : null,
      ...(mask === null ? [] : [needs(3) ? cast(sumTo(toScores, mask.spec.shape), mask.spec.dtype) : null]),
      ...(operands.keep === null ? [] : [null]),
    ]
  },
})

function checkShapes(q: TensorSpec, k: TensorSpec, v: TensorSpec, mask: TensorSpec | null): void {
  const batch = q.shape.slice(0, -2)
  const [queries, width] = q.shape.slice(-2)
  const [keys] = k.shape.slice(-2)
  const fits = (x: TensorSpec, columns: number) => sameShape(x.shape, [...batch, keys!, columns])
  if (q.rank < 2 || v.rank < 2 || !fits(k, width!) || !fits(v, v.shape[v.rank - 1]!)) {
    throw new ShapeError(
      `scaledDotProductAttention: takes q […batch, L, E], k […batch, S, E] and v […batch, S, Ev], got ${[q, k, v].map(({ shape }) => formatShape(shape)).join(', ')}`,
    )
  }
  const scores = [...batch, queries!, keys!]
  if (mask !== null && !sameShape(broadcastShapes(mask.shape, scores) ?? [], scores)) {
    throw new ShapeError(
      `scaledDotProductAttention: a mask broadcasts to […batch, L, S], got ${formatShape(mask.shape)} for ${formatShape(scores)}`,
    )
  }
}

function named(inputs: readonly Value[], { hasMask, dropoutP }: AttentionAttributes): AttentionOperands {
  const [q, k, v] = [inputs[0]!, inputs[1]!, inputs[2]!]
  return { q, k, v, mask: hasMask ? inputs[3]! : null, keep: dropoutP === 0 ? null : inputs.at(-1)! }
}

/** The dtype of scores, probabilities and their sums. */
function wideDType({ dtype }: TensorSpec): TensorSpec['dtype'] {
  return bytesPerElement(dtype) < 4 ? 'float32' : dtype
}

function hidesAny({ mask, k }: AttentionOperands, { causal }: AttentionAttributes): boolean {
  return causal || mask !== null || k.spec.shape[k.spec.rank - 2] === 0
}

/** scale·Q·Kᵀ + mask, `[…batch, L, S]`, with the lowest finite number where a key is hidden. */
function scoresOf({ q, k, mask }: AttentionOperands, { scale, causal }: AttentionAttributes): Value {
  // Scaling before the product, because scores of half types may be too large without it.
  const product = matmul(mul(q, literalLike(q, scale)), k, { transposeB: true })
  const scores = cast(product, wideDType(q.spec))
  const masked = mask === null ? scores : withMask(scores, mask)
  return causal ? where(seesUpToItself(scores.spec), masked, lowestLike(scores)) : masked
}

function withMask(scores: Value, mask: Value): Value {
  if (!isFloat(mask.spec.dtype)) return where(mask, scores, lowestLike(scores))
  // −∞, or the sum of two numbers that stand for it, is the lowest finite number again.
  return maximum(add(scores, cast(mask, scores.spec.dtype)), lowestLike(scores))
}

/** bool `[L, S]`, true on the diagonal from the top left and below it. */
function seesUpToItself({ shape }: TensorSpec): Value {
  const [queries, keys] = shape.slice(-2)
  return lessEqual(iota([1, keys!], 1, 'int32'), iota([queries!, 1], 0, 'int32'))
}

/** e^(score − shift), and 0 for what is hidden. */
function exponentials(scores: Value, shift: Value, hides: boolean): Value {
  const e = exp(sub(scores, shift))
  return hides ? where(lessEqual(scores, lowestLike(scores)), literalLike(e, 0), e) : e
}

function probabilities(operands: AttentionOperands, logSumExp: Value, attributes: AttentionAttributes): Value {
  return exponentials(scoresOf(operands, attributes), logSumExp, hidesAny(operands, attributes))
}

/** `p`, or its gradient, after dropout. */
function dropped(p: Value, { keep }: AttentionOperands, { dropoutP }: AttentionAttributes): Value {
  if (keep === null) return p
  const factor = dropoutP === 1 ? 0 : 1 / (1 - dropoutP)
  return where(keep, mul(p, literalLike(p, factor)), literalLike(p, 0))
}

function attributesOf({ mask, keep }: AttentionOperands, options: AttentionOptions): AttentionAttributes {
  const { scale, causal, dropoutP } = options
  return { scale, causal, hasMask: mask !== null, dropoutP: keep === null ? 0 : dropoutP }
}

export interface Attention {
  /** `[…batch, L, Ev]` */
  readonly y: Value
  /** log Σ e^score of each query, `[…batch, L, 1]` */
  readonly logSumExp: Value
}

export function scaledDotProductAttention(operands: AttentionOperands, options: AttentionOptions): Attention {
  const { q, k, v, mask, keep } = operands
  const inputs = [q, k, v, mask, keep].filter((operand) => operand !== null)
  const [y, logSumExp] = record(attentionOp, inputs, attributesOf(operands, options))
  return { y: y!, logSumExp: logSumExp! }
}

/** The probabilities behind a result, after dropout, `[…batch, L, S]`; nothing is computed unless they are asked for. */
export function attentionWeights(operands: AttentionOperands, logSumExp: Value, options: AttentionOptions): Value {
  const attributes = attributesOf(operands, options)
  const p = probabilities(operands, logSumExp, attributes)
  return cast(dropped(p, operands, attributes), operands.q.spec.dtype)
}
