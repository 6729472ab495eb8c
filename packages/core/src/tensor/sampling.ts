import { OutOfRangeError, ShapeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import type { DType } from '../graph/dtype.ts'
import { formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { searchsorted } from './bins.ts'
import { checkHolds } from './fill.ts'
import { defaultGenerator, type Generator } from './generator.ts'
import { decodeNumber } from './host.ts'
import { checkElements, dataOnHost } from './host-data.ts'
import { valueOf } from './methods/handle.ts'
import { requireFloat } from './operand.ts'
import { Tensor } from './tensor.ts'
import { standardExponential, unit } from './unit-interval.ts'

export interface MultinomialOptions {
  /** Whether an index can be drawn again. Default false. */
  readonly replacement?: boolean
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/**
 * int32 indices drawn with probabilities in proportion to `weights`: `[numSamples]` of weights `[n]`, `[batch, numSamples]`
 * of `[batch, n]`. An index of weight 0 is never drawn, unless there are no others left.
 *
 * Without replacement by an exponential race (P. Efraimidis and P. Spirakis 2006), with it by the inverse of the sums of the
 * weights, from the largest down.
 *
 * @param weights - floats, finite and not negative; they need not sum to 1
 * @throws OutOfRangeError when weights are negative or not finite, or fewer than are drawn are positive: of host data. Of
 * other weights, a row without positive ones gives any index.
 */
export function multinomial(
  weights: Tensor,
  numSamples: number,
  { replacement = false, generator = defaultGenerator }: MultinomialOptions = {},
): Tensor {
  const value = valueOf('multinomial', weights)
  requireFloat('multinomial', value)
  const { shape, rank, dtype } = value.spec
  const n = shape[rank - 1] ?? 0
  if (!(rank === 1 || rank === 2) || n === 0) {
    throw new ShapeError(`multinomial: weights are [n] or [batch, n] with n ≥ 1, got ${formatSpec(value.spec)}`)
  }
  if (!(Number.isInteger(numSamples) && numSamples >= 1 && (replacement || numSamples <= n))) {
    throw new OutOfRangeError(
      `multinomial: draws 1 to ${replacement ? 'any number of' : n} indices, got ${numSamples}${replacement ? '' : '; more need replacement'}`,
    )
  }
  checkWeights(value, replacement ? 1 : numSamples)
  const wide = dtype === 'float64' ? dtype : 'float32'
  const relative = toLargest(build.cast(value, wide))
  if (replacement) return drawAgain(new Tensor(relative), numSamples, generator)
  // Each index arrives after an exponential time with its weight as rate: those that come first are the sample.
  const speeds = build.div(relative, standardExponential(shape, generator, wide))
  return new Tensor(build.topK(speeds, numSamples, rank - 1, true)[1])
}

function checkWeights(weights: Value, needed: number): void {
  checkElements(
    weights,
    (w) => w >= 0 && w < Number.POSITIVE_INFINITY,
    (w, i) => {
      return `multinomial: weights are finite and not negative, got ${w} at position ${i}`
    },
  )
  const data = dataOnHost(weights)
  if (data === null) return
  const { shape, rank, dtype } = weights.spec
  const n = shape[rank - 1]!
  for (let row = 0; row * n < data.length; row++) {
    const positive = data.subarray(row * n, (row + 1) * n).filter((w) => decodeNumber(w, dtype) > 0).length
    if (positive >= needed) continue
    throw new OutOfRangeError(
      `multinomial: needs ${needed} positive weights, got ${positive}${rank === 2 ? ` in row ${row}` : ''}`,
    )
  }
}

/** Weights as parts of the largest one, which keeps sums and quotients in range. */
function toLargest(weights: Value): Value {
  const largest = build.max(weights, [weights.spec.rank - 1], true)
  const zero = build.literalLike(weights, 0)
  return build.div(weights, build.where(build.equal(largest, zero), build.literalLike(weights, 1), largest))
}

function drawAgain(weights: Tensor, numSamples: number, generator: Generator): Tensor {
  // Zeros are sorted to the end, where no rounding of a sum makes one of them a winner.
  const { values, indices } = weights.sort(-1, { descending: true })
  const sums = values.cumsum(-1)
  const total = sums.slice(-1, -1)
  const lead = weights.shape.slice(0, -1)
  const targets = new Tensor(unit([...lead, numSamples], generator)).to(weights.dtype).mul(total)
  const positive = weights.gt(0).to('int32').sum(-1, { keepDim: true })
  const places = searchsorted(sums, targets, { right: true }).minimum(positive.sub(1)).maximum(0)
  return indices.gather(-1, places)
}

export interface RandpermOptions {
  /** An integer dtype. Default int32. */
  readonly dtype?: DType
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/**
 * 0, …, n − 1 in random order: the order of n random words of 32 bits. Two that are equal, with probability 2⁻³² a pair,
 * stay in order.
 *
 * @throws OutOfRangeError when `n` is no count, or the dtype does not hold n − 1
 */
export function randperm(n: number, { dtype = 'int32', generator = defaultGenerator }: RandpermOptions = {}): Tensor {
  if (!(Number.isInteger(n) && n >= 0)) throw new OutOfRangeError(`randperm: takes a whole number ≥ 0, got ${n}`)
  if (n > 0) checkHolds('randperm', dtype, n - 1)
  const [, order] = build.sort(build.randomBits(generator.draw(), [n]), 0, false)
  return new Tensor(build.cast(order, dtype))
}
