import { beforeEach, describe, expect, test } from 'vitest'
import type { Accelerator, DeviceBuffer } from '../../../src/accelerator/accelerator.ts'
import { reference } from '../../../src/accelerator/reference/reference.ts'
import { AcceleratorError } from '../../../src/errors/errors.ts'
import { add, broadcastTo, cast, indexSelect, maxPool, mul, neg, sum } from '../../../src/graph/build.ts'
import { buildGraph } from '../../../src/graph/build-graph.ts'
import { capture } from '../../../src/graph/capture.ts'
import { type Graph, packScalars } from '../../../src/graph/graph.ts'
import { scalarValue } from '../../../src/graph/record.ts'
import { specOf } from '../../../src/graph/spec.ts'
import type { Value } from '../../../src/graph/value.ts'
import { leaf } from '../../support/host-tensors.ts'
import { numbers } from '../../support/run-values.ts'

const noScalars = new ArrayBuffer(0)
const vector = specOf('float32', [3])

function graphOf(outputs: Value[], donates: (leaf: Value) => boolean = () => false): Graph {
  return buildGraph(capture(outputs, { donates })).graph
}

let accelerator: Accelerator

beforeEach(async () => {
  accelerator = reference()
  await accelerator.setup()
})

const upload = (...x: number[]): DeviceBuffer => accelerator.upload(Float32Array.from(x), vector)

async function download(buffers: readonly DeviceBuffer[]): Promise<number[][]> {
  return (await accelerator.download(buffers)).map((data) => [...data])
}

test('runs as often as asked, on whatever inputs', async () => {
  const executable = await accelerator.compile(graphOf([neg(leaf([0, 0, 0]))]))
  const results = await Promise.all([
    executable.run([upload(1, 2, 3)], noScalars),
    executable.run([upload(4, 5, 6)], noScalars),
  ])
  expect(await download(results.flat())).toEqual([
    [-1, -2, -3],
    [-4, -5, -6],
  ])
  expect(accelerator.stats()).toEqual({ liveBuffers: 4, liveBytes: 48, compiles: 1, executions: 2 })
})

test('hands outputs back in the order of the graph, of nodes with several too', async () => {
  const [values, indices] = maxPool(leaf([1, 3, 2, 0], [1, 1, 4]), { kernel: [2], stride: [2], padding: [[0, 0]] })
  const executable = await accelerator.compile(graphOf([indices, neg(values)]))
  expect(executable.outputs).toEqual([specOf('int32', [1, 1, 2]), specOf('float32', [1, 1, 2])])
  const x = accelerator.upload(Float32Array.of(1, 3, 2, 0), specOf('float32', [1, 1, 4]))
  expect(await download(await executable.run([x], noScalars))).toEqual([
    [1, 2],
    [-3, -2],
  ])
})

test('an output that later nodes read, and an unread output, survive', async () => {
  const x = leaf([1, 2, 3])
  const doubled = add(x, x)
  const executable = await accelerator.compile(graphOf([doubled, sum(mul(doubled, doubled), [0])]))
  expect(await download(await executable.run([upload(1, 2, 3)], noScalars))).toEqual([[2, 4, 6], [56]])
})

test('scalars are read before the call returns, each in its dtype', async () => {
  const scalars = [
    scalarValue(0, 'float32'),
    scalarValue(0, 'float64'),
    scalarValue(0, 'uint32'),
    scalarValue(0, 'float16'),
    scalarValue(0, 'int32'),
    scalarValue(0, 'bool'),
  ]
  const graph = graphOf(scalars.map((scalar) => broadcastTo(scalar, [1])))
  const executable = await accelerator.compile(graph)
  const block = packScalars(graph, [0.1, 0.1, 2 ** 32 - 1, 0.1, -5, 1])
  const run = executable.run([], block)
  new Uint8Array(block).fill(0)
  const results = await run
  expect(results.map(({ spec }) => spec.dtype)).toEqual(['float32', 'float64', 'uint32', 'float16', 'int32', 'bool'])
  expect(await download(results)).toEqual([[Math.fround(0.1)], [0.1], [2 ** 32 - 1], [0x2e66], [-5], [1]])
})

describe('what passes from node to node is rounded as its dtype rounds', () => {
  test.each([
    { dtype: 'float32', x: 2 ** 24, y: 1, sum: 2 ** 24 },
    { dtype: 'float16', x: 2048, y: 1, sum: 2048 },
    { dtype: 'bfloat16', x: 256, y: 1, sum: 256 },
    { dtype: 'int32', x: 2 ** 31 - 1, y: 1, sum: -(2 ** 31) },
    { dtype: 'uint32', x: 2 ** 31, y: 2 ** 31 - 1, sum: 2 ** 32 - 1 },
    { dtype: 'uint8', x: 255, y: 1, sum: 0 },
  ] as const)('$dtype', async ({ dtype, x, y, sum }) => {
    expect(await numbers(cast(add(leaf([x], [1], dtype), leaf([y], [1], dtype)), 'float64'))).toEqual([sum])
  })

  test.each([
    { dtype: 'float32', held: Math.fround(0.1) },
    { dtype: 'float16', held: 0.0999755859375 },
    { dtype: 'bfloat16', held: 0.10009765625 },
  ] as const)('a runtime scalar of $dtype', async ({ dtype, held }) => {
    expect(await numbers(cast(scalarValue(0.1, dtype), 'float64'))).toEqual([held])
  })
})

test('inputs and scalars that do not fit the graph are refused', async () => {
  const executable = await accelerator.compile(graphOf([mul(leaf([0, 0, 0]), scalarValue(2))]))
  const block = new ArrayBuffer(8)
  const integers = accelerator.upload(new Int32Array(3), specOf('int32', [3]))
  await expect(executable.run([], block)).rejects.toThrow(
    new AcceleratorError('reference: the graph has 1 input(s), got 0'),
  )
  await expect(executable.run([integers], block)).rejects.toThrow(
    new AcceleratorError('reference: input 0 is float32[3], got int32[3]'),
  )
  await expect(executable.run([upload(1, 2, 3)], noScalars)).rejects.toThrow(
    new AcceleratorError('reference: the scalars take 8 bytes, got 0'),
  )
  expect(accelerator.stats().executions).toBe(0)
})

test('a disposed executable runs no more', async () => {
  const executable = await accelerator.compile(graphOf([neg(leaf([0, 0, 0]))]))
  executable.dispose()
  executable.dispose()
  await expect(executable.run([upload(1, 2, 3)], noScalars)).rejects.toThrow(
    new AcceleratorError('reference: the executable was disposed; compile the graph again'),
  )
})

describe('donation', () => {
  const [a, b] = [leaf([0, 0, 0]), leaf([0, 0, 0])]

  test('a donated input is gone after the run, the others are not', async () => {
    const executable = await accelerator.compile(graphOf([add(a, b)], (x) => x === b))
    const [kept, given] = [upload(1, 2, 3), upload(10, 20, 30)]
    const results = await executable.run([kept, given], noScalars)
    expect(await download([...results, kept])).toEqual([
      [11, 22, 33],
      [1, 2, 3],
    ])
    await expect(accelerator.download([given])).rejects.toThrow('reference: the buffer was disposed or donated')
    expect(accelerator.stats().liveBuffers).toBe(2)
    given.dispose()
    expect(accelerator.stats().liveBuffers).toBe(2)
  })

  test('a run that rejects takes nothing', async () => {
    const at = leaf([0], [1], 'int32')
    const executable = await accelerator.compile(graphOf([neg(a), indexSelect(a, at, 0)], () => true))
    const x = upload(1, 2, 3)
    const wrong = accelerator.upload(Int32Array.of(3), specOf('int32', [1]))
    const before = accelerator.stats()
    await expect(executable.run([x, wrong], noScalars)).rejects.toThrow('indexSelect: index out of range, got 3')
    expect(accelerator.stats()).toEqual(before)
    expect(await download([x, wrong])).toEqual([[1, 2, 3], [3]])
  })

  test('one buffer cannot be donated and given again', async () => {
    const executable = await accelerator.compile(graphOf([add(a, b)], (x) => x === a))
    const x = upload(1, 2, 3)
    await expect(executable.run([x, x], noScalars)).rejects.toThrow(
      new AcceleratorError('reference: a donated buffer is given once, got input 0 at another place too'),
    )
    const plain = await accelerator.compile(graphOf([add(a, b)]))
    expect(await download(await plain.run([x, x], noScalars))).toEqual([[2, 4, 6]])
  })
})
