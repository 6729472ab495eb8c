import { MisconfigurationError } from '../errors/errors.ts'
import { formatShape, type Shape } from '../graph/spec.ts'
import { normal, type RandomOptions, uniform } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'

/*
 * First values of parameters. They are drawn from the default generator, which `manualSeed` seeds, and computed with the
 * first commit or read. Beside these and what is in init/ there are `uniform`, `normal`, `full`, `zeros`, `ones` and `eye`.
 */

/** The function behind a layer, by which its weights are scaled; a linear layer's own name stands for none. */
export type Nonlinearity =
  | 'linear'
  | `conv${1 | 2 | 3}d`
  | `convTranspose${1 | 2 | 3}d`
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leakyRelu'
  | 'selu'

export interface KaimingOptions extends RandomOptions {
  /** Negative slope of the `leakyRelu`. Default 0. */
  readonly a?: number
  /** Keeps the variance of the forward (`fanIn`, default) or of the backward pass (`fanOut`). */
  readonly mode?: 'fanIn' | 'fanOut'
  /** Default `leakyRelu`. */
  readonly nonlinearity?: Nonlinearity
}

export interface XavierOptions extends RandomOptions {
  /** Factor of the standard deviation. Default 1. */
  readonly gain?: number
}

/**
 * Inputs and outputs of each unit of a weight `[out, in, …kernel]`.
 *
 * @throws MisconfigurationError when the shape has fewer than two dimensions
 */
export function fansOf(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  const [outputs, inputs, ...kernel] = shape
  if (outputs === undefined || inputs === undefined) {
    throw new MisconfigurationError(`init: fan in and fan out need two dimensions or more, got ${formatShape(shape)}`)
  }
  const taps = kernel.reduce((product, n) => product * n, 1)
  return { fanIn: inputs * taps, fanOut: outputs * taps }
}

/**
 * The factor that keeps the variance through a nonlinearity.
 *
 * @param slope - the negative slope of `leakyRelu`; default 0.01
 * @throws MisconfigurationError for a nonlinearity that there is not
 */
export function gainOf(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.SQRT2
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + slope ** 2))
    case 'selu':
      return 3 / 4
    default:
      if (unscaled.test(nonlinearity)) return 1
      throw new MisconfigurationError(
        `gainOf: no such nonlinearity, got ${JSON.stringify(nonlinearity)}; use 'linear', 'tanh', 'relu', 'leakyRelu' or another`,
      )
  }
}

const unscaled = /^(linear|sigmoid|conv(Transpose)?[123]d)$/

// A weight without inputs has no elements; its bias is 0.
function deviation(gain: number, fan: number): number {
  return fan === 0 ? 0 : gain / Math.sqrt(fan)
}

function kaimingDeviation(shape: Shape, { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions): number {
  if (mode !== 'fanIn' && mode !== 'fanOut') {
    throw new MisconfigurationError(`init: the mode is 'fanIn' or 'fanOut', got ${JSON.stringify(mode)}`)
  }
  return deviation(gainOf(nonlinearity, a), fansOf(shape)[mode])
}

function xavierDeviation(shape: Shape, { gain = 1 }: XavierOptions): number {
  const { fanIn, fanOut } = fansOf(shape)
  return deviation(gain, (fanIn + fanOut) / 2)
}

/**
 * U(−b, b) with b = gain·√(3 / fan) (He et al. 2015).
 *
 * @throws MisconfigurationError when the shape has fewer than two dimensions
 */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingDeviation(shape, options)
  return uniform(shape, -bound, bound, options)
}

/** N(0, gain² / fan) (He et al. 2015). @throws MisconfigurationError when the shape has fewer than two dimensions */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return normal(shape, 0, kaimingDeviation(shape, options), options)
}

/**
 * U(−b, b) with b = gain·√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010).
 *
 * @throws MisconfigurationError when the shape has fewer than two dimensions
 */
export function xavierUniform(shape: Shape, options: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierDeviation(shape, options)
  return uniform(shape, -bound, bound, options)
}

/** N(0, gain²·2 / (fanIn + fanOut)) (Glorot and Bengio 2010). @throws MisconfigurationError as `xavierUniform` */
export function xavierNormal(shape: Shape, options: XavierOptions = {}): Tensor {
  return normal(shape, 0, xavierDeviation(shape, options), options)
}

/** A weight `[out, in, …kernel]` as PyTorch's linear and convolution layers begin: U(±1/√fanIn). */
export function defaultWeight(shape: Shape, options: RandomOptions = {}): Tensor {
  return kaimingUniform(shape, { ...options, a: Math.sqrt(5) })
}

export interface DefaultBiasOptions extends RandomOptions {
  /** Default: the first dimension of the weight. */
  readonly length?: number
}

/** The bias that belongs to a weight of shape `weight`, as it begins: U(±1/√fanIn). */
export function defaultBias(weight: Shape, { length = weight[0]!, ...options }: DefaultBiasOptions = {}): Tensor {
  const bound = deviation(1, fansOf(weight).fanIn)
  return uniform([length], -bound, bound, options)
}
