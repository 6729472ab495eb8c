import { Buffer } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** A loss's weights as its buffer: PyTorch keeps them in the state dict. */
export function weightBuffer(weight: Tensor | null | undefined): Buffer | null {
  return weight == null ? null : new Buffer(weight)
}
