import * as build from '@voltaic/core/graph'
import { gelu, layerNorm, logSoftmax, relu, softmax } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { leaf, leafOf, SeededTensors } from '../../../core/test/support/host-tensors.ts'
import { onnxComposites, supportsOnnx } from '../../src/index.ts'
import { expectAgreement } from '../support/agreement.ts'

const random = new SeededTensors()
const input = (...shape: number[]) => leafOf(random.tensor('float32', shape, { min: -6, max: 6 }))
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

test('composites with an op in ONNX are supported on float32 alone', () => {
  expect([...onnxComposites].sort()).toEqual(['gelu', 'layerNorm', 'logSoftmax', 'relu', 'softmax'])
  for (const name of onnxComposites) {
    expect(supportsOnnx(name, 'float32')).toBe(true)
    expect(supportsOnnx(name, 'int32')).toBe(false)
  }
})

test.each([
  [[5], 0],
  [[4, 7], 1],
  [[4, 7], 0],
  [[2, 3, 37], 1],
  [[0, 3], 1],
  [[3, 1], 1],
])('softmax and its logarithm over %j along %i', async (shape, axis) => {
  const x = input(...shape)
  await expectAgreement([softmax(x, axis), logSoftmax(x, axis)], 'accumulation')
})

test('softmax of infinities and NaN', async () => {
  const rows = leaf([nan, 1, -infinity, -infinity, infinity, 1, -infinity, 0, 1000, 0, -1e9, 3e38], [6, 2])
  await expectAgreement([softmax(rows, 1), logSoftmax(rows, 1)], 'accumulation')
})

test.each(['none', 'tanh'] as const)('gelu, approximate %s', async (approximate) => {
  const edges = leaf([nan, infinity, 0, 1e-6, -1e-6, 10, -3, 100])
  await expectAgreement([gelu(input(3, 67), approximate), gelu(input(0, 3), approximate)], 'accumulation')
  await expectAgreement([gelu(edges, approximate)], 'accumulation')
})

test.each([
  [[4, 7], 1],
  [[2, 3, 37], 1],
  [[2, 3, 8], 2],
  [[0, 3], 1],
])('layerNorm of %j over the last %i', async (shape, axes) => {
  const normalised = shape.slice(shape.length - axes)
  const y = layerNorm(input(...shape), input(...normalised), input(...normalised), { axes, eps: 1e-5 })
  await expectAgreement(y.node.outputs, 'accumulation')
  await expectAgreement([y], 'accumulation')
})

test('relu keeps NaN, alone and behind a product', async () => {
  const x = leaf([nan, infinity, -infinity, 0, -0, 1, -1, 2, nan, -3, nan, 4, nan, nan, nan, 5, nan], [17, 1])
  const w = leaf([1, -1, 0.5], [1, 3])
  await expectAgreement([relu(x), relu(input(4, 33)), relu(input(0, 2))], 'exact')
  await expectAgreement([relu(build.add(build.matmul(x, w), input(3)))], 'accumulation')
})
