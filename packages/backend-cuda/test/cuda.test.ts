import { createRequire } from 'node:module'
import {
  type Accelerator,
  AcceleratorError,
  type DeviceBuffer,
  DTypeError,
  MissingDependencyError,
  reference,
} from '@voltaic/core'
import * as g from '@voltaic/core/graph'
import { type Graph, packScalars, specOf } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SeededTensors } from '../../core/test/support/host-tensors.ts'
import type { Binding } from '../src/binding/binding.ts'
import type { Tfjs } from '../src/binding/load-tfjs.ts'
import { cuda } from '../src/index.ts'
import { graphOf, input } from './support/graphs.ts'
import { StrictBinding, tfjsOn } from './support/strict-binding.ts'
import { missing, tensorflow } from './support/tensorflow.ts'

const none = new ArrayBuffer(0)
const seeded = new SeededTensors(11)

function upload(on: Accelerator, graph: Graph): DeviceBuffer[] {
  return graph.values
    .slice(0, graph.inputCount)
    .map((spec) => on.upload(seeded.tensor(spec.dtype, spec.shape).data, spec))
}

async function strict(options: { readonly isGpu?: boolean } = {}) {
  const binding = new StrictBinding(options)
  const device = cuda({ tfjs: tfjsOn(binding), allowCpu: true })
  await device.setup()
  return { binding, device }
}

describe('which TensorFlow', () => {
  const onCpu = tfjsOn(new StrictBinding())
  const onGpu = tfjsOn(new StrictBinding({ isGpu: true }))

  test('one without a GPU is refused, and says so', async () => {
    const device = cuda({ tfjs: onCpu })
    await expect(device.setup()).rejects.toThrow(/cuda: TensorFlow finds no GPU.*allowCpu/)
    expect(await device.isAvailable()).toMatchObject({ available: false, remedy: 'npx voltaic-cuda-doctor' })
  })

  test('one without a GPU is taken where that is allowed, and the device says so', async () => {
    const device = cuda({ tfjs: onCpu, allowCpu: true })
    await device.setup()
    expect(await device.isAvailable()).toEqual({ available: true, device: 'CPU (no GPU is used), TensorFlow strict' })
    await device.teardown()
  })

  test('one with a GPU needs no leave', async () => {
    const device = cuda({ tfjs: onGpu })
    await device.setup()
    expect(await device.isAvailable()).toEqual({ available: true, device: 'NVIDIA GPU, TensorFlow strict' })
    await device.teardown()
  })

  test('another tfjs is no TensorFlow', async () => {
    const device = cuda({ tfjs: { version: {}, backend: () => ({}) } })
    await expect(device.setup()).rejects.toThrow(/no native addon/)
  })

  test('where the package is not installed, setup names it', async () => {
    await expect(cuda().setup()).rejects.toThrow(MissingDependencyError)
    await expect(cuda().setup()).rejects.toThrow(
      /cannot load @tensorflow\/tfjs-node-gpu; install it or pass \{ tfjs \}/,
    )
    expect(await cuda().isAvailable()).toMatchObject({ available: false })
  })
})

describe('handles', () => {
  const [x, w] = [input([8, 8]), input([8, 8])]
  const mlp = graphOf([g.sum(g.tanh(g.matmul(g.tanh(g.matmul(x, w)), w)), [0])], [x, w])

  test('a value is freed as soon as its last reader ran', async () => {
    const { binding, device } = await strict()
    const [a] = [input([8])]
    let y = a
    for (let i = 0; i < 50; i++) y = g.exp(y)
    const graph = graphOf([y], [a])
    const executable = await device.compile(graph)
    const buffers = upload(device, graph)
    binding.peak = 0
    await executable.run(buffers, none)
    expect(binding.peak).toBe(3)
    await device.teardown()
  })

  test('after a run those of buffers and constants are left', async () => {
    const { binding, device } = await strict()
    const executable = await device.compile(mlp)
    const buffers = upload(device, mlp)
    const before = binding.count
    const [result] = await executable.run(buffers, none)
    expect(binding.count).toBe(before + 1)
    result!.dispose()
    expect(binding.count).toBe(before)
    executable.dispose()
    executable.dispose()
    expect(binding.count).toBe(2)
    await device.teardown()
    expect(binding.count).toBe(0)
  })

  test('a run that fails anywhere leaves what there was', async () => {
    const { binding, device } = await strict()
    const executable = await device.compile(mlp)
    const buffers = upload(device, mlp)
    const [before, start] = [binding.count, binding.executed.length]
    for (let i = 0; i < 5; i++) {
      binding.failAt = start + i
      await expect(executable.run(buffers, none)).rejects.toThrow(/cuda: out of memory in/)
      expect(binding.count).toBe(before)
      binding.executed.length = start
    }
    binding.failAt = Number.POSITIVE_INFINITY
    const [result] = await executable.run(buffers, none)
    expect(result!.spec.shape).toEqual([8])
    await device.teardown()
  })

  test('a compile that fails leaves nothing', async () => {
    const { binding, device } = await strict()
    const y = input([2], 'float64')
    const graph = graphOf([g.mul(y, g.literal(3, 'float64'))], [y])
    const before = binding.count
    binding.failAt = binding.executed.length
    await expect(device.compile(graph)).rejects.toThrow(/out of memory/)
    expect(binding.count).toBe(before)
    await device.teardown()
  })

  test('nothing is read back in a run', async () => {
    const { binding, device } = await strict()
    const executable = await device.compile(mlp)
    const before = binding.reads
    await executable.run(upload(device, mlp), none)
    expect(binding.reads).toBe(before)
    await device.teardown()
  })

  test('an input that is a result gets a handle of its own', async () => {
    const { binding, device } = await strict()
    const y = input([4])
    const graph = graphOf([g.reshape(y, [2, 2])], [y], [y])
    const executable = await device.compile(graph)
    const [result] = await executable.run(upload(device, graph), none)
    expect(await device.download([result!])).toHaveLength(1)
    await device.teardown()
    expect(binding.count).toBe(0)
  })

  test('five thousand steps leave as many as five', async () => {
    const { binding, device } = await strict()
    const [p, gradient] = [input([4]), input([4])]
    const lr = g.scalarValue(0.1)
    const graph = graphOf([g.sub(p, g.mul(gradient, lr))], [p, gradient], [p])
    const executable = await device.compile(graph)
    let [state, step] = upload(device, graph) as [DeviceBuffer, DeviceBuffer]
    const counts: number[] = []
    for (let i = 0; i < 5000; i++) {
      state = (await executable.run([state, step], packScalars(graph, [0.1])))[0]!
      counts.push(binding.count)
    }
    expect(new Set(counts).size).toBe(1)
    step.dispose()
    await device.teardown()
  })
})

describe('indices that no kernel checks', () => {
  const [rows, at] = [input([4, 8]), input([1], 'int32')]
  const graph = graphOf([g.indexSelect(rows, at, 0)], [rows, at])

  test('are checked, and raise when somebody reads', async () => {
    const { binding, device } = await strict({ isGpu: true })
    const executable = await device.compile(graph)
    const inputs = upload(device, graph)
    binding.truth = false
    const [selected] = await executable.run(inputs, none)
    await expect(device.download([selected!])).rejects.toThrow(/index out of range, got one in indexSelect/)
    binding.truth = true
    await executable.run(inputs, none)
    await device.synchronize()
    await device.teardown()
    expect(binding.count).toBe(0)
  })

  test('cost one handle, however many runs go by unread', async () => {
    const { binding, device } = await strict({ isGpu: true })
    const executable = await device.compile(graph)
    const inputs = upload(device, graph)
    const counts: number[] = []
    for (let i = 0; i < 10; i++) {
      const [selected] = await executable.run(inputs, none)
      selected!.dispose()
      counts.push(binding.count)
    }
    expect(new Set(counts).size).toBe(1)
    await device.teardown()
  })
})

describe('the contract', () => {
  const spec = specOf('float32', [4])
  const data = Float32Array.of(1, 2, 3, 4)

  test('a device cannot be used before setup nor after the last teardown', async () => {
    const binding = new StrictBinding()
    const device = cuda({ tfjs: tfjsOn(binding), allowCpu: true })
    expect(() => device.upload(data, spec)).toThrow(/not set up/)
    await device.setup()
    await device.setup()
    const buffer = device.upload(data, spec)
    await device.teardown()
    expect(device.stats().liveBuffers).toBe(1)
    await device.teardown()
    expect(binding.count).toBe(0)
    expect(() => device.copy(buffer)).toThrow(/not set up/)
    await expect(device.teardown()).rejects.toThrow(/not set up/)
  })

  test('data that does not fit its spec is refused', async () => {
    const { device } = await strict()
    expect(() => device.upload(new Int32Array(4), spec)).toThrow(DTypeError)
    expect(() => device.upload(new Float32Array(3), spec)).toThrow(/4 elements, got 3/)
    await device.teardown()
  })

  test("another accelerator's buffers are refused", async () => {
    const [{ device }, oracle] = [await strict(), reference()]
    await oracle.setup()
    expect(() => device.copy(oracle.upload(data, spec))).toThrow(/another accelerator/)
    await oracle.teardown()
    await device.teardown()
  })

  test('a disposed or donated buffer cannot be used', async () => {
    const { device } = await strict()
    const y = input([4])
    const graph = graphOf([g.neg(y)], [y], [y])
    const executable = await device.compile(graph)
    const buffer = device.upload(data, spec)
    await expect(executable.run([], none)).rejects.toThrow(/1 input\(s\), got 0/)
    await executable.run([buffer], none)
    await expect(executable.run([buffer], none)).rejects.toThrow(/disposed or donated/)
    await expect(device.download([buffer])).rejects.toThrow(AcceleratorError)
    buffer.dispose()
    executable.dispose()
    await expect(executable.run([device.upload(data, spec)], none)).rejects.toThrow(/the executable was disposed/)
    await device.teardown()
  })

  test('a buffer is donated once', async () => {
    const { device } = await strict()
    const [p, d] = [input([4]), input([4])]
    const executable = await device.compile(graphOf([g.sub(p, d)], [p, d], [p]))
    const buffer = device.upload(data, spec)
    await expect(executable.run([buffer, buffer], none)).rejects.toThrow(/given once/)
    await device.teardown()
  })
})

describe.skipIf(missing)("on TensorFlow's kernels", () => {
  let device: Accelerator

  beforeAll(async () => {
    device = cuda({ tfjs: tensorflow(), allowCpu: true })
    await device.setup()
  })
  afterAll(() => device.teardown())

  test.each([
    ['float32', Float32Array.of(1.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-40)],
    ['float64', Float64Array.of(1 / 3, Number.NaN, Number.NEGATIVE_INFINITY, -0, 5e-324)],
    ['float16', Uint16Array.of(0x3c00, 0x7c00, 0xfc00, 0x8000, 1)],
    ['bfloat16', Uint16Array.of(0x3f80, 0x7f80, 0xff80, 0x8000, 1)],
    ['int32', Int32Array.of(1, -1, 2 ** 31 - 1, -(2 ** 31), 0)],
    ['uint32', Uint32Array.of(1, 2 ** 31, 2 ** 32 - 1, 7, 0)],
    ['uint8', Uint8Array.of(0, 1, 127, 128, 255)],
    ['bool', Uint8Array.of(0, 1, 1, 0, 1)],
  ] as const)('%s comes back as it was sent, and may be changed at once', async (dtype, sent) => {
    const mine = sent.slice()
    const buffer = device.upload(mine, specOf(dtype, [5]))
    mine.fill(0)
    const copy = device.copy(buffer)
    buffer.dispose()
    expect(await device.download([copy])).toEqual([sent])
    copy.dispose()
  })

  test('an index out of range says so, and leaves what was donated as it was', async () => {
    const [rows, at] = [input([4, 8]), input([1], 'int32')]
    const graph = graphOf([g.neg(rows), g.indexSelect(rows, at, 0)], [rows, at], [rows])
    const executable = await device.compile(graph)
    const a = device.upload(new Float32Array(32).fill(2), graph.values[0]!)
    const index = device.upload(new Int32Array([9]), graph.values[1]!)
    const live = device.stats().liveBuffers
    await expect(executable.run([a, index], none)).rejects.toThrow(/indexSelect: index out of range/)
    expect(device.stats().liveBuffers).toBe(live)
    expect((await device.download([a]))[0]![0]).toBe(2)
  })

  const [rows, at, ones] = [input([4, 8]), input([4, 1], 'int32'), input([4, 1])]
  test.each([
    ['gather', g.gather(rows, at, 1)],
    ['scatter', g.scatter(rows, at, ones, 1)],
    ['scatterAdd', g.scatterAdd(rows, at, ones, 1)],
  ] as const)('%s does not take a wrong index for one in another row', async (_, y) => {
    const graph = graphOf([y], [rows, at, ones])
    const executable = await device.compile(graph)
    const [a, , b] = upload(device, graph)
    for (const wrong of [8, -1]) {
      const index = device.upload(new Int32Array([0, wrong, 0, 0]), graph.values[1]!)
      await expect(executable.run([a!, index, b!], none)).rejects.toThrow(/index out of range/)
    }
  })

  test('indices are found in range by the checks for a GPU', async () => {
    const { binding } = (createRequire(import.meta.url)(tensorflow()) as Tfjs).backend() as { binding: Binding }
    // A TensorFlow whose kernels are as quiet about the probe as a GPU's.
    const quiet: Binding = Object.create(binding, {
      executeOp: {
        value: (...call: Parameters<Binding['executeOp']>) => {
          try {
            return binding.executeOp(...call)
          } catch {
            return binding.executeOp(
              'Identity',
              call[1].slice(0, 1).map((T) => ({ ...T, name: 'T' })),
              call[2].slice(0, 1),
              1,
            )
          }
        },
      },
    })
    const onGpu = cuda({ tfjs: tfjsOn(quiet), allowCpu: true })
    await onGpu.setup()
    const graph = graphOf([g.gather(rows, at, 1)], [rows, at])
    const executable = await onGpu.compile(graph)
    const [a] = upload(onGpu, graph)
    const selectedBy = async (...indices: number[]) => {
      const results = await executable.run([a!, onGpu.upload(new Int32Array(indices), graph.values[1]!)], none)
      return onGpu.download(results)
    }
    await selectedBy(0, 7, 3, 1)
    await expect(selectedBy(0, 8, 0, 0)).rejects.toThrow(/index out of range, got one in gather/)
    await expect(selectedBy(0, -1, 0, 0)).rejects.toThrow(/index out of range, got one in gather/)
    await selectedBy(0, 7, 3, 1)
    await onGpu.teardown()
  })

  test('synchronize waits for what was enqueued', async () => {
    await device.synchronize()
  })
})
