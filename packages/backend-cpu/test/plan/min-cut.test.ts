import { expect, test } from 'vitest'
import { MinCut } from '../../src/plan/min-cut.ts'

test('the cheapest edges are cut', () => {
  const cut = new MinCut()
  const [a, b] = [cut.vertex(), cut.vertex()]
  cut.edge(cut.source, a, 10)
  cut.edge(a, b, 3)
  cut.edge(b, cut.sink, 10)
  expect(cut.solve()).toEqual(new Set([cut.source, a]))
})

test('of two equal cuts the one nearer to the source is taken', () => {
  const cut = new MinCut()
  const a = cut.vertex()
  cut.edge(cut.source, a, 5)
  cut.edge(a, cut.sink, 5)
  expect(cut.solve()).toEqual(new Set([cut.source]))
})

test('an edge without bound is never cut', () => {
  const cut = new MinCut()
  const [a, b] = [cut.vertex(), cut.vertex()]
  cut.edge(cut.source, a, 4)
  cut.edge(cut.source, b, 1)
  cut.edge(a, b, Number.POSITIVE_INFINITY)
  cut.edge(b, cut.sink, 9)
  expect(cut.solve()).toEqual(new Set([cut.source]))
})
