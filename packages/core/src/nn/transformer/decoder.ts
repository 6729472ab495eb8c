import type { Tensor } from '../../tensor/tensor.ts'
import { type Layer, Module } from '../module.ts'
import type { TransformerDecoderLayerInputs } from './decoder-layer.ts'
import { copiesOf } from './deep-copy.ts'

/** What a `TransformerDecoder` stacks; `TransformerDecoderLayer` is one. */
export interface DecoderLayer extends Module {
  forward(tgt: Tensor, memory: Tensor, inputs?: TransformerDecoderLayerInputs): Tensor
  /** A layer of its own with the same options and values. */
  clone(): DecoderLayer
}

/** Decoder layers one after the other, then a norm if there is one. */
export class TransformerDecoder extends Module {
  readonly layers: readonly DecoderLayer[]
  readonly norm: Layer | null

  /**
   * @param decoderLayer - what each layer is a copy of, values included; it is none of them
   * @param numLayers - at least 1
   * @param norm - default null
   */
  constructor(decoderLayer: DecoderLayer, numLayers: number, { norm = null }: { readonly norm?: Layer | null } = {}) {
    super()
    this.layers = copiesOf('TransformerDecoder', decoderLayer, numLayers)
    this.norm = norm
  }

  /**
   * @param tgt - `[T, N, dModel]`, or as the layers take it
   * @param memory - `[S, N, dModel]`, seen by every layer
   * @returns shaped as `tgt`
   */
  forward(tgt: Tensor, memory: Tensor, inputs: TransformerDecoderLayerInputs = {}): Tensor {
    const x = this.layers.reduce((x, layer) => layer.forward(x, memory, inputs), tgt)
    return this.norm === null ? x : this.norm.forward(x)
  }
}
