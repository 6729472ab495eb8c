import { DTypeError, MisconfigurationError, ShapeError } from '../../errors/errors.ts'
import {
  type AttentionOperands,
  type AttentionOptions,
  attentionWeights,
  scaledDotProductAttention,
} from '../../graph/composites/attention.ts'
import { chunk, split } from '../../graph/composites/split.ts'
import { formatShape, formatSpec } from '../../graph/spec.ts'
import { isAutocastEnabled } from '../../tensor/autocast.ts'
import { concat } from '../../tensor/combine.ts'
import { type CreationOptions, zeros } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { Parameter } from '../../tensor/parameter.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { dropoutMask } from '../functional/attention.ts'
import { inHalf } from '../functional/autocast-policy.ts'
import { checkDropProbability } from '../functional/dropout.ts'
import { linear } from '../functional/linear.ts'
import { xavierNormal, xavierUniform } from '../init.ts'
import { Linear } from '../linear.ts'
import { Module } from '../module.ts'
import { mergeMasks } from './attention-mask.ts'

export interface MultiheadAttentionOptions extends CreationOptions {
  /** Probability to drop a weight while training. Default 0. */
  readonly dropout?: number
  /** Whether the projections have biases. Default true. */
  readonly bias?: boolean
  /** Whether a learned key and value are added to the end of each sequence. Default false. */
  readonly addBiasKv?: boolean
  /** Whether a key and value of zeros are added to the end of each sequence. Default false. */
  readonly addZeroAttn?: boolean
  /** Features of keys. Default `embedDim`. */
  readonly kdim?: number
  /** Features of values. Default `embedDim`. */
  readonly vdim?: number
  /** Whether the batch comes before the sequence. Default false. */
  readonly batchFirst?: boolean
}

export interface MultiheadAttentionInputs {
  /** bool `[N, S]`, true for keys to be ignored, or floats that are added to the scores. Default null. */
  readonly keyPaddingMask?: Tensor | null
  /** Whether the weights are returned. Default true. */
  readonly needWeights?: boolean
  /**
   * bool `[L, S]` or `[N·numHeads, L, S]`, true where a query must not see a key (for `scaledDotProductAttention` true is
   * where it does), or floats that are added to the scores. Default null.
   */
  readonly attnMask?: Tensor | null
  /** Whether the weights returned are the mean over the heads. Default true. */
  readonly averageAttnWeights?: boolean
  /** Whether query i sees keys 0, …, i alone; masks may narrow that. Default false. */
  readonly isCausal?: boolean
}

const who = 'MultiheadAttention'

/**
 * Attention in `numHeads` subspaces at once: concat(head₁, …)·Wᵒ with headᵢ = attention(Q·Wᵢᵠ, K·Wᵢᴷ, V·Wᵢⱽ)
 * (Vaswani et al. 2017). The projections of the inputs begin as `xavierUniform`, that of the output as those of `Linear`,
 * biases as zeros.
 */
export class MultiheadAttention extends Module {
  /** Those of queries, keys and values in one, `[3·embedDim, embedDim]`; null where `kdim` or `vdim` differ. */
  readonly inProjWeight: Parameter | null
  /** `[embedDim, embedDim]`, present where `inProjWeight` is not. */
  readonly qProjWeight: Parameter | null
  /** `[embedDim, kdim]`, present where `inProjWeight` is not. */
  readonly kProjWeight: Parameter | null
  /** `[embedDim, vdim]`, present where `inProjWeight` is not. */
  readonly vProjWeight: Parameter | null
  /** `[3·embedDim]` */
  readonly inProjBias: Parameter | null
  /** `[1, 1, embedDim]` */
  readonly biasK: Parameter | null
  /** `[1, 1, embedDim]` */
  readonly biasV: Parameter | null
  readonly outProj: Linear
  readonly embedDim: number
  readonly numHeads: number
  readonly #dropout: number
  readonly #addZeroAttn: boolean
  readonly #batchFirst: boolean

  /**
   * @throws MisconfigurationError when `numHeads` does not divide `embedDim`
   * @throws OutOfRangeError when `dropout` is no probability
   */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super()
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false, batchFirst = false } = options
    const { kdim = embedDim, vdim = embedDim, dtype = defaultDType() } = options
    if (!Number.isInteger(embedDim / numHeads) || !(embedDim > 0) || !(numHeads > 0)) {
      throw new MisconfigurationError(
        `${who}: the number of heads divides embedDim, got ${numHeads} head(s) for ${embedDim}`,
      )
    }
    checkDropProbability(dropout)
    const weight = (shape: number[]) => new Parameter(xavierUniform(shape, { dtype }))
    const extra = () => (addBiasKv ? new Parameter(xavierNormal([1, 1, embedDim], { dtype })) : null)
    const inOne = kdim === embedDim && vdim === embedDim
    this.inProjWeight = inOne ? weight([3 * embedDim, embedDim]) : null
    this.qProjWeight = inOne ? null : weight([embedDim, embedDim])
    this.kProjWeight = inOne ? null : weight([embedDim, kdim])
    this.vProjWeight = inOne ? null : weight([embedDim, vdim])
    this.inProjBias = bias ? new Parameter(zeros([3 * embedDim], { dtype })) : null
    this.biasK = extra()
    this.biasV = extra()
    this.outProj = new Linear(embedDim, embedDim, { bias, dtype })
    this.outProj.bias?.assign(zeros([embedDim], { dtype }))
    this.embedDim = embedDim
    this.numHeads = numHeads
    this.#dropout = dropout
    this.#addZeroAttn = addZeroAttn
    this.#batchFirst = batchFirst
  }

  /**
   * @param query - `[L, N, embedDim]`; with `batchFirst` `[N, L, embedDim]`; one sequence alone `[L, embedDim]`, of which
   * all else has no batch either
   * @param key - `[S, N, kdim]`
   * @param value - `[S, N, vdim]`
   * @returns what is attended to, shaped as `query`, and the weights after dropout, `[N, L, S]`, or `[N, numHeads, L, S]`
   * unless they are averaged; null if not needed. Added keys come last.
   * @throws ShapeError when inputs or masks do not fit
   * @throws DTypeError when a mask is neither bool nor of the dtype of the layer
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    inputs: MultiheadAttentionInputs = {},
  ): readonly [output: Tensor, weights: Tensor | null] {
    const q = inHalf(query)
    const k = key === query ? q : inHalf(key)
    return this.#attend(q, k, value === key ? k : inHalf(value), inputs)
  }

  #attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    inputs: MultiheadAttentionInputs,
  ): readonly [output: Tensor, weights: Tensor | null] {
    const { needWeights = true, averageAttnWeights = true, isCausal = false } = inputs
    const [attnMask, keyPaddingMask] = [inHalf(inputs.attnMask ?? null), inHalf(inputs.keyPaddingMask ?? null)]
    this.#check(query, key, value)
    const isBatch = query.ndim === 3
    const [q, k, v] = this.#project(query, key, value).map((x) => this.#toHeads(this.#batchOf(x)))
    const [keys, values] = this.#withExtraKeys(k!, v!)
    const [batch, , queries] = q!.shape
    const sizes = { batch: batch!, heads: this.numHeads, queries: queries!, keys: k!.size(2) }
    const extraKeys = keys.size(2) - k!.size(2)
    const masks = {
      attnMask,
      keyPaddingMask: isBatch ? keyPaddingMask : (keyPaddingMask?.unsqueeze(0) ?? null),
      // A key that was added at the end is seen by all.
      isCausal: isCausal && extraKeys > 0,
    }
    const dropoutP = this.training ? this.#dropout : 0
    const operands: AttentionOperands = {
      q: q!.value,
      k: keys.value,
      v: values.value,
      mask: mergeMasks(masks, { ...sizes, extraKeys }, q!.dtype),
      keep: dropoutMask([...q!.shape.slice(0, 3), keys.size(2)], dropoutP),
    }
    const scale = Math.sqrt(this.numHeads / this.embedDim)
    const options: AttentionOptions = { scale, causal: isCausal && extraKeys === 0, dropoutP }
    const { y, logSumExp } = scaledDotProductAttention(operands, options)
    const output = this.outProj.forward(new Tensor(y).transpose(1, 2).flatten(2))
    const weights = () => {
      const ofHeads = new Tensor(attentionWeights(operands, logSumExp, options))
      const asked = averageAttnWeights ? ofHeads.mean(1) : ofHeads
      return isBatch ? asked : asked.squeeze(0)
    }
    return [this.#asGiven(output, isBatch), needWeights ? weights() : null]
  }

  #check(query: Tensor, key: Tensor, value: Tensor): void {
    const weight = this.inProjWeight ?? this.qProjWeight!
    const [, kdim] = (this.inProjWeight ?? this.kProjWeight!).shape
    const [, vdim] = (this.inProjWeight ?? this.vProjWeight!).shape
    const all = [query, key, value]
    const sequence = this.#batchFirst ? query.ndim - 2 : 0
    const fits =
      (query.ndim === 2 || query.ndim === 3) &&
      all.every((x) => x.ndim === query.ndim) &&
      query.shape.at(-1) === this.embedDim &&
      key.shape.at(-1) === kdim &&
      value.shape.at(-1) === vdim &&
      key.shape.slice(0, -1).every((n, i) => n === value.shape[i] && (i === sequence || n === query.shape[i]))
    if (!fits) {
      const layout = this.#batchFirst ? '[N, L, embedDim]' : '[L, N, embedDim]'
      throw new ShapeError(
        `${who}: takes a query ${layout} or [L, embedDim] and, with S for L, as many keys and values; features are ${this.embedDim}, ${kdim} and ${vdim}, got ${all.map(({ shape }) => formatShape(shape)).join(', ')}`,
      )
    }
    if (!isAutocastEnabled() && all.some(({ dtype }) => dtype !== weight.dtype)) {
      throw new DTypeError(
        `${who}: inputs have the dtype of the layer, ${weight.dtype}, got ${all.map((x) => formatSpec(x.value.spec)).join(', ')}; cast them, to('${weight.dtype}')`,
      )
    }
  }

  /** Queries, keys and values, `[…, embedDim]` each. One product for inputs that are one tensor. */
  #project(query: Tensor, key: Tensor, value: Tensor): readonly Tensor[] {
    const { embedDim, inProjWeight, inProjBias } = this
    const biases = (sizes: readonly number[]): readonly (Tensor | null)[] =>
      inProjBias === null ? sizes.map(() => null) : parts(inProjBias, sizes)
    if (inProjWeight === null) {
      const [q, k, v] = biases([embedDim, embedDim, embedDim])
      return [
        linear(query, this.qProjWeight!, q),
        linear(key, this.kProjWeight!, k),
        linear(value, this.vProjWeight!, v),
      ]
    }
    if (key !== value) {
      const sizes = [embedDim, embedDim, embedDim]
      const [weights, b] = [parts(inProjWeight, sizes), biases(sizes)]
      return [query, key, value].map((x, i) => linear(x, weights[i]!, b[i]))
    }
    if (query !== key) {
      const sizes = [embedDim, 2 * embedDim]
      const [weights, b] = [parts(inProjWeight, sizes), biases(sizes)]
      return [linear(query, weights[0]!, b[0]), ...lastChunks(linear(key, weights[1]!, b[1]), 2)]
    }
    return lastChunks(linear(query, inProjWeight, inProjBias), 3)
  }

  /** `[N, L, embedDim]` */
  #batchOf(x: Tensor): Tensor {
    if (x.ndim === 2) return x.unsqueeze(0)
    return this.#batchFirst ? x : x.transpose(0, 1)
  }

  /** Undoes `#batchOf`. */
  #asGiven(x: Tensor, isBatch: boolean): Tensor {
    if (!isBatch) return x.squeeze(0)
    return this.#batchFirst ? x : x.transpose(0, 1)
  }

  /** `[N, L, embedDim]` as `[N, numHeads, L, embedDim / numHeads]` */
  #toHeads(x: Tensor): Tensor {
    const [batch, length] = x.shape
    return x.reshape([batch!, length!, this.numHeads, this.embedDim / this.numHeads]).transpose(1, 2)
  }

  #withExtraKeys(keys: Tensor, values: Tensor): readonly [keys: Tensor, values: Tensor] {
    const [batch, heads, , width] = keys.shape
    const zero = this.#addZeroAttn ? [zeros([batch!, heads!, 1, width!], { dtype: keys.dtype })] : []
    const learned = (bias: Parameter | null) =>
      bias === null ? [] : [this.#toHeads(bias.expand([batch!, 1, this.embedDim]))]
    const [k, v] = [inHalf(this.biasK), inHalf(this.biasV)]
    return [concat([keys, ...learned(k), ...zero], 2), concat([values, ...learned(v), ...zero], 2)]
  }
}

/** Rows of a weight or bias, so many each. */
function parts(x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  return split(x.value, 0, sizes).map((value) => new Tensor(value))
}

function lastChunks(x: Tensor, count: number): readonly Tensor[] {
  return chunk(x.value, x.ndim - 1, count).map((value) => new Tensor(value))
}
