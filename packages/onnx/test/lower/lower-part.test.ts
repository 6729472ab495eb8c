import { UnsupportedError } from '@voltaic/core'
import * as build from '@voltaic/core/graph'
import { buildGraph, capture } from '@voltaic/core/graph'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { leaf } from '../../../core/test/support/host-tensors.ts'
import { encodeModel, formatModel, isLowerable, lowerGraph, lowerPart } from '../../src/index.ts'

test('some nodes of a graph become a model of their own, fed by the names of values', async () => {
  const [x, w] = [leaf([1, 2], [1, 2]), leaf([3, 4], [2, 1])]
  const hidden = build.exp(build.matmul(x, w))
  const { graph } = buildGraph(capture([build.neg(build.log(hidden))]))
  const [product, exp, log] = graph.nodes
  const part = { ...graph, nodes: [exp!, log!], inputs: product!.outputs, scalars: [], outputs: log!.outputs }
  const { model } = lowerPart(part)
  expect(formatModel(model)).toBe(
    ['inputs  v2: float[1, 1]', 'v3 = Exp(v2)', 'v4 = Log(v3)', 'outputs v4: float[1, 1]'].join('\n'),
  )
  const session = await InferenceSession.create(encodeModel(model))
  const { v4 } = await session.run({ v2: new Tensor('float32', new Float32Array([2]), [1, 1]) })
  expect(v4!.data[0]).toBeCloseTo(2)
})

test('a node without an exact form is refused by name', () => {
  const x = leaf([1, 2])
  const { graph } = buildGraph(capture([build.atan2(x, x)]))
  expect(isLowerable(graph.values, graph.nodes[0]!)).toBe(false)
  expect(() => lowerGraph(graph)).toThrow(UnsupportedError)
  expect(() => lowerGraph(graph)).toThrow('onnx: atan2(float32[2], float32[2]) has no exact form')
})

test.each([
  ['float32', 'float16', true],
  ['float32', 'bfloat16', true],
  ['float64', 'float16', false],
  ['int32', 'float16', true],
  ['int32', 'bfloat16', false],
  ['bool', 'bfloat16', true],
] as const)('a cast from %s to %s: that ONNX Runtime rounds it once is %s', (from, to, isExact) => {
  const { graph } = buildGraph(capture([build.cast(leaf([1, 0], [2], from), to)]))
  expect(isLowerable(graph.values, graph.nodes[0]!)).toBe(isExact)
})
