import { MisconfigurationError } from '../../errors/errors.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { gelu, relu } from '../functional/activations.ts'

/** What stands between the two linear maps of a transformer layer. */
export type TransformerActivation = 'relu' | 'gelu' | ((x: Tensor) => Tensor)

/** What encoder and decoder layers have in common. */
export interface TransformerLayerOptions extends CreationOptions {
  /** Features between the two linear maps. Default 2048. */
  readonly dimFeedforward?: number
  /** Probability of every dropout in the layer, that of the attention weights too. Default 0.1. */
  readonly dropout?: number
  /** Default `relu`. */
  readonly activation?: TransformerActivation
  /** Added to variances. Default 1e-5. */
  readonly layerNormEps?: number
  /** Whether the batch comes before the sequence. Default false. */
  readonly batchFirst?: boolean
  /** Whether a norm stands before its block, x + block(norm(x)), and not after it, norm(x + block(x)). Default false. */
  readonly normFirst?: boolean
}

const activations = { relu, gelu }

/** @throws MisconfigurationError when there is no such activation */
export function activationOf(who: string, activation: TransformerActivation): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation
  if (Object.hasOwn(activations, activation)) return (x) => activations[activation](x)
  throw new MisconfigurationError(
    `${who}: the activation is 'relu', 'gelu' or a function, got ${JSON.stringify(activation)}`,
  )
}
