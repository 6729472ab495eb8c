/** Points of a curve: `x` increases. */
export interface Curve {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/**
 * The index of the point at which `y` falls most steeply; null with fewer than two points.
 *
 * Slopes are those of `torch.gradient` and `numpy.gradient`: inside, second-order differences over unequal distances, and at both
 * ends the difference to the neighbour. Of equal slopes the first one counts.
 */
export function steepestDescent({ x, y }: Curve): number | null {
  if (x.length < 2) return null
  let steepest = 0
  let least = Infinity
  for (let i = 0; i < x.length; i++) {
    const slope = slopeAt({ x, y }, i)
    if (slope >= least) continue
    least = slope
    steepest = i
  }
  return steepest
}

function slopeAt({ x, y }: Curve, i: number): number {
  if (i === 0) return (y[1]! - y[0]!) / (x[1]! - x[0]!)
  const before = x[i]! - x[i - 1]!
  const slopeBefore = (y[i]! - y[i - 1]!) / before
  if (i === x.length - 1) return slopeBefore
  const after = x[i + 1]! - x[i]!
  const slopeAfter = (y[i + 1]! - y[i]!) / after
  return (before * slopeAfter + after * slopeBefore) / (before + after)
}
