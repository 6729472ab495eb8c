import { expect, test } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { add, mul, neg, sum } from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { tap } from '../../src/graph/tap.ts'
import type { Value } from '../../src/graph/value.ts'
import { leafOf, tensorOf } from '../support/host-tensors.ts'
import { numbers } from '../support/run-values.ts'

const leaf = (...data: number[]) => leafOf(tensorOf(data, [data.length], 'float64'), { requiresGrad: true })
const through = (cotangents: readonly (Value | null)[]) => cotangents

test('tapped values are the same values, each its own, and no nodes of a graph', async () => {
  const [x, y] = [leaf(1, 2), leaf(3, 4)]
  const [a, b] = tap([mul(x, x), neg(y)], through)
  const total = add(a!, mul(b!, b!))
  expect(await numbers(total)).toEqual([10, 20])
  expect(await numbers(b!)).toEqual([-3, -4])
  const { graph } = buildGraph(capture([total]))
  expect(graph.nodes.map(({ op }) => op.name).sort()).toEqual(['add', 'mul', 'mul', 'neg'])
})

test('two graphs that differ in taps alone have one key', () => {
  const [x, y] = [leaf(1), leaf(2)]
  const plain = capture([add(x, y)]).key.slice()
  const [a, b] = tap([x, y], through)
  expect(capture([add(a!, b!)]).key).toEqual(plain)
})

test('cotangents go through together, null for a value that none reaches', async () => {
  const seen: unknown[] = []
  const [x, y] = [leaf(1), leaf(2)]
  const [a, b] = tap([x, y], (cotangents) => {
    seen.push(cotangents.map((cotangent) => cotangent?.spec.shape ?? null))
    return cotangents.map((cotangent) => cotangent && neg(cotangent))
  })
  const [toX, toY] = gradientsOf([sum(mul(a!, b!), [0])], [x, y])
  expect([await numbers(toX!), await numbers(toY!)]).toEqual([[-2], [-1]])
  expect(gradientsOf([sum(b!, [0])], [x])).toEqual([null])
  expect(seen).toEqual([
    [[1], [1]],
    [null, [1]],
  ])
})
