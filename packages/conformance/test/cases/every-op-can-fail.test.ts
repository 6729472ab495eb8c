import {
  add,
  concat,
  isFloat,
  literalLike,
  not,
  type PrimitiveName,
  primitiveNames,
  record,
  sliceAxis,
  type Value,
} from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
import { conformanceCases } from '../../src/suite/cases.ts'
import { errorOf } from '../broken/outcome.ts'
import { rewriting } from '../broken/rewriting.ts'

const ids = conformanceCases().map(({ id }) => id)

/** `x`, its last row made wrong: a little more, or the other truth value. */
function spoiled(x: Value): Value {
  const { dtype, rank, shape, size } = x.spec
  if (size === 0) return x
  const wrong = (part: Value) => (dtype === 'bool' ? not(part) : add(part, literalLike(part, isFloat(dtype) ? 0.5 : 1)))
  const rows = shape[0] ?? 1
  if (rank === 0 || rows === 1) return wrong(x)
  return concat([sliceAxis(x, 0, 0, rows - 1), wrong(sliceAxis(x, 0, rows - 1, rows))], 0)
}

function spoiling(op: PrimitiveName) {
  return () =>
    rewriting((node, inputs) => {
      if (node.op.name !== op) return undefined
      const [first, ...others] = record(node.op, inputs, node.attributes as never)
      return [spoiled(first!), ...others]
    })
}

describe.each(['values', 'random', 'views'])('a wrong row fails the %s', (kind) => {
  test.each(primitiveNames)('of %s', async (op) => {
    const id = ids.find((id) => id.startsWith(`ops/${op}/`) && id.endsWith(`/${kind}`))!
    expect(await errorOf(id, spoiling(op))).toMatchObject({ name: 'ConformanceFailure' })
  })
})
