import {
  add,
  concat,
  equal,
  exp,
  fullLike,
  iota,
  literal,
  literalLike,
  log,
  maximum,
  mul,
  pad,
  reshape,
  sliceAxis,
  sub,
  where,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import { lowestFinite } from '../dtype.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { record } from '../record.ts'
import { specOf } from '../spec.ts'
import type { Value } from '../value.ts'
import { lowestLike } from './lowest-like.ts'

const stateAxis = 1
/** States that lead to a state: itself, the one before, and, past a blank, the one before that. */
const moves: readonly number[] = [0, 1, 2]

/**
 * The forward variables of connectionist temporal classification, as logarithms (Graves et al. 2006): how probable it is to
 * have come to each state of an alignment after all time steps.
 *
 * Inputs: log-probabilities of the states' symbols, `[T, N, L]`, T ≥ 1 and none below the lowest finite number; whether a
 * time step belongs to the sequence, `[T, N, 1]`; whether a state may be reached past the blank before it, `[N, L]`. Time
 * begins before the first step in state 0. What cannot be is the lowest finite number.
 *
 * Outputs: the variables at the end, `[N, L]`; and for the gradient those before each step, and the logarithm of the sum
 * over the states that lead to a state, both `[T, N, L]`.
 */
export const ctcForwardOp: Composite<None> = defineComposite({
  name: 'ctcForward',
  infer: ([emissions]) => {
    const [, sequences, states] = emissions!.shape
    return [specOf(emissions!.dtype, [sequences!, states!]), emissions!, emissions!]
  },
  decompose: ([emissions, isActive, maySkip]) => {
    const before: Value[] = []
    const sums: Value[] = []
    let alpha = initial(atTime(emissions!, 0))
    for (let t = 0; t < emissions!.spec.shape[0]!; t++) {
      const total = logSumExp(moves.map((move) => cameFrom(alpha, move, maySkip!)))
      before.push(alpha)
      sums.push(total)
      const reached = maximum(add(total, atTime(emissions!, t)), lowestLike(alpha))
      alpha = where(atTime(isActive!, t), reached, alpha)
    }
    return [alpha, stacked(before), stacked(sums)]
  },
  // Not that of the decomposition: there each step's slice would have a gradient as long as all steps.
  vjp: ({
    inputs: [emissions, isActive, maySkip],
    outputs: [, before, sums],
    cotangents: [ofEnd, ofBefore, ofSums],
  }) => {
    const ofEmissions: Value[] = []
    const zero = literalLike(emissions!, 0)
    let g = ofEnd ?? fullLike(atTime(emissions!, 0), 0)
    for (let t = emissions!.spec.shape[0]! - 1; t >= 0; t--) {
      const active = atTime(isActive!, t)
      const [alpha, total] = [atTime(before!, t), atTime(sums!, t)]
      const ofReached = where(active, g, zero)
      ofEmissions.push(ofReached)
      // Only a second differentiation reaches the other two outputs: the first gradient is made of them.
      const ofTotal = ofSums == null ? ofReached : add(ofReached, atTime(ofSums, t))
      g = where(active, zero, g)
      for (const move of moves) {
        const share = exp(sub(cameFrom(alpha, move, maySkip!), total))
        g = add(g, wentBack(mul(ofTotal, share), move, maySkip!))
      }
      if (ofBefore != null) g = add(g, atTime(ofBefore, t))
    }
    return [stacked(ofEmissions.reverse()), null, null]
  },
})

export function ctcForward(emissions: Value, isActive: Value, maySkip: Value): Value {
  return record(ctcForwardOp, [emissions, isActive, maySkip], {})[0]!
}

/** `x[t]` */
function atTime(x: Value, t: number): Value {
  return reshape(sliceAxis(x, 0, t, t + 1), x.spec.shape.slice(1))
}

function stacked(steps: readonly Value[]): Value {
  return concat(
    steps.map((x) => reshape(x, [1, ...x.spec.shape])),
    0,
  )
}

/** 0 for state 0, and impossible for all others. */
function initial(like: Value): Value {
  const isFirst = equal(iota(like.spec.shape, stateAxis, 'int32'), literal(0, 'int32'))
  return where(isFirst, literalLike(like, 0), lowestLike(like))
}

/** For each state, what the state `move` before it had, where that may lead to it. */
function cameFrom(alpha: Value, move: number, maySkip: Value): Value {
  const states = alpha.spec.shape[stateAxis]!
  const by = Math.min(move, states)
  const lowest = lowestFinite(alpha.spec.dtype)
  const moved = pad(
    sliceAxis(alpha, stateAxis, 0, states - by),
    [
      [0, 0],
      [by, 0],
    ],
    lowest,
  )
  return move === 2 ? where(maySkip, moved, lowestLike(alpha)) : moved
}

/** The adjoint of `cameFrom`. */
function wentBack(g: Value, move: number, maySkip: Value): Value {
  const states = g.spec.shape[stateAxis]!
  const by = Math.min(move, states)
  const allowed = move === 2 ? where(maySkip, g, literalLike(g, 0)) : g
  return pad(sliceAxis(allowed, stateAxis, by, states), [
    [0, 0],
    [0, by],
  ])
}

function logSumExp(xs: readonly Value[]): Value {
  const largest = xs.reduce(maximum)
  return add(largest, log(xs.map((x) => exp(sub(x, largest))).reduce(add)))
}
