import { onnx } from 'onnx-proto'
import { expect, test } from 'vitest'
import {
  elementTypes,
  encodeModel,
  int64Vector,
  type OnnxElementType,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from '../../src/proto/index.ts'

// `onnx-proto` is generated from the official schema: whatever it reads back, ONNX Runtime reads too.
const emptyGraph: OnnxGraph = { name: 'graph', nodes: [], inputs: [], outputs: [], initializers: [] }

function decode(graph: Partial<OnnxGraph>): onnx.GraphProto {
  const model = { irVersion: 9, opsets: [{ domain: '', version: 20 }], graph: { ...emptyGraph, ...graph } }
  return onnx.ModelProto.decode(encodeModel(model)).graph as onnx.GraphProto
}

function decodeNode(node: Partial<OnnxNode>): onnx.NodeProto {
  return decode({ nodes: [{ opType: 'Op', inputs: [], outputs: [], ...node }] }).node[0] as onnx.NodeProto
}

test('a model carries its versions, its operator sets and its producer', () => {
  const opsets = [
    { domain: '', version: 20 },
    { domain: 'com.microsoft', version: 1 },
  ]
  const bytes = encodeModel({ irVersion: 9, opsets, graph: emptyGraph, producerName: 'voltaic' })
  expect(onnx.ModelProto.decode(bytes).toJSON()).toEqual({
    irVersion: '9',
    producerName: 'voltaic',
    opsetImport: [
      { domain: '', version: '20' },
      { domain: 'com.microsoft', version: '1' },
    ],
    graph: { name: 'graph' },
  })
})

test('a node carries its names, its domain and its omitted inputs', () => {
  const node = decodeNode({
    opType: 'FusedMatMul',
    domain: 'com.microsoft',
    name: 'größe',
    inputs: ['a', '', 'b'],
    outputs: ['c', ''],
  })
  expect(node.toJSON()).toEqual({
    opType: 'FusedMatMul',
    domain: 'com.microsoft',
    name: 'größe',
    input: ['a', '', 'b'],
    output: ['c', ''],
  })
})

test('attributes carry their type and value', () => {
  const { attribute } = decodeNode({
    attributes: {
      int: -1,
      zero: 0,
      float: { float: 0.1 },
      text: 'linear',
      empty: [],
      ints: [0, 127, 128, -2, 2 ** 40],
      floats: { floats: [1, -0.5] },
      strings: { strings: ['', 'é'] },
      tensor: { elementType: 'float', dims: [], data: new Float32Array([3]) },
    },
  })
  const { AttributeType } = onnx.AttributeProto
  const utf8 = (value: unknown) => new TextDecoder().decode(value as Uint8Array)
  const byName = Object.fromEntries(attribute.map((each) => [each.name, each as onnx.AttributeProto]))
  expect(byName.int).toMatchObject({ type: AttributeType.INT })
  expect(Number(byName.int?.i)).toBe(-1)
  expect(Object.hasOwn(byName.zero ?? {}, 'i')).toBe(true)
  expect(Number(byName.zero?.i)).toBe(0)
  expect(byName.float).toMatchObject({ type: AttributeType.FLOAT, f: Math.fround(0.1) })
  expect(byName.text?.type).toBe(AttributeType.STRING)
  expect(utf8(byName.text?.s)).toBe('linear')
  expect(byName.empty).toMatchObject({ type: AttributeType.INTS, ints: [] })
  expect(byName.ints?.type).toBe(AttributeType.INTS)
  expect(byName.ints?.ints.map(Number)).toEqual([0, 127, 128, -2, 2 ** 40])
  expect(byName.floats).toMatchObject({ type: AttributeType.FLOATS, floats: [1, -0.5] })
  expect(byName.strings?.type).toBe(AttributeType.STRINGS)
  expect(byName.strings?.strings.map(utf8)).toEqual(['', 'é'])
  expect(byName.tensor).toMatchObject({ type: AttributeType.TENSOR, t: { dataType: 1, dims: [] } })
})

test('inputs and outputs carry fixed, empty, symbolic and no dimensions', () => {
  const { input, output } = decode({
    inputs: [
      { name: 'x', elementType: 'float16', dims: ['batch', 3, 0] },
      { name: 's', elementType: 'double', dims: [] },
    ],
    outputs: [{ name: 'y', elementType: 'bool', dims: [2 ** 33] }],
  })
  const typed = (name: string, elemType: number, dim: object[]) => ({
    name,
    type: { tensorType: { elemType, shape: dim.length === 0 ? {} : { dim } } },
  })
  const json = (infos: readonly onnx.IValueInfoProto[]) => infos.map((info) => (info as onnx.ValueInfoProto).toJSON())
  expect(json(input)).toEqual([
    typed('x', 10, [{ dimParam: 'batch' }, { dimValue: '3' }, { dimValue: '0' }]),
    typed('s', 11, []),
  ])
  expect(json(output)).toEqual([typed('y', 9, [{ dimValue: String(2 ** 33) }])])
})

const { DataType } = onnx.TensorProto
const tensors: [OnnxElementType, number, ArrayBufferView][] = [
  ['float', DataType.FLOAT, new Float32Array([1, -2.5])],
  ['double', DataType.DOUBLE, new Float64Array([Math.PI, 1e300])],
  ['int32', DataType.INT32, new Int32Array([-1, 7])],
  ['int64', DataType.INT64, new BigInt64Array([-1n, 2n ** 60n])],
  ['uint32', DataType.UINT32, new Uint32Array([0, 2 ** 32 - 1])],
  ['uint8', DataType.UINT8, new Uint8Array([0, 255])],
  ['bool', DataType.BOOL, new Uint8Array([0, 1])],
  ['float16', DataType.FLOAT16, new Uint16Array([0x3c00, 0xc000])],
  ['bfloat16', DataType.BFLOAT16, new Uint16Array([0x3f80, 0xc000])],
]

test.each(tensors)('an initializer of %s carries its name, type, dimensions and bytes', (elementType, code, data) => {
  const [tensor] = decode({ initializers: [{ name: 'w', elementType, dims: [1, 2], data }] }).initializer
  expect(tensor?.name).toBe('w')
  expect(tensor?.dataType).toBe(code)
  expect(tensor?.dims?.map(Number)).toEqual([1, 2])
  expect(Uint8Array.from(tensor?.rawData ?? [])).toEqual(new Uint8Array(data.buffer))
  expect(elementTypes[elementType]).toEqual({ code, bytes: data.byteLength / 2 })
})

test('an initializer takes only its own part of a larger buffer', () => {
  const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3)
  const [tensor] = decode({ initializers: [{ name: 'w', elementType: 'float', dims: [2], data }] }).initializer
  expect(new Float32Array(Uint8Array.from(tensor?.rawData ?? []).buffer)).toEqual(new Float32Array([2, 3]))
})

test('int64Vector is a shape as nodes take it', () => {
  expect(int64Vector([2, -1])).toEqual({ elementType: 'int64', dims: [2], data: new BigInt64Array([2n, -1n]) })
  expect(() => int64Vector([0.5])).toThrow(RangeError)
})

test.each([[0], [1], [127], [128], [16383], [16384], [2_100_000]])('a tensor of %i bytes is framed right', (length) => {
  const data = Uint8Array.from({ length }, (_, at) => at)
  const graph = decode({
    initializers: [
      { name: 'w', elementType: 'uint8', dims: [length], data },
      { name: 'after', elementType: 'uint8', dims: [0], data: new Uint8Array() },
    ],
  })
  expect(graph.initializer.map(({ name }) => name)).toEqual(['w', 'after'])
  expect(Buffer.compare(Buffer.from(graph.initializer[0]?.rawData ?? []), Buffer.from(data))).toBe(0)
})

test('data that does not fill its dimensions is refused', () => {
  const tensor: OnnxTensor = { elementType: 'float', dims: [2, 3], data: new Float32Array(5) }
  expect(() => decode({ initializers: [{ ...tensor, name: 'w' }] })).toThrow(
    'onnx: a float tensor of [2, 3] holds 24 bytes, got 20; give it data of its size',
  )
})

test.each([[0.5], [Number.NaN], [2 ** 53]])('%d is refused as an integer', (value) => {
  expect(() => decodeNode({ attributes: { axis: value } })).toThrow('onnx: not an integer that can be encoded')
})
