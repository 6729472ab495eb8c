import { ShapeError } from '../../errors/errors.ts'
import { stopGradient } from '../../graph/alias.ts'
import * as build from '../../graph/build.ts'
import { softmax } from '../../graph/composites/softmax.ts'
import { resolveAxis } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import { defaultGenerator, type Generator } from '../../tensor/generator.ts'
import { requireFloat, toFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { standardExponential } from '../../tensor/unit-interval.ts'
import { checkNumber } from './check-option.ts'

/**
 * a·σ(b) with a the first half of `x` along `dim` and b the second (Dauphin et al. 2017).
 *
 * @param dim - default the last
 * @throws ShapeError when the dimension is odd
 * @throws OutOfRangeError when there is no such dimension
 */
export function glu(x: Tensor, dim = -1): Tensor {
  const axis = resolveAxis('glu', dim, x.ndim)
  const length = x.shape[axis]!
  if (length % 2 !== 0) {
    throw new ShapeError(`glu: the dimension has two halves, got ${length} along ${dim} of ${formatShape(x.shape)}`)
  }
  const float = toFloat(x.value)
  const half = (from: number) => build.sliceAxis(float, axis, from, from + length / 2)
  return new Tensor(build.mul(half(0), build.sigmoid(half(length / 2))))
}

export interface GumbelSoftmaxOptions {
  /** Temperature, > 0. Default 1. */
  readonly tau?: number
  /** Whether the result is one-hot; the gradient is that of the soft sample all the same. Default false. */
  readonly hard?: boolean
  /** Along which dimension. Default the last. */
  readonly dim?: number
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/**
 * A sample of the Gumbel-softmax distribution: softmax((x + g) / τ) with g drawn from the standard Gumbel distribution
 * (Jang, Gu, Poole 2017; Maddison, Mnih, Teh 2017).
 *
 * @param x - logits: floats of any shape
 * @throws OutOfRangeError when `tau` is not positive or there is no such dimension
 */
export function gumbelSoftmax(x: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { tau = 1, hard = false, dim = -1, generator = defaultGenerator } = options
  requireFloat('gumbelSoftmax', x.value)
  checkNumber('gumbelSoftmax', 'tau', tau, tau > 0, 'a number > 0')
  const axis = resolveAxis('gumbelSoftmax', dim, x.ndim)
  const waits = standardExponential(x.shape, generator, x.dtype === 'float64' ? 'float64' : 'float32')
  const noise = build.cast(build.neg(build.log(waits)), x.dtype)
  const soft = softmax(build.div(build.add(x.value, noise), build.literalLike(x.value, tau)), axis)
  if (!hard || x.numel === 0) return new Tensor(soft)
  const largest = build.argmax(stopGradient(soft), axis)
  const places = build.iota(
    x.shape.map((n, i) => (i === axis ? n : 1)),
    axis,
    'int32',
  )
  const isLargest = build.equal(
    places,
    build.reshape(
      largest,
      x.shape.map((n, i) => (i === axis ? 1 : n)),
    ),
  )
  // One-hot in value, and soft in its gradient.
  const difference = build.sub(build.cast(isLargest, x.dtype), soft)
  return new Tensor(build.add(stopGradient(difference), soft))
}
