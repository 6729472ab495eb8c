import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { handOver, releaseAccelerator, useAccelerator, withAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { commit } from '../../src/tensor/flush.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { uniform } from '../../src/tensor/random.ts'
import { watchedAccelerator } from './accelerators.ts'

const mixed = (spec: string, on: string, got: string) =>
  new MisconfigurationError(
    `tensor: one expression, two accelerators: ${spec} is on ${on}, got ${got}; read it with data() and make a tensor of that`,
  )

test('without any, the reference is used', async () => {
  expect(await tensor([1]).add(1).array()).toEqual([2])
})

describe('useAccelerator', () => {
  test('sets it up and uses it from then on', async () => {
    const accelerator = reference()
    await useAccelerator(accelerator)
    await tensor([1]).add(1).data()
    expect(accelerator.stats().executions).toBe(1)
  })

  test('is in use at once, awaited or not: what is computed meanwhile waits for the set-up', async () => {
    const accelerator = reference()
    const settingUp = useAccelerator(accelerator)
    await tensor([1]).add(1).data()
    expect(accelerator.stats().executions).toBe(1)
    await settingUp
  })

  test('that fails to set up fails what was computed meanwhile, and leaves the one before in use', async () => {
    const before = reference()
    await useAccelerator(before)
    const broken = { ...reference(), setup: () => Promise.reject(new Error('no device')) }
    const settingUp = useAccelerator(broken)
    const reading = tensor([1]).add(1).data()
    await expect(settingUp).rejects.toThrow('no device')
    await expect(reading).rejects.toThrow('no device')
    await tensor([1]).add(2).data()
    expect(before.stats().executions).toBe(1)
  })

  test('leaves a computed tensor where it is: mixing names both, and data() leads out', async () => {
    await watchedAccelerator('left')
    const x = tensor([1]).add(1)
    await x.data()
    await watchedAccelerator('right')
    const y = x.mul(2)
    await expect(y.data()).rejects.toThrow(mixed('float32[1]', 'left', 'right'))
    expect(await x.array()).toEqual([2])
    expect(
      await tensor(await x.data())
        .mul(2)
        .array(),
    ).toEqual([4])
  })

  test('takes host data along', async () => {
    const left = await watchedAccelerator('left')
    const x = tensor([1])
    await x.add(1).data()
    const onLeft = left.accelerator.stats().liveBuffers
    const right = await watchedAccelerator('right')
    expect(await x.add(2).array()).toEqual([3])
    expect(left.accelerator.stats().liveBuffers).toBe(onLeft - 1)
    expect(right.accelerator.stats().executions).toBe(1)
    await releaseAccelerator(left.accelerator)
    expect(await x.add(3).array()).toEqual([4])
  })
})

describe('withAccelerator', () => {
  test('uses one for a while, also when that ends in a throw', async () => {
    const outer = await watchedAccelerator('outer')
    const inner = reference()
    await inner.setup()
    const seven = await withAccelerator(inner, async () => {
      await tensor([1]).add(1).data()
      return 7
    })
    expect(seven).toBe(7)
    await expect(withAccelerator(inner, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    await tensor([1]).add(1).data()
    expect([inner.stats().executions, outer.accelerator.stats().executions]).toEqual([1, 1])
  })
})

describe('handOver', () => {
  test('lets the next accelerator go on with what was computed before, pending gradients too', async () => {
    const first = await watchedAccelerator('first')
    const w = new Parameter(uniform([1], 3, 3))
    await w.data()
    const x = w.mul(2)
    await x.data()
    x.mul(w).sum().backward()
    const next = reference()
    await next.setup()
    await handOver(next)
    expect(first.accelerator.stats().liveBuffers).toBe(0)
    await withAccelerator(next, async () => {
      await commit()
      expect([await w.add(1).array(), await x.mul(2).array(), await w.grad!.array()]).toEqual([[4], [12], [12]])
    })
  })

  test('to itself changes nothing', async () => {
    const { accelerator } = await watchedAccelerator()
    const x = tensor([1]).add(1)
    await x.data()
    const { liveBuffers } = accelerator.stats()
    await handOver(accelerator)
    expect(accelerator.stats().liveBuffers).toBe(liveBuffers)
  })
})

describe('releaseAccelerator', () => {
  test('brings what is on it to the host, where it works with another', async () => {
    const first = await watchedAccelerator('first')
    const w = new Parameter(tensor([1]).add(1))
    await commit()
    const x = w.mul(5)
    await x.data()
    await releaseAccelerator(first.accelerator)
    expect(first.accelerator.stats().liveBuffers).toBe(0)
    await first.accelerator.teardown()

    await watchedAccelerator('second')
    expect(await x.add(w).array()).toEqual([12])
    w.assign(w.detach().mul(2))
    await commit()
    expect(await w.array()).toEqual([4])
  })
})
