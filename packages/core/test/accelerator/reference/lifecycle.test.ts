import { beforeEach, describe, expect, test } from 'vitest'
import type { Accelerator, DeviceBuffer } from '../../../src/accelerator/accelerator.ts'
import { reference } from '../../../src/accelerator/reference/reference.ts'
import { AcceleratorError, DTypeError, ShapeError, UnsupportedError } from '../../../src/errors/errors.ts'
import { add, matmul, neg } from '../../../src/graph/build.ts'
import { buildGraph } from '../../../src/graph/build-graph.ts'
import { capture } from '../../../src/graph/capture.ts'
import { defineComposite } from '../../../src/graph/composite.ts'
import { dtypes, hostArray } from '../../../src/graph/dtype.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { recordOne } from '../../../src/graph/record.ts'
import { specOf } from '../../../src/graph/spec.ts'
import type { Value } from '../../../src/graph/value.ts'
import { leaf } from '../../support/host-tensors.ts'

const spec = specOf('float32', [2, 2])
const noScalars = new ArrayBuffer(0)
const notSetUp = new AcceleratorError('reference: not set up; call setup() first')

function graphOf(output: Value): Graph {
  return buildGraph(capture([output])).graph
}

const negation = graphOf(neg(leaf([0, 0, 0, 0], [2, 2])))

describe('before setup', () => {
  test('nothing works but asking', async () => {
    const accelerator = reference()
    expect(() => accelerator.upload(new Float32Array(4), spec)).toThrow(notSetUp)
    await expect(accelerator.download([])).rejects.toThrow(notSetUp)
    await expect(accelerator.compile(negation)).rejects.toThrow(notSetUp)
    await expect(accelerator.synchronize()).rejects.toThrow(notSetUp)
    await expect(accelerator.teardown()).rejects.toThrow(notSetUp)
    expect(await accelerator.isAvailable()).toEqual({ available: true, device: 'JavaScript' })
    expect(accelerator.stats()).toEqual({ liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 })
  })
})

describe('after setup', () => {
  let accelerator: Accelerator

  beforeEach(async () => {
    accelerator = reference()
    await accelerator.setup()
  })

  const upload = (...x: number[]): DeviceBuffer => accelerator.upload(Float32Array.from(x), spec)
  const download = async (buffer: DeviceBuffer) => [...(await accelerator.download([buffer]))[0]!]

  test.each(dtypes)('%s bytes come back as they went', async (dtype) => {
    const data = hostArray(dtype, 3)
    for (let i = 0; i < 3; i++) data[i] = dtype === 'bool' ? i % 2 : i + 60
    const buffer = accelerator.upload(data, specOf(dtype, [3]))
    expect(await accelerator.download([buffer])).toEqual([data])
    expect(buffer.bytes).toBe(data.byteLength)
  })

  test('buffers share nothing with the host', async () => {
    const data = Float32Array.of(1, 2, 3, 4)
    const buffer = accelerator.upload(data, spec)
    data[0] = 9
    const [first] = await accelerator.download([buffer])
    first![1] = 9
    expect(await download(buffer)).toEqual([1, 2, 3, 4])
  })

  test('a copy outlives its original', async () => {
    const buffer = upload(1, 2, 3, 4)
    const copy = accelerator.copy(buffer)
    buffer.dispose()
    expect(await download(copy)).toEqual([1, 2, 3, 4])
    expect(copy.spec).toBe(spec)
  })

  test('upload refuses what does not fit the spec', () => {
    expect(() => accelerator.upload(new Float32Array(3), spec)).toThrow(
      new ShapeError('upload: float32[2, 2] has 4 elements, got 3'),
    )
    expect(() => accelerator.upload(new Int32Array(4), spec)).toThrow(
      new DTypeError('upload: float32 does not travel in this array, got Int32Array'),
    )
  })

  test('stats count what lives', () => {
    const [a, b] = [upload(1, 2, 3, 4), upload(5, 6, 7, 8)]
    expect(accelerator.stats()).toMatchObject({ liveBuffers: 2, liveBytes: 32 })
    a.dispose()
    a.dispose()
    expect(accelerator.stats()).toMatchObject({ liveBuffers: 1, liveBytes: 16 })
    b.dispose()
    expect(accelerator.stats()).toMatchObject({ liveBuffers: 0, liveBytes: 0 })
  })

  test('a disposed buffer cannot be used', async () => {
    const buffer = upload(1, 2, 3, 4)
    buffer.dispose()
    const error = new AcceleratorError('reference: the buffer was disposed or donated, got float32[2, 2]')
    expect(() => accelerator.copy(buffer)).toThrow(error)
    await expect(accelerator.download([buffer])).rejects.toThrow(error)
    const executable = await accelerator.compile(negation)
    await expect(executable.run([buffer], noScalars)).rejects.toThrow(error)
  })

  test("another accelerator's buffer cannot be used", async () => {
    const other = reference()
    await other.setup()
    const buffer = other.upload(new Float32Array(4), spec)
    expect(() => accelerator.copy(buffer)).toThrow(
      new AcceleratorError("reference: the buffer is another accelerator's, got float32[2, 2]"),
    )
  })

  test('the last teardown ends buffers and executables, those before it nothing', async () => {
    const buffer = upload(1, 2, 3, 4)
    const executable = await accelerator.compile(negation)
    await accelerator.setup()
    await accelerator.teardown()
    const [result] = await executable.run([buffer], noScalars)
    expect(await download(result!)).toEqual([-1, -2, -3, -4])

    await accelerator.teardown()
    expect(accelerator.stats()).toEqual({ liveBuffers: 0, liveBytes: 0, compiles: 1, executions: 1 })
    await expect(executable.run([buffer], noScalars)).rejects.toThrow(notSetUp)

    await accelerator.setup()
    await expect(executable.run([buffer], noScalars)).rejects.toThrow('reference: the executable was disposed')
    await expect(accelerator.download([buffer])).rejects.toThrow('reference: the buffer was disposed')
    buffer.dispose()
    expect(accelerator.stats()).toMatchObject({ liveBuffers: 0 })
  })

  test('a composite, which it does not declare, is refused at compile', async () => {
    const twice = defineComposite({ name: 'twice', decompose: ([x]) => [add(x!, x!)] })
    const graph = graphOf(recordOne(twice, [leaf([1, 2])], {}))
    await expect(accelerator.compile(graph)).rejects.toThrow(
      new UnsupportedError(
        'reference: twice on float32 is not supported, got twice(float32[2]); cast to a dtype that is, or use another accelerator',
      ),
    )
    expect(accelerator.stats().compiles).toBe(0)
  })

  test('the device is not lost', async () => {
    const pending = Symbol('pending')
    expect(await Promise.race([accelerator.lost, Promise.resolve(pending)])).toBe(pending)
  })
})

test('a buffer above the limit is refused, at upload and at compile', async () => {
  const accelerator = reference({ maxBufferBytes: 64 })
  await accelerator.setup()
  const error = new AcceleratorError('reference: a buffer holds at most 64 bytes, got float32[32] of 128')
  expect(() => accelerator.upload(new Float32Array(32), specOf('float32', [32]))).toThrow(error)
  const outer = matmul(leaf(new Array(8).fill(1), [8, 1]), leaf(new Array(4).fill(1), [1, 4]))
  await expect(accelerator.compile(graphOf(outer))).rejects.toThrow(
    'reference: a buffer holds at most 64 bytes, got float32[8, 4] of 128',
  )
  expect(accelerator.capabilities.limits.maxBufferBytes).toBe(64)
})
