import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import {
  elementTypes,
  encodeModel,
  int64Vector,
  type OnnxModel,
  type OnnxNode,
  type OnnxValueInfo,
} from '../../src/proto/index.ts'

function model(
  nodes: readonly OnnxNode[],
  inputs: readonly OnnxValueInfo[],
  outputs: readonly OnnxValueInfo[],
): OnnxModel {
  const opsets = [
    { domain: '', version: 20 },
    { domain: 'com.microsoft', version: 1 },
  ]
  const w = new Float32Array([1, 2, 3, 4, 5, 6])
  const initializers = [
    { name: 'w', elementType: 'float', dims: [3, 2], data: w } as const,
    { name: 'shape', ...int64Vector([4]) },
  ]
  return { irVersion: 9, opsets, graph: { name: 'test', nodes, inputs, outputs, initializers } }
}

test('ONNX Runtime runs an encoded model of standard and contributed operators', async () => {
  const nodes: OnnxNode[] = [
    {
      opType: 'Gemm',
      inputs: ['x', 'w'],
      outputs: ['gemm'],
      attributes: { transB: 1, alpha: { float: 0.5 } },
    },
    { opType: 'Cast', inputs: ['gemm'], outputs: ['half'], attributes: { to: elementTypes.float16.code } },
    {
      opType: 'FusedMatMul',
      domain: 'com.microsoft',
      inputs: ['x', 'w'],
      outputs: ['fused'],
      attributes: { transA: 0, transB: 1, alpha: { float: 2 } },
    },
    { opType: 'Constant', inputs: [], outputs: ['start'], attributes: { value: int64Vector([1]) } },
    { opType: 'Constant', inputs: [], outputs: ['end'], attributes: { value_ints: [3] } },
    { opType: 'Reshape', inputs: ['x', 'shape'], outputs: ['flat'] },
    { opType: 'Slice', inputs: ['flat', 'start', 'end'], outputs: ['part'] },
  ]
  const bytes = encodeModel(
    model(
      nodes,
      [{ name: 'x', elementType: 'float', dims: ['batch', 2] }],
      [
        { name: 'half', elementType: 'float16', dims: ['batch', 3] },
        { name: 'fused', elementType: 'float', dims: ['batch', 3] },
        { name: 'part', elementType: 'float', dims: [2] },
      ],
    ),
  )
  const session = await InferenceSession.create(bytes)
  const { half, fused, part } = await session.run({ x: new Tensor('float32', [1, 0, 2, 1], [2, 2]) })
  // x · wᵀ by hand: [1, 3, 5] and [4, 10, 16].
  expect(fused?.dims).toEqual([2, 3])
  expect(fused?.data).toEqual(new Float32Array([2, 6, 10, 8, 20, 32]))
  expect(part?.data).toEqual(new Float32Array([0, 2]))
  // 0.5, 1.5, 2.5, 2, 5 and 8 as float16.
  expect(Array.from(half?.data as Uint16Array)).toEqual([0x3800, 0x3e00, 0x4100, 0x4000, 0x4500, 0x4800])
})
