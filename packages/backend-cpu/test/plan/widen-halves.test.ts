import * as g from '@voltaic/core/graph'
import { formatGraph } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { widenHalves } from '../../src/plan/widen-halves.ts'
import { graphOf, input } from '../support/graphs.ts'

const widened = (outputs: readonly g.Value[], leaves: readonly g.Value[]) =>
  formatGraph(widenHalves(graphOf(outputs, leaves)))

test('a graph without half types stays the very same', () => {
  const x = input([4])
  const graph = graphOf([g.exp(g.cast(x, 'float64'))], [x])
  expect(widenHalves(graph)).toBe(graph)
})

test('operands become float32, and a result is rounded', () => {
  const [x, y] = [input([4], 'float16'), input([4], 'float16')]
  expect(widened([g.mul(x, y)], [x, y])).toMatchInlineSnapshot(`
    "graph(%0: float16[4], %1: float16[4])
      %4: float32[4] = cast(%0) { dtype: float32 }
      %5: float32[4] = cast(%1) { dtype: float32 }
      %3: float32[4] = mul(%4, %5)
      %2: float16[4] = cast(%3) { dtype: float16 }
      return %2"
  `)
})

test('each result of a chain is rounded, and what chooses among numbers is not', () => {
  const x = input([4], 'bfloat16')
  const y = g.maximum(g.neg(g.add(x, x)), g.literal(1 / 3, 'bfloat16'))
  expect(widened([g.mul(y, y)], [x])).toMatchInlineSnapshot(`
    "graph(%0: bfloat16[4])
      %7: float32[4] = cast(%0) { dtype: float32 }
      %6: float32[4] = add(%7, %7)
      %8: bfloat16[4] = cast(%6) { dtype: bfloat16 }
      %9: float32[4] = cast(%8) { dtype: float32 }
      %10: float32[4] = neg(%9)
      %11: float32[] = literal() { value: 0.333984375, dtype: float32 }
      %12: float32[4] = maximum(%10, %11)
      %13: float32[4] = mul(%12, %12)
      %5: bfloat16[4] = cast(%13) { dtype: bfloat16 }
      return %5"
  `)
})

test('what only moves stays in its half type, unless it moves what was computed', () => {
  const x = input([4, 2], 'float16')
  expect(widened([g.permute(x, [1, 0]), g.permute(g.exp(x), [1, 0])], [x])).toMatchInlineSnapshot(`
    "graph(%0: float16[4, 2])
      %1: float16[2, 4] = permute(%0) { axes: [1, 0] }
      %5: float32[4, 2] = cast(%0) { dtype: float32 }
      %4: float32[4, 2] = exp(%5)
      %6: float16[4, 2] = cast(%4) { dtype: float16 }
      %7: float32[4, 2] = cast(%6) { dtype: float32 }
      %8: float32[2, 4] = permute(%7) { axes: [1, 0] }
      %3: float16[2, 4] = cast(%8) { dtype: float16 }
      return %1, %3"
  `)
})

test("a graph's own casts to float32 are the twins of what they read", () => {
  const [x, w] = [input([2, 3]), input([3, 2])]
  const product = g.matmul(g.cast(x, 'float16'), g.cast(w, 'float16'))
  expect(widened([g.neg(g.cast(product, 'float32'))], [x, w])).toMatchInlineSnapshot(`
    "graph(%0: float32[2, 3], %1: float32[3, 2])
      %7: float16[2, 3] = cast(%0) { dtype: float16 }
      %8: float32[2, 3] = cast(%7) { dtype: float32 }
      %9: float16[3, 2] = cast(%1) { dtype: float16 }
      %10: float32[3, 2] = cast(%9) { dtype: float32 }
      %11: float32[2, 2] = matmul(%8, %10) { transposeA: false, transposeB: false }
      %12: float16[2, 2] = cast(%11) { dtype: float16 }
      %5: float32[2, 2] = cast(%12) { dtype: float32 }
      %6: float32[2, 2] = neg(%5)
      return %6"
  `)
})

test('doubles become half types at once, not by way of float32', () => {
  const x = input([4], 'float64')
  expect(widened([g.cast(x, 'float16'), g.exp(g.cast(x, 'bfloat16'))], [x])).toMatchInlineSnapshot(`
    "graph(%0: float64[4])
      %1: float16[4] = cast(%0) { dtype: float16 }
      %2: bfloat16[4] = cast(%0) { dtype: bfloat16 }
      %5: float32[4] = cast(%2) { dtype: float32 }
      %4: float32[4] = exp(%5)
      %3: bfloat16[4] = cast(%4) { dtype: bfloat16 }
      return %1, %3"
  `)
})

test('literals are rounded beforehand', () => {
  const x = input([4], 'float16')
  expect(widened([g.add(x, g.literal(0.1, 'float16'))], [x])).toMatchInlineSnapshot(`
    "graph(%0: float16[4])
      %3: float32[] = literal() { value: 0.0999755859375, dtype: float32 }
      %5: float32[4] = cast(%0) { dtype: float32 }
      %4: float32[4] = add(%5, %3)
      %2: float16[4] = cast(%4) { dtype: float16 }
      return %2"
  `)
})
