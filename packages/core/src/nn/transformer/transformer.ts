import { ShapeError } from '../../errors/errors.ts'
import { formatShape } from '../../graph/spec.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { xavierUniform } from '../init.ts'
import { LayerNorm } from '../layer-norm.ts'
import { Module } from '../module.ts'
import { TransformerDecoder } from './decoder.ts'
import { TransformerDecoderLayer, type TransformerDecoderLayerInputs } from './decoder-layer.ts'
import { TransformerEncoder } from './encoder.ts'
import { TransformerEncoderLayer } from './encoder-layer.ts'
import type { TransformerLayerOptions } from './layer-options.ts'

export interface TransformerOptions extends TransformerLayerOptions {
  /** Default 6. */
  readonly numEncoderLayers?: number
  /** Default 6. */
  readonly numDecoderLayers?: number
}

/** The masks of encoder and decoder, as `MultiheadAttention` takes them: true hides. */
export interface TransformerInputs extends TransformerDecoderLayerInputs {
  /** `[S, S]` or `[N·nhead, S, S]`. Default null. */
  readonly srcMask?: Tensor | null
  /** `[N, S]`, for the encoder; the decoder's own is `memoryKeyPaddingMask`. Default null. */
  readonly srcKeyPaddingMask?: Tensor | null
  /** Whether position i of the source sees 0, …, i alone. Default false. */
  readonly srcIsCausal?: boolean
}

/**
 * An encoder and a decoder that attends to what it makes of the source (Vaswani et al. 2017), each with a norm at its end.
 * Neither embeds, adds positions or predicts. Matrices begin as `xavierUniform`.
 */
export class Transformer extends Module {
  readonly encoder: TransformerEncoder
  readonly decoder: TransformerDecoder
  readonly dModel: number
  readonly nhead: number

  /**
   * @param dModel - features of inputs and output. Default 512
   * @param nhead - heads of every attention, which divide `dModel`. Default 8
   */
  constructor(dModel = 512, nhead = 8, options: TransformerOptions = {}) {
    super()
    const { numEncoderLayers = 6, numDecoderLayers = 6, layerNormEps: eps = 1e-5, dtype = defaultDType() } = options
    const norm = () => new LayerNorm(dModel, { eps, dtype })
    const encoderLayer = new TransformerEncoderLayer(dModel, nhead, options)
    this.encoder = new TransformerEncoder(encoderLayer, numEncoderLayers, { norm: norm() })
    const decoderLayer = new TransformerDecoderLayer(dModel, nhead, options)
    this.decoder = new TransformerDecoder(decoderLayer, numDecoderLayers, { norm: norm() })
    this.dModel = dModel
    this.nhead = nhead
    for (const parameter of this.parameters()) {
      if (parameter.ndim > 1) parameter.assign(xavierUniform(parameter.shape, { dtype }))
    }
  }

  /**
   * @param src - `[S, N, dModel]`; with `batchFirst` `[N, S, dModel]`; one sequence alone `[S, dModel]`
   * @param tgt - laid out as `src`, T for S
   * @returns shaped as `tgt`
   * @throws ShapeError when inputs or masks do not fit
   */
  forward(src: Tensor, tgt: Tensor, inputs: TransformerInputs = {}): Tensor {
    const { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = false, ...ofDecoder } = inputs
    if (src.ndim !== tgt.ndim) {
      throw new ShapeError(
        `Transformer: source and target are both batches or both one sequence, got ${formatShape(src.shape)} and ${formatShape(tgt.shape)}`,
      )
    }
    const memory = this.encoder.forward(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal })
    return this.decoder.forward(tgt, memory, ofDecoder)
  }
}
