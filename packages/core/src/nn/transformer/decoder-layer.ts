import { defaultDType } from '../../tensor/default-dtype.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Dropout } from '../dropout.ts'
import { LayerNorm } from '../layer-norm.ts'
import { Linear } from '../linear.ts'
import { Module } from '../module.ts'
import { copyState } from './deep-copy.ts'
import { activationOf, type TransformerLayerOptions } from './layer-options.ts'
import { MultiheadAttention } from './multihead-attention.ts'

/** The masks of self-attention and of attention to the memory, as `MultiheadAttention` takes them: true hides. */
export interface TransformerDecoderLayerInputs {
  /** `[T, T]` or `[N·nhead, T, T]`. Default null. */
  readonly tgtMask?: Tensor | null
  /** `[T, S]` or `[N·nhead, T, S]`. Default null. */
  readonly memoryMask?: Tensor | null
  /** `[N, T]`. Default null. */
  readonly tgtKeyPaddingMask?: Tensor | null
  /** `[N, S]`. Default null. */
  readonly memoryKeyPaddingMask?: Tensor | null
  /** Whether position i of the target sees 0, …, i of it alone. Default false. */
  readonly tgtIsCausal?: boolean
  /** Whether position i of the target sees 0, …, i of the memory alone. Default false. */
  readonly memoryIsCausal?: boolean
}

/**
 * Self-attention, attention to the output of an encoder, then two linear maps with an activation between them, each with
 * a residual connection, dropout and layer norm (Vaswani et al. 2017; `normFirst`: Xiong et al. 2020).
 */
export class TransformerDecoderLayer extends Module {
  readonly selfAttn: MultiheadAttention
  readonly multiheadAttn: MultiheadAttention
  readonly linear1: Linear
  readonly dropout: Dropout
  readonly linear2: Linear
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly norm3: LayerNorm
  readonly dropout1: Dropout
  readonly dropout2: Dropout
  readonly dropout3: Dropout
  readonly #activation: (x: Tensor) => Tensor
  readonly #normFirst: boolean
  readonly #clone: () => TransformerDecoderLayer

  /**
   * @param dModel - features of input and output
   * @param nhead - heads of the attention, which divide `dModel`
   */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super()
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', layerNormEps: eps = 1e-5 } = options
    const { batchFirst = false, normFirst = false, dtype = defaultDType() } = options
    this.#activation = activationOf('TransformerDecoderLayer', activation)
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, dtype })
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, dtype })
    this.linear1 = new Linear(dModel, dimFeedforward, { dtype })
    this.dropout = new Dropout(dropout)
    this.linear2 = new Linear(dimFeedforward, dModel, { dtype })
    this.norm1 = new LayerNorm(dModel, { eps, dtype })
    this.norm2 = new LayerNorm(dModel, { eps, dtype })
    this.norm3 = new LayerNorm(dModel, { eps, dtype })
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.dropout3 = new Dropout(dropout)
    this.#normFirst = normFirst
    this.#clone = () => new TransformerDecoderLayer(dModel, nhead, options)
  }

  /**
   * @param tgt - `[T, N, dModel]`; with `batchFirst` `[N, T, dModel]`; one sequence alone `[T, dModel]`
   * @param memory - the output of an encoder, laid out as `tgt`, S for T
   * @returns shaped as `tgt`
   * @throws ShapeError when inputs or masks do not fit
   */
  forward(tgt: Tensor, memory: Tensor, inputs: TransformerDecoderLayerInputs = {}): Tensor {
    if (this.#normFirst) {
      const x = tgt.add(this.#attendToSelf(this.norm1.forward(tgt), inputs))
      const y = x.add(this.#attendToMemory(this.norm2.forward(x), memory, inputs))
      return y.add(this.#feedForward(this.norm3.forward(y)))
    }
    const x = this.norm1.forward(tgt.add(this.#attendToSelf(tgt, inputs)))
    const y = this.norm2.forward(x.add(this.#attendToMemory(x, memory, inputs)))
    return this.norm3.forward(y.add(this.#feedForward(y)))
  }

  /** A layer of its own with the same options and values. */
  clone(): TransformerDecoderLayer {
    return copyState<TransformerDecoderLayer>(this, this.#clone())
  }

  #attendToSelf(x: Tensor, inputs: TransformerDecoderLayerInputs): Tensor {
    const { tgtMask = null, tgtKeyPaddingMask = null, tgtIsCausal = false } = inputs
    const masks = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal }
    const [y] = this.selfAttn.forward(x, x, x, { ...masks, needWeights: false })
    return this.dropout1.forward(y)
  }

  #attendToMemory(x: Tensor, memory: Tensor, inputs: TransformerDecoderLayerInputs): Tensor {
    const { memoryMask = null, memoryKeyPaddingMask = null, memoryIsCausal = false } = inputs
    const masks = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal }
    const [y] = this.multiheadAttn.forward(x, memory, memory, { ...masks, needWeights: false })
    return this.dropout2.forward(y)
  }

  #feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(this.#activation(this.linear1.forward(x)))
    return this.dropout3.forward(this.linear2.forward(hidden))
  }
}
