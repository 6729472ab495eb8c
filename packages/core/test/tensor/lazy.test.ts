import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { ExpiredTensorError } from '../../src/errors/errors.ts'
import { scalarValue } from '../../src/graph/record.ts'
import { full, tensor } from '../../src/tensor/creation.ts'
import { commit } from '../../src/tensor/flush.ts'
import { rand, uniform } from '../../src/tensor/random.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { freshAccelerator, watchedAccelerator } from './accelerators.ts'

let accelerator: Accelerator

beforeEach(async () => {
  accelerator = await freshAccelerator()
})

const executions = () => accelerator.stats().executions
const compiles = () => accelerator.stats().compiles
const liveBuffers = () => accelerator.stats().liveBuffers

describe('nothing runs', () => {
  test('before a read, nor is anything uploaded', async () => {
    const y = tensor([1, 2])
      .add(tensor([3, 4]))
      .exp()
      .sum()
    expect(accelerator.stats()).toEqual({ liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 })
    await y.item()
    expect(executions()).toBe(1)
  })

  test('to read a tensor of host data', async () => {
    await tensor([1, 2]).array()
    expect(executions()).toBe(0)
  })

  test('that the result does not need', async () => {
    const watched = await watchedAccelerator()
    const x = tensor([1, 2])
    x.exp().log()
    await x.add(1).data()
    expect(watched.graphs[0]!.nodes.map(({ op }) => op.name)).toEqual(['literal', 'add'])
  })

  test('twice when it is read twice', async () => {
    const x = tensor([1, 2]).exp()
    await x.data()
    await x.array()
    await x.detach().data()
    expect(executions()).toBe(1)
  })

  test('of what was read already, to compute what follows', async () => {
    const watched = await watchedAccelerator()
    const x = tensor([1, 2]).exp()
    await x.data()
    await x.add(x).data()
    expect(watched.graphs.map(({ nodes }) => nodes.map(({ op }) => op.name))).toEqual([['exp'], ['add']])
  })

  test('twice that was recorded twice', async () => {
    const watched = await watchedAccelerator()
    const x = tensor([1, 2])
    await x.exp().add(x.exp()).data()
    expect(watched.graphs[0]!.nodes.map(({ op }) => op.name)).toEqual(['exp', 'add'])
  })
})

describe('compiled once', () => {
  test('is a structure, however often it is recorded and whatever the data', async () => {
    for (let i = 0; i < 5; i++)
      await tensor([i, 1])
        .add(tensor([1, 2]))
        .exp()
        .data()
    expect([compiles(), executions()]).toEqual([1, 5])
  })

  test('are not: another shape, another wiring, another attribute', async () => {
    const [x, y] = [tensor([[1, 2]]), tensor([[3, 4]])]
    await x.sub(y).data()
    await y.sub(x).data()
    expect(compiles()).toBe(1)
    await x.sub(x).data()
    await x
      .reshape([2])
      .sub(y.reshape([2]))
      .data()
    await x.sum(0).data()
    await x.sum(1).data()
    expect(compiles()).toBe(5)
  })

  test('a user’s number becomes a runtime scalar when it is seen with a second value', async () => {
    const x = tensor([1, 2])
    const results: unknown[] = []
    for (const factor of [0.5, 0.25, 0.125, 0.5]) results.push(await x.mul(factor).array())
    expect(results).toEqual([
      [0.5, 1],
      [0.25, 0.5],
      [0.125, 0.25],
      [0.5, 1],
    ])
    expect(compiles()).toBe(2)
  })

  test('numbers are promoted one by one', async () => {
    const x = tensor([1, 2])
    for (const [a, b] of [
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 2],
      [6, 3],
    ]) {
      expect(await x.mul(a!).add(b!).array()).toEqual([a! + b!, 2 * a! + b!])
    }
    expect(compiles()).toBe(3)
  })

  test.each<[string, (x: number) => Tensor]>([
    ['full', (x) => full([2], x)],
    ['uniform', (x) => uniform([2], -x, x)],
    ['clamp', (x) => tensor([1, 2]).clamp({ max: x })],
  ])('the number of %s is one', async (_, make) => {
    for (const x of [1, 2, 3, 4]) await make(x).data()
    expect(compiles()).toBe(2)
  })

  test('NaN and −0 are numbers like any other', async () => {
    const x = tensor([1])
    for (const y of [Number.NaN, Number.NaN, 0, -0]) await x.mul(y).data()
    expect(compiles()).toBe(2)
    expect(await x.div(x.mul(-0)).array()).toEqual([Number.NEGATIVE_INFINITY])
  })

  test('runtime scalars and random draws compile nothing new', async () => {
    const x = tensor([1, 2])
    for (let i = 0; i < 4; i++) {
      expect(await x.mul(new Tensor(scalarValue(i))).array()).toEqual([i, 2 * i])
    }
    expect(compiles()).toBe(1)
    for (let i = 0; i < 4; i++) await rand([2]).data()
    expect(compiles()).toBe(2)
  })
})

describe('dispose', () => {
  test('gives the buffer back; using the tensor throws', async () => {
    const before = liveBuffers()
    const x = tensor([1, 2]).exp()
    await x.data()
    const read = liveBuffers()
    x.dispose()
    x.dispose()
    expect(liveBuffers()).toBe(read - 1)
    expect(before).toBe(0)
    await expect(x.data()).rejects.toThrow(new ExpiredTensorError('tensor: it was disposed, got float32[2]'))
    expect(() => x.add(1)).toThrow(ExpiredTensorError)
  })

  test('of a tensor that is still pending does no harm to what depends on it', async () => {
    const x = tensor([0]).exp()
    const y = x.add(1)
    x.dispose()
    expect(await y.array()).toEqual([2])
  })

  test('of a realised one neither: it is computed again', async () => {
    const x = tensor([0]).exp()
    const y = x.add(1)
    await x.data()
    x.dispose()
    expect(await y.array()).toEqual([2])
  })

  test('of host data ends what depends on it', async () => {
    const x = tensor([0])
    const y = x.add(1)
    x.dispose()
    await expect(y.data()).rejects.toThrow(/^tensor: it was disposed, got float32\[1\]/)
  })

  test('comes with `using`', async () => {
    const before = liveBuffers()
    {
      using x = tensor([1, 2])
      using y = x.exp()
      await y.data()
      expect(liveBuffers()).toBe(before + 2)
    }
    expect(liveBuffers()).toBe(before)
  })

  test('of one name of a value leaves the others', async () => {
    const x = tensor([1, 2])
    x.detach().dispose()
    x.reshape([2]).dispose()
    expect(await x.array()).toEqual([1, 2])
  })
})

describe('concurrency', () => {
  test('reads at the same time are taken one after the other, and all are answered', async () => {
    const x = tensor([1, 2]).exp()
    const results = await Promise.all([x.array(), x.sum().item(), x.array(), x.mul(2).array()])
    expect(results[0]).toEqual(results[2])
    expect(executions()).toBe(3)
  })

  test('a read that fails does not stop those behind it', async () => {
    const watched = await watchedAccelerator()
    watched.failNextRun(new Error('no luck'))
    const x = tensor([1, 2])
    const results = await Promise.allSettled([x.exp().array(), x.add(1).array()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(await x.exp().sub(x.exp()).array()).toEqual([0, 0])
  })

  test('a tensor disposed of while a read of it waits is named', async () => {
    const watched = await watchedAccelerator()
    const x = tensor([1, 2])
    const reading = x.exp().data()
    x.dispose()
    await expect(reading).rejects.toThrow(
      new ExpiredTensorError(
        'read: something it is computed from was let go while it waited, got float32[2]; await reads before the step ends and before dispose()',
      ),
    )
    expect(watched.accelerator.stats().liveBuffers).toBe(0)
  })
})

test('a graph that cannot be compiled fails again with the same error, and nothing else does', async () => {
  const compile = vi
    .spyOn(accelerator, 'compile')
    .mockRejectedValueOnce(new Error('no such op'))
    .mockRejectedValueOnce(new Error('no such op'))
  const x = tensor([0]).exp()
  await expect(x.data()).rejects.toThrow('no such op')
  await expect(x.data()).rejects.toThrow('no such op')
  expect(await x.log().array()).toEqual([0])
  expect(compile).toHaveBeenCalledTimes(3)
})

test('commit with nothing to do does nothing', async () => {
  await commit()
  expect(executions()).toBe(0)
})
