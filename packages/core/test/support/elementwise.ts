import type { Op } from '../../src/graph/op.ts'
import { type None, type PrimitiveName, primitives } from '../../src/graph/primitives.ts'
import { recordOne } from '../../src/graph/record.ts'
import type { Value } from '../../src/graph/value.ts'

/** Records the elementwise primitive `name`, for tests that go through a table of names. */
export function elementwise(name: PrimitiveName, ...inputs: Value[]): Value {
  return recordOne(primitives[name] as Op<None>, inputs, {})
}
