import { OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import type { Value } from '../graph/value.ts'

/** Whether any element of any value is infinite or NaN: a bool scalar. */
export function overflowIn(values: readonly Value[]): Value {
  const counts = values.map((x) => {
    const isBad = build.not(build.isFinite(x))
    return build.sum(
      build.cast(isBad, 'float32'),
      x.spec.shape.map((_, i) => i),
    )
  })
  if (counts.length === 0) return build.literal(0, 'bool')
  return build.less(build.literal(0, 'float32'), counts.reduce(build.add))
}

/** @throws OutOfRangeError naming the first option of a scaler that is out of range */
export function checkScalerOptions(options: {
  readonly initScale: number
  readonly growthFactor: number
  readonly backoffFactor: number
  readonly growthInterval: number
}): void {
  const { initScale, growthFactor, backoffFactor, growthInterval } = options
  const check = (name: string, got: number, isGood: boolean, wanted: string): void => {
    if (isGood) return
    throw new OutOfRangeError(`GradScaler: ${name} is ${wanted}, got ${got}`)
  }
  check('the scale', initScale, initScale > 0 && Number.isFinite(Math.fround(initScale)), 'a float32 number > 0')
  check('growthFactor', growthFactor, growthFactor > 1 && Number.isFinite(growthFactor), 'a number > 1')
  check('backoffFactor', backoffFactor, backoffFactor > 0 && backoffFactor < 1, 'between 0 and 1')
  const isCount = Number.isInteger(growthInterval) && growthInterval >= 1 && growthInterval < 2 ** 24
  check('growthInterval', growthInterval, isCount, 'a whole number ≥ 1 and below 2^24')
}
