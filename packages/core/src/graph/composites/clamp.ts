import { and, fullLike, lessEqual, maximum, minimum, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface ClampAttributes {
  readonly hasLow: boolean
  readonly hasHigh: boolean
}

/**
 * min(max(x, low), high) with scalar bounds, which get no gradient; either may be absent. Unlike those of a maximum and a
 * minimum, which share ties, the gradient at a bound is 1, as in PyTorch.
 */
export const clampOp: Composite<ClampAttributes> = defineComposite({
  name: 'clamp',
  decompose: ([x, ...bounds], attributes) => {
    const { low, high } = namedBounds(bounds, attributes)
    const above = low === undefined ? x! : maximum(x!, low)
    return [high === undefined ? above : minimum(above, high)]
  },
  vjp: ({ inputs: [x, ...bounds], cotangents, attributes }) => {
    const g = cotangents[0]!
    const { low, high } = namedBounds(bounds, attributes)
    const within = [low && lessEqual(low, x!), high && lessEqual(x!, high)].filter((test) => test !== undefined)
    return [where(within.reduce(and), g, fullLike(g, 0)), ...bounds.map(() => null)]
  },
})

interface Bounds {
  readonly low: Value | undefined
  readonly high: Value | undefined
}

function namedBounds(bounds: readonly Value[], { hasLow, hasHigh }: ClampAttributes): Bounds {
  return { low: hasLow ? bounds[0] : undefined, high: hasHigh ? bounds[hasLow ? 1 : 0] : undefined }
}

/** At least one bound is given; each is 0-d and of the dtype of `x`. */
export function clamp(x: Value, low: Value | undefined, high: Value | undefined): Value {
  const bounds = [low, high].filter((bound) => bound !== undefined)
  return recordOne(clampOp, [x, ...bounds], { hasLow: low !== undefined, hasHigh: high !== undefined })
}
