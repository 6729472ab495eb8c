import {
  Dropout,
  gelu,
  LayerNorm,
  Linear,
  Module,
  RotaryEmbedding,
  scaledDotProductAttention,
  type Tensor,
} from '@voltaic/core'

export interface BlockOptions {
  /** Features of a character. */
  readonly width: number
  /** Heads of the attention, which divide `width` into even parts. */
  readonly heads: number
  /** The longest sequence. */
  readonly blockSize: number
  /** Probability to drop a feature of what a half of the block adds. */
  readonly dropout: number
}

/**
 * A layer of a causal transformer: attention to what came before, then two linear maps, each added to its input.
 *
 * Queries and keys are turned by their positions (`RotaryEmbedding`). With positions added to the embeddings instead, as a
 * `TransformerEncoderLayer` leaves it to its user, the same sizes learn far slower to look at the character before.
 */
export class TransformerBlock extends Module {
  readonly attentionNorm: LayerNorm
  readonly queriesKeysValues: Linear
  readonly rotary: RotaryEmbedding
  readonly attentionOut: Linear
  readonly feedForwardNorm: LayerNorm
  readonly expand: Linear
  readonly contract: Linear
  readonly dropout: Dropout
  readonly #heads: number

  constructor({ width, heads, blockSize, dropout }: BlockOptions) {
    super()
    this.attentionNorm = new LayerNorm(width)
    this.queriesKeysValues = new Linear(width, 3 * width, { bias: false })
    this.rotary = new RotaryEmbedding(width / heads, { maxLen: blockSize })
    this.attentionOut = new Linear(width, width, { bias: false })
    this.feedForwardNorm = new LayerNorm(width)
    this.expand = new Linear(width, 4 * width)
    this.contract = new Linear(4 * width, width)
    this.dropout = new Dropout(dropout)
    this.#heads = heads
  }

  /**
   * @param x - `[n, length, width]`
   * @returns shaped as `x`; each position knows of itself and those before
   */
  forward(x: Tensor): Tensor {
    const y = x.add(this.dropout.forward(this.#attend(this.attentionNorm.forward(x))))
    return y.add(this.dropout.forward(this.#feedForward(this.feedForwardNorm.forward(y))))
  }

  #attend(x: Tensor): Tensor {
    const [q, k, v] = this.queriesKeysValues
      .forward(x)
      .chunk(3, -1)
      .map((part) => this.#toHeads(part))
    const seen = scaledDotProductAttention(this.rotary.forward(q!), this.rotary.forward(k!), v!, { isCausal: true })
    return this.attentionOut.forward(seen.transpose(1, 2).flatten(2))
  }

  /** `[n, length, width]` as `[n, heads, length, width / heads]` */
  #toHeads(x: Tensor): Tensor {
    return x.unflatten(-1, [this.#heads, -1]).transpose(1, 2)
  }

  #feedForward(x: Tensor): Tensor {
    return this.contract.forward(gelu(this.expand.forward(x)))
  }
}
