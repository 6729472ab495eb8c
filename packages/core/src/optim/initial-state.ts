import { broadcastTo, fullLike, literal } from '../graph/build.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'

/** The count of steps before the first. */
export function noSteps(): Value {
  return literal(0, 'float32')
}

/** State that begins with zeros in the shape of its parameter. */
export function zerosLike(p: Value): Value {
  return fullLike(p, 0)
}

/** State that begins with `x` everywhere. */
export function filledWith(x: number): (p: Value) => Value {
  return ({ spec }) => broadcastTo(scalarValue(x, spec.dtype), spec.shape)
}
