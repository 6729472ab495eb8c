import { expect, test } from 'vitest'
import { add, literal, mul } from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { callFunction } from '../../src/graph/call-function.ts'
import { capture } from '../../src/graph/capture.ts'
import { numberValue, scalarValue } from '../../src/graph/record.ts'
import { leaf } from '../support/host-tensors.ts'
import { numbers } from '../support/run-values.ts'

test('a function becomes one node, and what it uses from outside an argument', async () => {
  const [x, outside] = [leaf([1, 2]), leaf([10, 20])]
  const computed = mul(outside, outside)
  const [y] = callFunction(([x]) => [add(mul(x!, outside), computed)], [x])
  const { graph } = buildGraph(capture([y!]))
  expect(graph.nodes.map(({ op }) => op.name)).toEqual(['mul', 'call'])
  expect(await numbers(y!)).toEqual([110, 440])
})

test('a runtime scalar stays one, and a number stays a number', async () => {
  const x = leaf([1, 2])
  const scaled = (scale: number, shift: number) =>
    callFunction(([x]) => [add(mul(x!, scalarValue(scale)), numberValue(shift))], [x])[0]!
  const { scalars, numbers: userNumbers } = capture([scaled(2, 3)])
  expect([scalars.length, userNumbers.length]).toEqual([1, 1])
  const key = capture([scaled(2, 3)]).key.slice()
  expect(capture([scaled(7, 9)]).key).toEqual(key)
  expect(await numbers(scaled(7, 9))).toEqual([16, 23])
})

test('a literal is structure of the body', () => {
  const x = leaf([1, 2])
  const scaled = (scale: number) => callFunction(([x]) => [mul(x!, literal(scale, 'float32'))], [x])[0]!
  expect(scaled(2).node.attributes.id).toBe(scaled(2).node.attributes.id)
  expect(scaled(2).node.attributes.id).not.toBe(scaled(3).node.attributes.id)
})
