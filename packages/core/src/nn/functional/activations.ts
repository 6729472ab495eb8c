import { type GeluAttributes, gelu as geluValue } from '../../graph/composites/gelu.ts'
import { relu as reluValue } from '../../graph/composites/relu.ts'
import { toFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return new Tensor(reluValue(x.value))
}

export interface GeluOptions extends Partial<GeluAttributes> {}

/**
 * x·Φ(x) with Φ the standard normal distribution function (Hendrycks and Gimpel 2016).
 *
 * @param approximate - `none` (default), or `tanh` for 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
 */
export function gelu(x: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  return new Tensor(geluValue(toFloat(x.value), approximate))
}

/** tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
export function tanh(x: Tensor): Tensor {
  return x.tanh()
}

/** σ(x) = 1 / (1 + e⁻ˣ) */
export function sigmoid(x: Tensor): Tensor {
  return x.sigmoid()
}

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. @throws OutOfRangeError when there is no such dimension */
export function softmax(x: Tensor, dim: number): Tensor {
  return x.softmax(dim)
}

/** xᵢ − log Σⱼ e^xⱼ along `dim`. @throws OutOfRangeError when there is no such dimension */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return x.logSoftmax(dim)
}
