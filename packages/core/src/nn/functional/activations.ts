import { MisconfigurationError } from '../../errors/errors.ts'
import { mul, sigmoid as sigmoidValue, sub, tanh as tanhValue } from '../../graph/build.ts'
import { type GeluAttributes, gelu as geluValue } from '../../graph/composites/gelu.ts'
import { relu as reluValue } from '../../graph/composites/relu.ts'
import { logSigmoid, type SoftplusAttributes, softplus as softplusValue } from '../../graph/composites/softplus.ts'
import { softsign as softsignValue } from '../../graph/composites/softsign.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inFloat32 } from './autocast-policy.ts'
import { checkNumber } from './check-option.ts'
import { floatFunction } from './elementwise.ts'

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return new Tensor(reluValue(x.value))
}

export interface GeluOptions extends Partial<GeluAttributes> {}

/**
 * x·Φ(x) with Φ the standard normal distribution function (Hendrycks and Gimpel 2016).
 *
 * @param approximate - `none` (default), or `tanh` for 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
 * @throws MisconfigurationError for another approximation
 */
export function gelu(x: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw new MisconfigurationError(`gelu: approximate is 'none' or 'tanh', got ${JSON.stringify(approximate)}`)
  }
  return floatFunction(x, (z) => geluValue(z, approximate))
}

/** tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
export function tanh(x: Tensor): Tensor {
  return x.tanh()
}

/** σ(x) = 1 / (1 + e⁻ˣ) */
export function sigmoid(x: Tensor): Tensor {
  return x.sigmoid()
}

/** log σ(x), without overflow. */
export function logsigmoid(x: Tensor): Tensor {
  return floatFunction(x, logSigmoid)
}

/** x·σ(x) (Elfwing, Uchibe, Doya 2018), also known as swish. */
export function silu(x: Tensor): Tensor {
  return floatFunction(x, (z) => mul(z, sigmoidValue(z)))
}

/** x·tanh(log(1 + eˣ)) (Misra 2020) */
export function mish(x: Tensor): Tensor {
  return floatFunction(x, (z) => mul(z, tanhValue(softplusValue(z, softplusDefaults))))
}

export interface SoftplusOptions extends Partial<SoftplusAttributes> {}

const softplusDefaults: SoftplusAttributes = { beta: 1, threshold: 20 }

/**
 * log(1 + e^(β·x)) / β, and x where β·x is above the threshold.
 *
 * @param beta - > 0; default 1
 * @param threshold - default 20
 * @throws OutOfRangeError when `beta` is not positive or `threshold` is no number
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  const { beta, threshold } = checkSoftplus('softplus', options)
  return floatFunction(inFloat32(x), (z) => softplusValue(z, { beta, threshold }))
}

/** @throws OutOfRangeError when `beta` is not positive or `threshold` is no number */
export function checkSoftplus(
  who: string,
  { beta = softplusDefaults.beta, threshold = softplusDefaults.threshold }: SoftplusOptions,
): SoftplusAttributes {
  checkNumber(who, 'beta', beta, beta > 0, 'a number > 0')
  checkNumber(who, 'threshold', threshold)
  return { beta, threshold }
}

/** x / (1 + |x|) */
export function softsign(x: Tensor): Tensor {
  return floatFunction(x, softsignValue)
}

/** x − tanh x */
export function tanhshrink(x: Tensor): Tensor {
  return floatFunction(x, (z) => sub(z, tanhValue(z)))
}

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. @throws OutOfRangeError when there is no such dimension */
export function softmax(x: Tensor, dim: number): Tensor {
  return x.softmax(dim)
}

/** xᵢ − log Σⱼ e^xⱼ along `dim`. @throws OutOfRangeError when there is no such dimension */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return x.logSoftmax(dim)
}

/** e^−xᵢ / Σⱼ e^−xⱼ along `dim`. @throws OutOfRangeError when there is no such dimension */
export function softmin(x: Tensor, dim: number): Tensor {
  return x.neg().softmax(dim)
}
