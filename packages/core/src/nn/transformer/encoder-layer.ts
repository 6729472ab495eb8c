import { defaultDType } from '../../tensor/default-dtype.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Dropout } from '../dropout.ts'
import { LayerNorm } from '../layer-norm.ts'
import { Linear } from '../linear.ts'
import { Module } from '../module.ts'
import { copyState } from './deep-copy.ts'
import { activationOf, type TransformerLayerOptions } from './layer-options.ts'
import { MultiheadAttention } from './multihead-attention.ts'

/** The masks of self-attention, as `MultiheadAttention` takes them: true hides. */
export interface TransformerEncoderLayerInputs {
  /** `[S, S]` or `[N·nhead, S, S]`. Default null. */
  readonly srcMask?: Tensor | null
  /** `[N, S]`. Default null. */
  readonly srcKeyPaddingMask?: Tensor | null
  /** Whether position i sees 0, …, i alone. Default false. */
  readonly isCausal?: boolean
}

/**
 * Self-attention, then two linear maps with an activation between them, each with a residual connection, dropout and layer
 * norm (Vaswani et al. 2017; `normFirst`: Xiong et al. 2020).
 */
export class TransformerEncoderLayer extends Module {
  readonly selfAttn: MultiheadAttention
  readonly linear1: Linear
  readonly dropout: Dropout
  readonly linear2: Linear
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly dropout1: Dropout
  readonly dropout2: Dropout
  readonly #activation: (x: Tensor) => Tensor
  readonly #normFirst: boolean
  readonly #clone: () => TransformerEncoderLayer

  /**
   * @param dModel - features of input and output
   * @param nhead - heads of the attention, which divide `dModel`
   */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super()
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', layerNormEps: eps = 1e-5 } = options
    const { batchFirst = false, normFirst = false, dtype = defaultDType() } = options
    this.#activation = activationOf('TransformerEncoderLayer', activation)
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, dtype })
    this.linear1 = new Linear(dModel, dimFeedforward, { dtype })
    this.dropout = new Dropout(dropout)
    this.linear2 = new Linear(dimFeedforward, dModel, { dtype })
    this.norm1 = new LayerNorm(dModel, { eps, dtype })
    this.norm2 = new LayerNorm(dModel, { eps, dtype })
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.#normFirst = normFirst
    this.#clone = () => new TransformerEncoderLayer(dModel, nhead, options)
  }

  /**
   * @param src - `[S, N, dModel]`; with `batchFirst` `[N, S, dModel]`; one sequence alone `[S, dModel]`
   * @returns shaped as `src`
   * @throws ShapeError when input or masks do not fit
   */
  forward(src: Tensor, inputs: TransformerEncoderLayerInputs = {}): Tensor {
    if (this.#normFirst) {
      const x = src.add(this.#attend(this.norm1.forward(src), inputs))
      return x.add(this.#feedForward(this.norm2.forward(x)))
    }
    const x = this.norm1.forward(src.add(this.#attend(src, inputs)))
    return this.norm2.forward(x.add(this.#feedForward(x)))
  }

  /** A layer of its own with the same options and values. */
  clone(): TransformerEncoderLayer {
    return copyState<TransformerEncoderLayer>(this, this.#clone())
  }

  #attend(x: Tensor, inputs: TransformerEncoderLayerInputs): Tensor {
    const { srcMask = null, srcKeyPaddingMask = null, isCausal = false } = inputs
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal }
    const [y] = this.selfAttn.forward(x, x, x, { ...masks, needWeights: false })
    return this.dropout1.forward(y)
  }

  #feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(this.#activation(this.linear1.forward(x)))
    return this.dropout2.forward(this.linear2.forward(hidden))
  }
}
