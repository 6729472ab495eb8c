import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AcceleratorError, type DeviceBuffer, DeviceLostError, reference, UnsupportedError } from '@voltaic/core'
import * as g from '@voltaic/core/graph'
import { type Graph, specOf } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SeededTensors } from '../../core/test/support/host-tensors.ts'
import { findAdapter } from '../src/device/adapter.ts'
import { webgpu } from '../src/index.ts'
import { describeOnDevice, device } from './support/device.ts'
import { graphOf, input } from './support/graphs.ts'

const none = new ArrayBuffer(0)
const seeded = new SeededTensors(11)

function upload(graph: Graph, on = device): DeviceBuffer[] {
  return graph.values
    .slice(0, graph.inputCount)
    .map((spec) => on.upload(seeded.tensor(spec.dtype, spec.shape).data, spec))
}

async function numbers(buffer: DeviceBuffer, on = device): Promise<number[]> {
  const [data] = await on.download([buffer])
  return [...data!]
}

describeOnDevice('a device', () => {
  beforeAll(() => device.setup())
  afterAll(() => device.teardown())

  describe('donation', () => {
    const [p, d] = [input([33]), input([33])]

    test('an update is written over its input', async () => {
      const graph = graphOf([g.sub(p, d)], [p, d], [p])
      const executable = await device.compile(graph)
      const [a, b] = upload(graph)
      const [x, y] = [await numbers(a!), await numbers(b!)]
      const before = device.stats()
      const [result] = await executable.run([a!, b!], none)
      expect(device.stats()).toMatchObject({ liveBuffers: before.liveBuffers, liveBytes: before.liveBytes })
      expect(String(executable)).toContain('1 written over donated inputs')
      expect(await numbers(result!)).toEqual(x.map((_, i) => Math.fround(x[i]! - y[i]!)))
      expect(await numbers(b!)).toEqual(y)
      await expect(device.download([a!])).rejects.toThrow(AcceleratorError)
    })

    test('what is read at other places too is not written over', async () => {
      const x = input([4, 4])
      const graph = graphOf([g.sub(x, g.permute(x, [1, 0]))], [x], [x])
      const executable = await device.compile(graph)
      const [a] = upload(graph)
      const before = await numbers(a!)
      const [result] = await executable.run([a!], none)
      const expected = before.map((value, i) => Math.fround(value - before[(i % 4) * 4 + Math.floor(i / 4)]!))
      expect(await numbers(result!)).toEqual(expected)
    })

    test('a donated input that no output can take is freed', async () => {
      const graph = graphOf([g.sum(p, [0])], [p], [p])
      const executable = await device.compile(graph)
      const [a] = upload(graph)
      await executable.run([a!], none)
      await expect(device.download([a!])).rejects.toThrow(/disposed or donated/)
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

    test.each([
      ['bool', Uint8Array.of(1, 0, 1, 1, 0)],
      ['uint8', Uint8Array.of(255, 0, 7)],
      ['bfloat16', Uint16Array.of(0x3f80, 0x7fc0, 0x8000)],
      ['uint32', new Uint32Array(0)],
    ] as const)('%s comes back as it went, whatever its length', async (dtype, sent) => {
      const buffer = device.upload(sent, specOf(dtype, [sent.length]))
      expect(await device.download([buffer])).toEqual([sent])
    })

    test('several are read in one wait', async () => {
      const buffers = [1, 2, 3].map((x) =>
        device.upload(
          data.map((y) => x * y),
          spec,
        ),
      )
      expect(await device.download(buffers)).toEqual([1, 2, 3].map((x) => data.map((y) => x * y)))
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

    test('a buffer disposed right after a run was given it is read by that run all the same', async () => {
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

    test('one that is larger than the device takes is refused', () => {
      const most = device.capabilities.limits.maxBufferBytes
      const huge = specOf('float32', [most / 4 + 1])
      expect(() => device.upload({ byteLength: huge.bytes } as never, huge)).toThrow(/travel/)
      const x = input([most / 4 + 1])
      return expect(device.compile(graphOf([g.neg(x)], [x]))).rejects.toThrow(/at most \d+ bytes/)
    })
  })

  describe('indices', () => {
    const [rows, at] = [input([4, 8]), input([3], 'int32')]

    test.each([
      ['indexSelect', () => g.indexSelect(rows, at, 0), 4],
      ['indexAdd', () => g.indexAdd(rows, at, input([3, 8]), 0), -1],
    ] as const)('%s: one out of range is an error of the next read, and of no other', async (op, record, bad) => {
      const output = record()
      const leaves = output.node.inputs
      const graph = graphOf([output], leaves)
      const executable = await device.compile(graph)
      const inputs = upload(graph)
      inputs[1] = device.upload(Int32Array.of(0, bad, 1), graph.values[1]!)
      const [result] = await executable.run(inputs, none)
      await expect(device.download([result!])).rejects.toThrow(`${op}: index out of range, got ${bad} in an axis of 4`)
      await device.synchronize()
    })
  })

  describe('large grids', () => {
    test('more workgroups than a dimension has are split', async () => {
      const x = input([65536 * 64 + 3], 'bool')
      const graph = graphOf([g.cast(x, 'int32')], [x])
      const executable = await device.compile(graph)
      const data = new Uint8Array(graph.values[0]!.size).fill(1)
      const [result] = await executable.run([device.upload(data, graph.values[0]!)], none)
      const [read] = await device.download([result!])
      expect(read!.every((value) => value === 1)).toBe(true)
    })

    test('more inputs than a kernel can bind are concatenated', async () => {
      const parts = Array.from({ length: 40 }, () => input([2, 3], 'uint8'))
      const graph = graphOf([g.concat(parts, 1)], parts)
      const executable = await device.compile(graph)
      const inputs = parts.map((_, i) => device.upload(new Uint8Array(6).fill(i), graph.values[i]!))
      const [result] = await executable.run(inputs, none)
      const row = parts.flatMap((_, i) => [i, i, i])
      expect(await numbers(result!)).toEqual([...row, ...row])
    })
  })

  test('ten thousand runs leak nothing', { timeout: 60_000 }, async () => {
    const [p, d] = [input([256]), input([256])]
    const graph = graphOf([g.sub(p, g.mul(d, g.literal(0.1, 'float32'))), g.sum(g.mul(p, p), [0])], [p, d], [p])
    const executable = await device.compile(graph)
    let state = upload(graph)[0]!
    const [memory, live]: [number[], number[]] = [[], []]
    for (let step = 1; step <= 10_000; step++) {
      const batch = device.upload(new Float32Array(256).fill(1), graph.values[1]!)
      const [next, loss] = (await executable.run([state, batch], none)) as [DeviceBuffer, DeviceBuffer]
      for (const buffer of [batch, loss]) buffer.dispose()
      state = next
      // What is enqueued takes memory until it has run.
      if (step % 100 === 0) await device.synchronize()
      if (step % 1000 === 0) {
        memory.push(nativeBytes())
        live.push(device.stats().liveBuffers)
      }
    }
    state.dispose()
    expect(new Set(live).size).toBe(1)
    expect(Math.min(...memory.slice(-3)) - Math.max(...memory.slice(1, 4))).toBeLessThan(2 ** 25)
  })

  test('names what it does not support when a graph is compiled', async () => {
    const x = input([2], 'float64')
    await expect(device.compile(graphOf([g.neg(x)], [x]))).rejects.toThrow(UnsupportedError)
    const y = input([2])
    await expect(device.compile(graphOf([g.cast(y, 'float64')], [y]))).rejects.toThrow(/webgpu: cast.*float64/)
  })

  test('says what it is, and that it is software', async () => {
    const info = { available: true, device: expect.stringMatching(/software/) }
    expect(await device.isAvailable()).toMatchObject(info)
    expect(await webgpu({ allowSoftware: true }).isAvailable()).toMatchObject(info)
  })

  test('a software adapter is refused where it is not asked for', async () => {
    await expect(webgpu().setup()).rejects.toThrow(/computes on the CPU.*allowSoftware/)
    expect(await webgpu().isAvailable()).toMatchObject({ available: false, remedy: expect.stringMatching(/driver/) })
  })
})

describeOnDevice('the life of an accelerator', () => {
  test('it cannot be used before setup nor after the last teardown', async () => {
    const other = webgpu({ allowSoftware: true })
    const spec = specOf('float32', [1])
    expect(() => other.upload(new Float32Array(1), spec)).toThrow(/not set up/)
    await other.setup()
    await other.setup()
    const buffer = other.upload(new Float32Array(1), spec)
    await other.teardown()
    expect(other.stats().liveBuffers).toBe(1)
    await other.teardown()
    expect(other.stats()).toEqual({ liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 })
    expect(() => other.copy(buffer)).toThrow(/not set up/)
    await expect(other.teardown()).rejects.toThrow(/not set up/)
  })

  async function openedByHand(): Promise<GPUDevice> {
    const adapter = await findAdapter({ allowSoftware: true, powerPreference: 'high-performance' })
    return adapter.requestDevice()
  }

  test('a device that was passed in works with the least limits, and stays open', async () => {
    const own = await openedByHand()
    const accelerator = webgpu({ device: own })
    await accelerator.setup()
    const graph = graphOf([g.neg(input([3]))], [])
    const [a] = upload(graph, accelerator)
    const [result] = await (await accelerator.compile(graph)).run([a!], none)
    expect(await numbers(result!, accelerator)).toEqual((await numbers(a!, accelerator)).map((x) => -x))
    await accelerator.teardown()
    await accelerator.setup()
    await accelerator.teardown()
    own.destroy()
  })

  test('when the device is lost, that is told, all calls say so, and the next setup works', async () => {
    const own = await openedByHand()
    const accelerator = webgpu({ device: own })
    const { lost } = accelerator
    await accelerator.setup()
    const buffer = accelerator.upload(new Float32Array(1), specOf('float32', [1]))
    own.destroy()
    expect(await lost).toBeInstanceOf(DeviceLostError)
    expect(() => accelerator.copy(buffer)).toThrow(DeviceLostError)
    await expect(accelerator.download([buffer])).rejects.toThrow(DeviceLostError)
    await accelerator.teardown()
    expect(accelerator.stats().liveBuffers).toBe(0)

    const again = webgpu({ allowSoftware: true })
    await again.setup()
    await again.teardown()
  })

  test('a read that is under way when the device is lost says so', async () => {
    const own = await openedByHand()
    const accelerator = webgpu({ device: own })
    await accelerator.setup()
    const buffer = accelerator.upload(new Float32Array(1), specOf('float32', [1]))
    const read = accelerator.download([buffer])
    own.destroy()
    await expect(read).rejects.toThrow(DeviceLostError)
    await accelerator.teardown()
  })
})

// Garbage that has not been collected yet is no leak.
setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Memory of the process beside JavaScript's heap. */
function nativeBytes(): number {
  collectGarbage()
  const { rss, heapTotal } = process.memoryUsage()
  return rss - heapTotal
}
