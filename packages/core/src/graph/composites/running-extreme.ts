import { and, concat, iota, isNan, lessEqual, not, or, sliceAxis, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { AxisAttributes } from '../primitives.ts'
import { recordOne } from '../record.ts'
import { specOf } from '../spec.ts'
import type { Value } from '../value.ts'

export interface RunningExtremeAttributes extends AxisAttributes {
  readonly largest: boolean
}

/**
 * int32 index of the largest (or smallest) element so far along `axis`: of equal ones the last; NaN wins. By doubling, as
 * `cumprod`.
 */
export const runningExtremeOp: Composite<RunningExtremeAttributes> = defineComposite({
  name: 'runningExtreme',
  infer: ([x]) => [specOf('int32', x!.shape)],
  decompose: ([x], { axis, largest }) => {
    const length = x!.spec.shape[axis]!
    let values = x!
    let indices = iota(x!.spec.shape, axis, 'int32')
    for (let span = 1; span < length; span *= 2) {
      const [earlier, later] = [sliceAxis(values, axis, 0, length - span), sliceAxis(values, axis, span, length)]
      const reaches = largest ? lessEqual(earlier, later) : lessEqual(later, earlier)
      const wins = or(isNan(later), and(reaches, not(isNan(earlier))))
      const join = (all: Value, laterOnes: Value, earlierOnes: Value) =>
        concat([sliceAxis(all, axis, 0, span), where(wins, laterOnes, earlierOnes)], axis)
      indices = join(indices, sliceAxis(indices, axis, span, length), sliceAxis(indices, axis, 0, length - span))
      values = join(values, later, earlier)
    }
    return [indices]
  },
})

export function runningExtreme(x: Value, attributes: RunningExtremeAttributes): Value {
  const { axis, largest } = attributes
  return recordOne(runningExtremeOp, [x], { axis, largest })
}
