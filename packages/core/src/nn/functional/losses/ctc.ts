import { OutOfRangeError, ShapeError } from '../../../errors/errors.ts'
import { stopGradient } from '../../../graph/alias.ts'
import * as build from '../../../graph/build.ts'
import { ctcForward } from '../../../graph/composites/ctc.ts'
import { logAddExp } from '../../../graph/composites/log-add-exp.ts'
import { lowestFinite } from '../../../graph/dtype.ts'
import { formatShape } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { preciseIn } from '../../../tensor/autocast.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import { requireFloat } from '../../../tensor/operand.ts'
import type { Tensor } from '../../../tensor/tensor.ts'
import { type CtcStates, checkLengths, type Lengths, lengthsOf, statesOf } from './ctc-targets.ts'
import { checkReduction, type LossOptions, reduced, widened } from './loss-options.ts'

export interface CtcOptions extends LossOptions {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number
  /** Whether a target that has no alignment costs 0, and not Infinity. Default false. */
  readonly zeroInfinity?: boolean
}

const who = 'ctcLoss'

/**
 * Connectionist temporal classification (Graves et al. 2006): minus the log-probability of a target, summed over all its
 * alignments to the time steps. The mean divides each sequence's loss by its target's length (1 at least) before it takes
 * the mean over the batch.
 *
 * A target that has no alignment, because it is too long for its time steps, costs Infinity (or 0) and has no gradient.
 *
 * @param logProbs - log-probabilities, such as those of `logSoftmax`: `[time, batch, classes]`, or `[time, classes]` alone
 * @param targets - labels: integers `[batch, length]`, where what is beyond a target's length does not count; or all targets
 * one after the other, `[Σ targetLengths]`, of which each new total and longest length is another graph
 * @param inputLengths - time steps of each sequence
 * @param targetLengths - labels of each sequence
 * @returns a scalar, or `[batch]` for reduction `none`
 * @throws ShapeError when shapes do not fit
 * @throws OutOfRangeError when a length does not fit, or a label is the blank or no class; only host data is checked
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  { blank = 0, zeroInfinity = false, ...options }: CtcOptions = {},
): Tensor {
  checkReduction(who, options.reduction ?? 'mean')
  const given = preciseIn(valueOf(who, logProbs, 'a tensor logProbs'))
  requireFloat(who, given)
  const { shape, rank, dtype } = given.spec
  if ((rank !== 2 && rank !== 3) || shape[0] === 0) {
    throw new ShapeError(
      `${who}: log-probabilities are [time, batch, classes] or [time, classes], with a time step at least, got ${formatShape(shape)}`,
    )
  }
  const [steps, batch, classes] = rank === 3 ? (shape as [number, number, number]) : [shape[0]!, 1, shape[1]!]
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes)) {
    throw new OutOfRangeError(`${who}: the blank is one of ${classes} classes, got ${blank}`)
  }
  const inputs = lengthsOf('inputLengths', inputLengths, batch)
  checkLengths('an input length', inputs, steps)
  const states = statesOf(targets, lengthsOf('targetLengths', targetLengths, batch), { batch, classes, blank })
  const x = build.reshape(widened(given), [steps, batch, classes])
  const losses = lossOfEach(x, states, inputs.value, zeroInfinity)
  const isMean = options.reduction === undefined || options.reduction === 'mean'
  const counts = build.cast(build.maximum(states.lengths, build.literal(1, 'int32')), losses.spec.dtype)
  const each = build.cast(isMean ? build.div(losses, counts) : losses, dtype)
  return reduced(who, rank === 3 ? each : build.reshape(each, []), options)
}

/** The loss of each sequence. */
function lossOfEach(
  logProbs: Value,
  { symbols, lengths, maySkip }: CtcStates,
  inputLengths: Value,
  zeroInfinity: boolean,
): Value {
  const [steps, batch] = logProbs.spec.shape as [number, number]
  const count = symbols.spec.shape[1]!
  const lowest = build.literalLike(logProbs, lowestFinite(logProbs.spec.dtype))
  const everyStep = build.broadcastTo(build.reshape(symbols, [1, batch, count]), [steps, batch, count])
  const emissions = build.gather(build.maximum(logProbs, lowest), everyStep, 2)
  const isActive = build.less(build.iota([steps, 1], 0, 'int32'), inputLengths)
  const alpha = ctcForward(emissions, build.reshape(isActive, [steps, batch, 1]), maySkip)

  // An alignment ends in the last label, or in the blank behind it.
  const last = build.mul(build.reshape(lengths, [batch, 1]), build.literal(2, 'int32'))
  const hasLabels = build.less(build.literal(0, 'int32'), last)
  const beforeLast = build.where(hasLabels, build.sub(last, build.literal(1, 'int32')), last)
  const inBlank = build.gather(alpha, last, 1)
  const inLabel = build.where(hasLabels, build.gather(alpha, beforeLast, 1), lowest)
  const likelihood = build.reshape(logAddExp(inBlank, inLabel), [batch])

  const isPossible = build.less(build.literalLike(alpha, lowestFinite(alpha.spec.dtype) / 2), likelihood)
  // Twice the lowest number is −∞, which not every backend takes as a literal.
  const infinite = stopGradient(build.neg(build.add(likelihood, likelihood)))
  const impossible = zeroInfinity ? build.literalLike(alpha, 0) : infinite
  const isNan = build.isNan(likelihood)
  return build.where(build.or(isPossible, isNan), build.neg(likelihood), impossible)
}
