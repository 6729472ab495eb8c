import {
  AcceleratorError,
  type DeviceBuffer,
  type DType,
  MissingDependencyError,
  reference,
  UnsupportedError,
} from '@voltaic/core'
import * as g from '@voltaic/core/graph'
import { type Graph, packScalars, specOf } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { SeededTensors } from '../../core/test/support/host-tensors.ts'
import { cpu } from '../src/index.ts'
import { graphOf, input } from './support/graphs.ts'
import { mlpStep } from './support/mlp-step.ts'

const device = cpu({ threads: 2, memoryBytes: 2 ** 28 })
const none = new ArrayBuffer(0)

beforeAll(() => device.setup())
afterAll(() => device.teardown())

const seeded = new SeededTensors(11)

function upload(graph: Graph, on = device): DeviceBuffer[] {
  return graph.values
    .slice(0, graph.inputCount)
    .map((spec) => on.upload(seeded.tensor(spec.dtype, spec.shape).data, spec))
}

async function numbers(buffer: DeviceBuffer): Promise<number[]> {
  const [data] = await device.download([buffer])
  return [...data!]
}

describe('a training step', () => {
  const { graph, positions } = mlpStep({ batch: 8, widths: [12, 16, 10] })
  const scalars = packScalars(graph, [0.1])

  async function losses(on = device, steps = 5): Promise<number[]> {
    const tensors = new SeededTensors(5)
    const executable = await on.compile(graph)
    const [x, y, ...start] = graph.values
      .slice(0, graph.inputCount)
      .map((spec) => on.upload(tensors.tensor(spec.dtype, spec.shape).data, spec))
    const seen: number[] = []
    let state = start
    for (let step = 0; step < steps; step++) {
      const outputs = await executable.run([x!, y!, ...state], scalars)
      const [loss, ...next] = positions.map((position) => outputs[position]!)
      seen.push(...(await on.download([loss!]))[0]!)
      loss!.dispose()
      state = next
    }
    for (const buffer of [x!, y!, ...state]) buffer.dispose()
    executable.dispose()
    return seen
  }

  test('gives the losses of the reference', async () => {
    const oracle = reference()
    await oracle.setup()
    const expected = await losses(oracle)
    await oracle.teardown()
    const actual = await losses()
    for (const [i, loss] of actual.entries()) expect(loss).toBeCloseTo(expected[i]!, 4)
  })

  test('gives the same bits each time', async () => {
    expect(await losses()).toEqual(await losses())
  })

  test('leaves no more buffers behind after ten steps than after one', async () => {
    const before = device.stats()
    await losses(device, 1)
    await losses(device, 10)
    const { liveBuffers, liveBytes } = device.stats()
    expect({ liveBuffers, liveBytes }).toEqual({ liveBuffers: before.liveBuffers, liveBytes: before.liveBytes })
  })

  test('two executables take turns on one device', async () => {
    const results = await Promise.all([losses(), losses(), losses()])
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })
})

describe('donation', () => {
  const [p, d] = [input([33]), input([33])]

  test('an update is written over its input', async () => {
    const graph = graphOf([g.sub(p, d)], [p, d], [p])
    const executable = await device.compile(graph)
    const [a, b] = upload(graph)
    const [x, y] = [await numbers(a!), await numbers(b!)]
    const before = device.stats().liveBytes
    const [result] = await executable.run([a!, b!], none)
    expect(device.stats().liveBytes).toBe(before)
    expect(await numbers(result!)).toEqual(x.map((_, i) => Math.fround(x[i]! - y[i]!)))
    expect(await numbers(b!)).toEqual(y)
    await expect(device.download([a!])).rejects.toThrow(AcceleratorError)
  })

  test('a donated input that no output can take is freed', async () => {
    const graph = graphOf([g.sum(p, [0])], [p], [p])
    const executable = await device.compile(graph)
    const [a] = upload(graph)
    await executable.run([a!], none)
    await expect(device.download([a!])).rejects.toThrow(/disposed or donated/)
  })

  test('a run that fails leaves what was donated as it was', async () => {
    const [rows, at] = [input([4, 8]), input([1], 'int32')]
    const graph = graphOf([g.neg(rows), g.indexSelect(rows, at, 0)], [rows, at], [rows])
    const executable = await device.compile(graph)
    const a = device.upload(new Float32Array(32).fill(2), graph.values[0]!)
    const index = device.upload(new Int32Array([9]), graph.values[1]!)
    const live = device.stats().liveBuffers
    await expect(executable.run([a, index], none)).rejects.toThrow(/out of range/)
    expect(await numbers(a)).toEqual(new Array(32).fill(2))
    expect(device.stats().liveBuffers).toBe(live)
  })

  test('a buffer is donated once', async () => {
    const graph = graphOf([g.sub(p, d)], [p, d], [p])
    const executable = await device.compile(graph)
    const [a] = upload(graph)
    await expect(executable.run([a!, a!], none)).rejects.toThrow(/given once/)
  })
})

describe('buffers', () => {
  const spec = specOf('float32', [4])
  const data = Float32Array.of(1, 2, 3, 4)

  test('what is uploaded may be changed at once', async () => {
    const mine = data.slice()
    const buffer = device.upload(mine, spec)
    mine.fill(0)
    expect(await numbers(buffer)).toEqual([1, 2, 3, 4])
  })

  test('an array of another type or length is refused', () => {
    expect(() => device.upload(new Int32Array(4), spec)).toThrow('in the array of float32, got 4 in a Int32Array')
    expect(() => device.upload(new Float32Array(3), spec)).toThrow('takes 4 elements')
  })

  test('a copy is independent', async () => {
    const buffer = device.upload(data, spec)
    const copy = device.copy(buffer)
    buffer.dispose()
    device.upload(new Float32Array(4), spec)
    expect(await numbers(copy)).toEqual([1, 2, 3, 4])
  })

  test('a disposed buffer cannot be used', async () => {
    const buffer = device.upload(data, spec)
    buffer.dispose()
    buffer.dispose()
    expect(() => device.copy(buffer)).toThrow(AcceleratorError)
    await expect(device.download([buffer])).rejects.toThrow(AcceleratorError)
  })

  test('a buffer disposed during a run keeps its bytes until the run has ended', async () => {
    const [x, w] = [input([64, 64]), input([64, 64])]
    const graph = graphOf([g.matmul(g.matmul(x, w), w)], [x, w])
    const executable = await device.compile(graph)
    const [a, b] = upload(graph)
    const [expected] = await executable.run([a!, b!], none)
    const runs = [executable.run([a!, b!], none), executable.run([a!, b!], none)]
    a!.dispose()
    b!.dispose()
    for (let i = 0; i < 4; i++) device.upload(new Float32Array(64 * 64), graph.values[0]!)
    for (const run of runs) expect(await numbers((await run)[0]!)).toEqual(await numbers(expected!))
  })

  test('those of another accelerator are refused', async () => {
    const oracle = reference()
    await oracle.setup()
    expect(() => device.copy(oracle.upload(data, spec))).toThrow(/another accelerator/)
    await oracle.teardown()
  })

  test('a request beyond the memory says what to do', () => {
    expect(() => device.upload(new Float32Array(2 ** 27), specOf('float32', [2 ** 27]))).toThrow(
      /out of memory.*memoryBytes/,
    )
  })
})

describe('the device', () => {
  test('cannot be used before setup nor after the last teardown', async () => {
    const other = cpu({ memoryBytes: 2 ** 24 })
    expect(() => other.upload(new Float32Array(1), specOf('float32', [1]))).toThrow(/not set up/)
    await other.setup()
    await other.setup()
    const buffer = other.upload(new Float32Array(1), specOf('float32', [1]))
    await other.teardown()
    expect(other.stats().liveBuffers).toBe(1)
    await other.teardown()
    expect(other.stats()).toEqual({ liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 })
    expect(() => other.copy(buffer)).toThrow(/not set up/)
    await expect(other.teardown()).rejects.toThrow(/not set up/)
  })

  test('says what it is', async () => {
    expect(await device.isAvailable()).toMatchObject({ available: true, device: expect.stringContaining('thread') })
  })

  test('names what it does not support when a graph is compiled', async () => {
    const x = input([2], 'float16')
    const graph = graphOf([g.relu(x)], [x])
    await expect(device.compile(graph)).rejects.toThrow(UnsupportedError)
    await expect(device.compile(graph)).rejects.toThrow(/cpu: relu on float16 is not supported/)
  })

  test('declares half types as emulated, and all others as native', () => {
    const { supports } = device.capabilities
    for (const op of ['add', 'matmul', 'conv', 'sum', 'sort']) {
      expect(['float32', 'float16', 'bfloat16'].map((dtype) => supports(op, dtype as DType))).toEqual([
        'native',
        'emulated',
        'emulated',
      ])
    }
    expect(supports('relu', 'float16')).toBe(undefined)
  })

  test('refuses a number of threads that is none', () => {
    expect(() => cpu({ threads: 0 })).toThrow(/threads/)
  })
})

describe('without onnxruntime-node', () => {
  test('setup names it, and is possible again once it is there', async () => {
    vi.doMock('onnxruntime-node', () => {
      throw new Error('Cannot find package')
    })
    const { cpu: bare } = await import('../src/index.ts')
    const accelerator = bare()
    await expect(accelerator.setup()).rejects.toThrow(MissingDependencyError)
    await expect(accelerator.setup()).rejects.toThrow('cpu: cannot load onnxruntime-node; install it or pass { ort }')
    expect(await accelerator.isAvailable()).toMatchObject({ available: false, remedy: 'npm install onnxruntime-node' })
    vi.doUnmock('onnxruntime-node')
    await accelerator.setup()
    await accelerator.teardown()
  })
})
