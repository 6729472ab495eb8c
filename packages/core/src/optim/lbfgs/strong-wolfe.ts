/** A point on the line x + t·d. */
export interface LinePoint<G> {
  readonly t: number
  readonly loss: number
  readonly gradient: G
  /** Derivative along the line: gradient · d. */
  readonly slope: number
}

export interface LineSearch<G> {
  /** The loss, its gradient and its slope at `t`. */
  readonly evaluate: (t: number) => Promise<LinePoint<G>>
  /** The point at t = 0. */
  readonly start: LinePoint<G>
  /** The first length to try. */
  readonly t: number
  /** Largest |element| of the direction. */
  readonly largest: number
}

// Sufficient decrease and curvature (Nocedal and Wright 2006, 3.7), and the limits that PyTorch sets.
const c1 = 1e-4
const c2 = 0.9
const toleranceChange = 1e-9
const maxEvaluations = 25

/**
 * A step length that fulfils the strong Wolfe conditions, if one is found within 25 evaluations: a bracket is grown, then
 * narrowed by cubic interpolation (Nocedal and Wright 2006, algorithms 3.5 and 3.6).
 */
export async function strongWolfe<G>(search: LineSearch<G>): Promise<{ point: LinePoint<G>; evaluations: number }> {
  const { start, evaluate } = search
  let point = await evaluate(search.t)
  let before = start
  let bracket: [LinePoint<G>, LinePoint<G>] | undefined
  let count = 0
  while (count < maxEvaluations) {
    if (climbs(start, point) || (count > 1 && point.loss >= before.loss)) bracket = [before, point]
    else if (isFlat(start, point)) return { point, evaluations: count + 1 }
    else if (point.slope >= 0) bracket = [before, point]
    if (bracket !== undefined) break
    const bounds = [point.t + 0.01 * (point.t - before.t), point.t * 10] as const
    const t = cubicMinimum(before, point, bounds)
    before = point
    point = await evaluate(t)
    count++
  }
  return zoom(search, bracket ?? [start, point], count)
}

async function zoom<G>(
  { start, evaluate, largest }: LineSearch<G>,
  bracket: [LinePoint<G>, LinePoint<G>],
  evaluated: number,
): Promise<{ point: LinePoint<G>; evaluations: number }> {
  const ends = [...bracket]
  let count = evaluated
  let low = ends[0]!.loss <= ends[1]!.loss ? 0 : 1
  let isStuck = false
  while (count < maxEvaluations) {
    if (Math.abs(ends[1]!.t - ends[0]!.t) * largest < toleranceChange) break
    const [least, most] = [Math.min(ends[0]!.t, ends[1]!.t), Math.max(ends[0]!.t, ends[1]!.t)]
    let t = cubicMinimum(ends[0]!, ends[1]!)
    const margin = 0.1 * (most - least)
    if (Math.min(most - t, t - least) < margin) {
      // Twice in a row near an end, or beyond one: a little inside brings more.
      const moves: boolean = isStuck || t >= most || t <= least
      if (moves) t = Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin
      isStuck = !moves
    } else {
      isStuck = false
    }
    const point = await evaluate(t)
    count++
    if (climbs(start, point) || point.loss >= ends[low]!.loss) {
      ends[1 - low] = point
      low = ends[0]!.loss <= ends[1]!.loss ? 0 : 1
      continue
    }
    const isDone = isFlat(start, point)
    if (!isDone && point.slope * (ends[1 - low]!.t - ends[low]!.t) >= 0) ends[1 - low] = ends[low]!
    ends[low] = point
    if (isDone) break
  }
  return { point: ends[low]!, evaluations: count + 1 }
}

/** Too little decrease for its length. */
function climbs<G>(start: LinePoint<G>, { t, loss }: LinePoint<G>): boolean {
  return loss > start.loss + c1 * t * start.slope
}

function isFlat<G>(start: LinePoint<G>, { slope }: LinePoint<G>): boolean {
  return Math.abs(slope) <= -c2 * start.slope
}

type Knot = Pick<LinePoint<unknown>, 't' | 'loss' | 'slope'>

/** The minimum of the cubic through two points with their slopes, within bounds: the points, by default. */
function cubicMinimum(
  a: Knot,
  b: Knot,
  bounds: readonly [number, number] = [Math.min(a.t, b.t), Math.max(a.t, b.t)],
): number {
  const [least, most] = bounds
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t)
  const square = d1 * d1 - a.slope * b.slope
  if (!(square >= 0)) return (least + most) / 2
  const d2 = Math.sqrt(square)
  const [left, right] = a.t <= b.t ? [a, b] : [b, a]
  const t = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2))
  return Math.min(Math.max(t, least), most)
}
