import { type Accelerator, type DeviceBuffer, DeviceLostError } from '@voltaic/core'
import * as g from '@voltaic/core/graph'
import { type Graph, inputValue, packScalars, scalarValue, specOf, type Value } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cuda } from '../src/index.ts'
import { StrictBinding, tfjsOn } from './support/strict-binding.ts'
import { missing, tensorflow } from './support/tensorflow.ts'

const attributes = { amsgrad: false, weightDecay: false, decoupled: false, maximize: false }
const hyper = {
  lr: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  rest1: 0.1,
  rest2: 0.001,
  logBeta1: Math.log(0.9),
  logBeta2: Math.log(0.999),
}
const scalarNumbers = [...Object.values(hyper), 1e-8, 0]

/** Adam's updates of `count` parameters that share their hyper-parameters; everything but the gradients is donated. */
function adamStep(count: number): Graph {
  const input = (shape: readonly number[]) => inputValue({ spec: specOf('float32', shape) })
  const scalars = scalarNumbers.map((x) => scalarValue(x))
  const leaves: Value[] = []
  const outputs: Value[] = []
  for (let i = 0; i < count; i++) {
    const [p, gradient, step, m, v] = [
      input([4, i + 1]),
      input([4, i + 1]),
      input([]),
      input([4, i + 1]),
      input([4, i + 1]),
    ]
    leaves.push(p, gradient, step, m, v)
    outputs.push(...g.record(g.adamOp, [p, gradient, ...scalars, step, m, v], attributes))
  }
  const donates = (leaf: Value) => leaves.indexOf(leaf) % 5 !== 1
  return g.buildGraph(g.capture(outputs, { leaves: [...leaves, ...scalars], donates })).graph
}

/** −1, 0, 1, … as parameters and gradients, and a state of zeros. */
function upload(device: Accelerator, graph: Graph): DeviceBuffer[] {
  return graph.values.slice(0, graph.inputCount).map((spec, leaf) => {
    const data = Float32Array.from({ length: spec.size }, (_, i) => (leaf % 5 < 2 ? i - 1 : 0))
    return device.upload(data, spec)
  })
}

test('calls that count steps are made once for all parameters', async () => {
  const binding = new StrictBinding()
  const device = cuda({ tfjs: tfjsOn(binding), allowCpu: true })
  await device.setup()
  const callsOf = async (count: number) => {
    const graph = adamStep(count)
    const executable = await device.compile(graph)
    const before = binding.executed.length
    await executable.run(upload(device, graph), packScalars(graph, scalarNumbers))
    const calls = binding.executed.slice(before)
    return ['Pow', 'ResourceApplyAdam', 'Unpack'].map((name) => calls.filter((call) => call === name).length)
  }
  expect(await callsOf(1)).toEqual([2, 1, 0])
  expect(await callsOf(5)).toEqual([2, 5, 4])
  await device.teardown()
  expect([binding.count, binding.variables]).toEqual([0, 0])
})

test('parameters and their state stay in variables, which no step makes or copies', async () => {
  const binding = new StrictBinding()
  const device = cuda({ tfjs: tfjsOn(binding), allowCpu: true })
  await device.setup()
  const graph = adamStep(3)
  const executable = await device.compile(graph)
  const buffers = upload(device, graph)
  const isGradient = (i: number) => i % 5 === 1
  let state = buffers.filter((_, i) => !isGradient(i))
  const seen: string[] = []
  for (let step = 0; step < 4; step++) {
    const before = binding.executed.length
    const inputs = buffers.map((buffer, i) => (isGradient(i) ? buffer : state[i - Math.floor((i + 3) / 5)]!))
    state = [...(await executable.run(inputs, packScalars(graph, scalarNumbers)))]
    const calls = binding.executed.slice(before).filter((name) => /Variable|VarHandle|Destroy|Identity/.test(name))
    seen.push(`${calls.length} ${binding.variables} ${binding.count}`)
  }
  // Three parameters with two moments each become variables in the first step.
  expect(seen[0]).toMatch(/^18 9 /)
  expect(new Set(seen.slice(1)).size).toBe(1)
  expect(seen[1]).toMatch(/^0 9 /)
  await device.teardown()
  expect([binding.count, binding.variables]).toEqual([0, 0])
})

test('an update that fails half-way loses the device, and says so', async () => {
  const binding = new StrictBinding()
  const device = cuda({ tfjs: tfjsOn(binding), allowCpu: true })
  await device.setup()
  const graph = adamStep(2)
  const executable = await device.compile(graph)
  const buffers = upload(device, graph)
  const live = binding.count
  const block = packScalars(graph, scalarNumbers)
  // Before the first update, a failure leaves all as it was.
  binding.failAt = binding.executed.length
  await expect(executable.run(buffers, block)).rejects.toThrow(/out of memory/)
  expect(binding.count).toBe(live)
  binding.failAt = Number.POSITIVE_INFINITY
  let updates = 0
  binding.fails = (name) => name === 'ResourceApplyAdam' && ++updates === 1
  await expect(executable.run(buffers, block)).rejects.toThrow(/out of memory/)
  updates = -1
  await expect(executable.run(buffers, block)).rejects.toThrow(DeviceLostError)
  expect((await device.lost).message).toMatch(/an update failed after others were made/)
  await device.teardown()
  expect([binding.count, binding.variables]).toEqual([0, 0])
})

describe.skipIf(missing)("on TensorFlow's kernels", () => {
  let device: Accelerator
  beforeAll(async () => {
    device = cuda({ tfjs: tensorflow(), allowCpu: true })
    await device.setup()
  })
  afterAll(() => device.teardown())

  test('a copy taken before an update stays as it was', async () => {
    const graph = adamStep(1)
    const executable = await device.compile(graph)
    const buffers = upload(device, graph)
    const [before] = await device.download([buffers[0]!])
    const copy = device.copy(buffers[0]!)
    const outputs = await executable.run(buffers, packScalars(graph, scalarNumbers))
    expect(await device.download([copy])).toEqual([before])
    const again = await executable.run(
      [outputs[0]!, buffers[1]!, ...outputs.slice(1)],
      packScalars(graph, scalarNumbers),
    )
    expect(await device.download([copy])).toEqual([before])
    expect((await device.download([again[0]!]))[0]).not.toEqual(before)
    for (const buffer of [copy, buffers[1]!, ...again]) buffer.dispose()
  })

  test('another program sees what the last one made, and the other way round', async () => {
    const graph = adamStep(1)
    const [one, other] = [await device.compile(graph), await device.compile(graph)]
    const block = packScalars(graph, scalarNumbers)
    const losses: number[] = []
    let state = upload(device, graph)
    const gradient = state[1]!
    for (let i = 0; i < 6; i++) {
      const outputs = await (i % 3 === 0 ? one : other).run(state, block)
      state = [outputs[0]!, gradient, ...outputs.slice(1)]
      losses.push((await device.download([state[0]!]))[0]![0]!)
    }
    // A constant gradient: every step is one of lr.
    for (const [i, p] of losses.entries()) expect(p).toBeCloseTo(-1 + 0.1 * (i + 1), 4)
    for (const buffer of state) buffer.dispose()
  })
})
