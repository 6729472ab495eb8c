import { cast, literal, reshape, slice, where } from './build.ts'
import type { Value } from './value.ts'

/**
 * `x`, and not before `event` has been computed: what is computed from it is another value than what was computed from `x`,
 * and waits. Free to differentiate; costs a copy of `x`.
 *
 * A choice that is always the same: no backend can run it early, and none may fold it away.
 */
export function after(x: Value, event: Value): Value {
  if (x.spec.size === 0 || event.spec.size === 0) return x
  const { shape } = event.spec
  const first = slice(
    event,
    shape.map(() => 0),
    shape.map(() => 1),
  )
  return where(literal(1, 'bool'), x, cast(reshape(first, []), x.spec.dtype))
}
