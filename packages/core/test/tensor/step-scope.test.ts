import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { noGrad } from '../../src/autograd/no-grad.ts'
import { ExpiredTensorError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { arange, batchTensor, full, tensor } from '../../src/tensor/creation.ts'
import { commit, rollback } from '../../src/tensor/flush.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { randn, uniform } from '../../src/tensor/random.ts'
import { Slot } from '../../src/tensor/slot.ts'
import { type OpenStep, openStep } from '../../src/tensor/step-scope.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { type Watched, watchedAccelerator } from './accelerators.ts'

let watched: Watched
let warn: MockInstance
const open: OpenStep[] = []

beforeEach(async () => {
  watched = await watchedAccelerator()
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})

afterEach(() => {
  for (const step of open.splice(0)) step.close()
  rollback()
  warn.mockRestore()
})

async function begin(): Promise<OpenStep> {
  const step = await openStep()
  open.push(step)
  return step
}

const stats = () => watched.accelerator.stats()
const batch = (...data: number[]): Tensor => batchTensor(hostTensor(new Float32Array(data)))
const expired = (spec: string, op: string) =>
  new ExpiredTensorError(
    `tensor: it expired with its step, got ${spec} of ${op}; return it, log it, or call .keep() on it inside the step`,
  )

describe('when a step closes', () => {
  test('what depends on its batch expires, and says what to do', async () => {
    const step = await begin()
    const x = batch(1, 2)
    const y = x.exp()
    const z = y.add(1)
    await y.data()
    step.close()
    await expect(x.data()).rejects.toThrow(expired('float32[2]', 'input'))
    await expect(y.data()).rejects.toThrow(expired('float32[2]', 'exp'))
    await expect(z.data()).rejects.toThrow(expired('float32[2]', 'add'))
    await expect(z.sum().data()).rejects.toThrow(ExpiredTensorError)
    expect(stats().liveBuffers).toBe(0)
  })

  test('so does what depends on a parameter, also in what is recorded later', async () => {
    const w = new Parameter(tensor([2]))
    await commit()
    const step = await begin()
    const y = w.mul(3)
    step.close()
    await expect(y.add(1).data()).rejects.toThrow(expired('float32[1]', 'mul'))
    expect(await w.array()).toEqual([2])
  })

  test('expired nodes let go of their inputs', async () => {
    const step = await begin()
    const y = batch(1).exp().log()
    step.close()
    expect(y.value.node.inputs).toEqual([])
  })

  test('what was kept stays, whether it was realised before, by the commit, or has another name', async () => {
    const w = new Parameter(tensor([2]))
    await commit()
    const step = await begin()
    const x = batch(1, 2)
    const early = x.exp()
    await early.data()
    const kept = [
      x.keep(),
      early.keep(),
      x.add(1).keep(),
      x.mul(w).detach().keep(),
      w.detach().keep(),
      x.mul(3).reshape([2]).keep(),
    ]
    noGrad(() => w.assign(w.add(1)))
    await commit()
    step.close()
    const e = [1, 2].map((n) => Math.fround(Math.exp(n)))
    expect(await Promise.all(kept.map((t) => t.array()))).toEqual([[1, 2], e, [2, 3], [2, 4], [2], [3, 6]])
  })

  test('a kept tensor goes into the next step as data', async () => {
    let carried: Tensor = tensor([0])
    for (let i = 1; i <= 3; i++) {
      const step = await begin()
      carried = carried.add(batch(i)).keep()
      await commit()
      step.close()
    }
    expect(await carried.array()).toEqual([6])
    expect(watched.graphs).toHaveLength(1)
  })

  test('what depends on no batch, parameter or buffer never expires', async () => {
    const step = await begin()
    const mask = arange(3).lt(2)
    const noise = randn([2])
    const [maskInStep, noiseInStep] = [await mask.array(), await noise.array()]
    await commit([mask.value])
    step.close()
    expect(stats().liveBuffers).toBe(0)
    expect([await mask.array(), await noise.array()]).toEqual([maskInStep, noiseInStep])
    expect(await mask.logicalNot().array()).toEqual([false, false, true])
  })

  test('what was recorded before it is left alone, also when it was first read in it', async () => {
    const w = new Parameter(tensor([2]))
    await commit()
    const [x, y] = [tensor([1]).add(1), w.mul(3)]
    const step = await begin()
    expect([await x.array(), await y.array()]).toEqual([[2], [6]])
    step.close()
    const { executions } = stats()
    expect([await x.array(), await y.array()]).toEqual([[2], [6]])
    expect(stats().executions).toBe(executions)
  })

  test('tensors made of data in it live on, but not their device copies', async () => {
    const step = await begin()
    const x = tensor([1, 2])
    await x.exp().data()
    step.close()
    expect(stats().liveBuffers).toBe(0)
    expect(await x.add(1).array()).toEqual([2, 3])
  })

  test('a parameter made in it of data lives on', async () => {
    const step = await begin()
    const w = new Parameter(tensor([1, 2]))
    await commit([w.exp().value])
    step.close()
    expect(await w.add(1).array()).toEqual([2, 3])
  })

  test('twice, nothing more happens', async () => {
    const first = await begin()
    first.close()
    await begin()
    first.close()
    const x = batch(1)
    expect(await x.add(1).array()).toEqual([2])
  })
})

describe('steps', () => {
  test('wait for each other', async () => {
    const order: string[] = []
    const first = await begin()
    const later = ['second', 'third'].map(async (name) => {
      const step = await begin()
      order.push(`${name} opens`)
      await Promise.resolve()
      order.push(`${name} closes`)
      step.close()
    })
    await new Promise((resolve) => setTimeout(resolve, 0))
    order.push('first closes')
    first.close()
    await Promise.all(later)
    expect(order).toEqual(['first closes', 'second opens', 'second closes', 'third opens', 'third closes'])
  })

  test('a read inside one changes nothing of its commit', async () => {
    const run = async (withReads: boolean) => {
      const w = new Parameter(tensor([1, 2]))
      for (let i = 0; i < 3; i++) {
        const step = await begin()
        w.grad = null
        const loss = batch(1, 3).mul(w).square().sum()
        if (withReads) await loss.item()
        loss.backward()
        if (withReads) await w.grad!.data()
        noGrad(() => w.assign(w.sub(w.grad!.mul(0.01))))
        if (withReads) await w.array()
        await commit()
        step.close()
      }
      return w.array()
    }
    expect(await run(true)).toEqual(await run(false))
  })

  test('several commits in one see each other’s results', async () => {
    const w = new Parameter(tensor([1]))
    const step = await begin()
    for (let i = 0; i < 3; i++) {
      noGrad(() => w.assign(w.mul(2)))
      await commit()
    }
    const y = w.add(0).keep()
    await commit()
    step.close()
    expect([await w.array(), await y.array()]).toEqual([[8], [8]])
  })

  test('a throw in one, rolled back, leaves no trace', async () => {
    const w = new Parameter(tensor([1]))
    await commit()
    await w.add(0).data()
    const { liveBuffers } = stats()
    const step = await begin()
    batch(1).mul(w).sum().backward()
    noGrad(() => w.assign(w.mul(2)))
    rollback()
    step.close()
    expect([await w.array(), w.grad]).toEqual([[1], null])
    expect(stats().liveBuffers).toBe(liveBuffers)
  })

  test('a read that outlives its step gets its answer or an error with a name, and harms nobody', async () => {
    const step = await begin()
    const reading = batch(1, 2).exp().data()
    step.close()
    const [result] = await Promise.allSettled([reading])
    if (result!.status === 'rejected') expect(result!.reason).toBeInstanceOf(ExpiredTensorError)
    const next = await begin()
    expect(await batch(1).add(1).array()).toEqual([2])
    next.close()
    expect(stats().liveBuffers).toBe(0)
  })
})

describe('a training loop written by hand', () => {
  /** Gradients add up over two batches; momentum; the loss is read from what is kept. */
  async function train(steps: number, watch: (i: number) => void): Promise<{ losses: number[]; weights: unknown }> {
    const w = new Parameter(uniform([3, 2], -0.1, 0.1))
    const b = new Parameter(full([2], 0))
    const parameters = [w, b]
    const momenta = parameters.map((p) => new Slot('momentum', full(p.shape, 0).value))
    await commit()
    const losses: number[] = []
    for (let i = 0; i < steps; i++) {
      const step = await openStep()
      const x = batchTensor(
        hostTensor(
          Float32Array.from({ length: 12 }, (_, j) => Math.sin(i * 12 + j)),
          [4, 3],
        ),
      )
      const noise = randn([4, 2]).mul(0.01)
      const loss = x
        .matmul(w)
        .add(b)
        .tanh()
        .add(noise)
        .sub(x.slice(1, 0, 2))
        .square()
        .mean()
        .keep()
      loss.backward()
      if (i % 2 === 1) {
        noGrad(() => {
          for (const [j, p] of parameters.entries()) {
            const momentum = new Tensor(momenta[j]!.value).mul(0.9).add(p.grad!)
            momenta[j]!.value = momentum.value
            p.assign(p.sub(momentum.mul(0.05)))
            p.grad = null
          }
        })
      }
      await commit()
      losses.push(await loss.item())
      step.close()
      loss.dispose()
      watch(i)
    }
    return { losses, weights: await w.array() }
  }

  test('learns, compiles nothing after its first steps, and holds the same buffers after step 4 and step 300', async () => {
    const buffers: number[] = []
    const compiles: number[] = []
    const { losses } = await train(300, () => {
      buffers.push(stats().liveBuffers)
      compiles.push(stats().compiles)
    })
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4)
    const [odd, even] = [buffers[5]!, buffers[4]!]
    expect(new Set(buffers.filter((_, i) => i >= 4 && i % 2 === 1))).toEqual(new Set([odd]))
    expect(new Set(buffers.filter((_, i) => i >= 4 && i % 2 === 0))).toEqual(new Set([even]))
    expect(compiles.at(-1)).toBe(compiles[4])
    expect(compiles.at(-1)).toBeLessThanOrEqual(4)
  })
})

test('a step that waits for another one says so after ten seconds, and opens when that one is closed', async () => {
  vi.useFakeTimers()
  try {
    const first = await openStep()
    const second = openStep()
    await vi.advanceTimersByTimeAsync(9_999)
    expect(warn).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^step: has waited ten seconds .* onTrainEpochEnd say$/)]])
    first.close()
    const opened = await second
    opened.close()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
