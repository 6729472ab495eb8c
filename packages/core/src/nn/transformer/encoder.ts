import type { Tensor } from '../../tensor/tensor.ts'
import { type Layer, Module } from '../module.ts'
import { copiesOf } from './deep-copy.ts'
import type { TransformerEncoderLayerInputs } from './encoder-layer.ts'

/** What a `TransformerEncoder` stacks; `TransformerEncoderLayer` is one. */
export interface EncoderLayer extends Module {
  forward(src: Tensor, inputs?: TransformerEncoderLayerInputs): Tensor
  /** A layer of its own with the same options and values. */
  clone(): EncoderLayer
}

/** The masks of all layers, as `MultiheadAttention` takes them: true hides. */
export interface TransformerEncoderInputs {
  /** `[S, S]` or `[N·nhead, S, S]`. Default null. */
  readonly mask?: Tensor | null
  /** `[N, S]`. Default null. */
  readonly srcKeyPaddingMask?: Tensor | null
  /** Whether position i sees 0, …, i alone. Default false. */
  readonly isCausal?: boolean
}

/** Encoder layers one after the other, then a norm if there is one. */
export class TransformerEncoder extends Module {
  readonly layers: readonly EncoderLayer[]
  readonly norm: Layer | null

  /**
   * @param encoderLayer - what each layer is a copy of, values included; it is none of them
   * @param numLayers - at least 1
   * @param norm - default null
   */
  constructor(encoderLayer: EncoderLayer, numLayers: number, { norm = null }: { readonly norm?: Layer | null } = {}) {
    super()
    this.layers = copiesOf('TransformerEncoder', encoderLayer, numLayers)
    this.norm = norm
  }

  /**
   * @param src - `[S, N, dModel]`, or as the layers take it
   * @returns shaped as `src`
   */
  forward(src: Tensor, { mask = null, ...inputs }: TransformerEncoderInputs = {}): Tensor {
    const x = this.layers.reduce((x, layer) => layer.forward(x, { srcMask: mask, ...inputs }), src)
    return this.norm === null ? x : this.norm.forward(x)
  }
}
