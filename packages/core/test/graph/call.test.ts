import { expect, test } from 'vitest'
import { add, mul } from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { call, traceSubgraph } from '../../src/graph/call.ts'
import { capture } from '../../src/graph/capture.ts'
import { numberValue, scalarValue } from '../../src/graph/record.ts'
import { specOf } from '../../src/graph/spec.ts'
import type { Value } from '../../src/graph/value.ts'
import { leaf } from '../support/host-tensors.ts'
import { numbers, runValues } from '../support/run-values.ts'

const spec = specOf('float32', [2])
const scaleBy =
  (factor: number) =>
  ([x]: readonly Value[]) => [mul(x!, numberValue(factor))]

test('a body called twice is two nodes, and runs as if written out', async () => {
  const body = traceSubgraph([spec, spec], ([x, y]) => [add(x!, y!), y!])
  const [x, y] = [leaf([1, 2]), leaf([10, 20])]
  const [sum, handedThrough] = call(body, [x, y])
  const [result] = call(body, [sum!, handedThrough!])
  const { graph } = buildGraph(capture([result!]))
  expect(graph.nodes.map((node) => node.op.name)).toEqual(['call', 'call'])
  expect(await numbers(result!)).toEqual([21, 42])
})

test('equal bodies are one object, and equal calls one node', async () => {
  const [first, second] = [traceSubgraph([spec], scaleBy(3)), traceSubgraph([spec], scaleBy(3))]
  expect(second).toBe(first)
  const x = leaf([1, 2])
  const [a, b] = [call(first, [x])[0]!, call(second, [x])[0]!]
  expect(buildGraph(capture([add(a, b)])).graph.nodes).toHaveLength(2)
})

test('bodies that differ in a number are two', async () => {
  const x = leaf([1, 2])
  const outputs = [2, 5].map((factor) => call(traceSubgraph([spec], scaleBy(factor)), [x])[0]!)
  expect((await runValues(outputs)).map(({ data }) => [...data])).toEqual([
    [2, 4],
    [5, 10],
  ])
})

test('a body takes nothing from outside', () => {
  const message = 'call: the body uses a tensor from outside; pass it as an argument'
  expect(() => traceSubgraph([spec], ([x]) => [add(x!, leaf([1, 2]))])).toThrow(message)
  expect(() => traceSubgraph([spec], ([x]) => [mul(x!, scalarValue(2))])).toThrow(message)
})
