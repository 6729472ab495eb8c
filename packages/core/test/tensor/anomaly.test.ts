import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AnomalyError } from '../../src/errors/errors.ts'
import { detectAnomaly } from '../../src/tensor/anomaly-mode.ts'
import { where } from '../../src/tensor/combine.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { commit, rollback } from '../../src/tensor/flush.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { freshAccelerator } from './accelerators.ts'

beforeEach(async () => {
  await freshAccelerator()
})

afterEach(rollback)

/** The line of this file that calls it. */
function here(): string {
  return /anomaly\.test\.ts:(\d+)/.exec(new Error('here').stack!.split('\n')[2]!)![1]!
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(AnomalyError)
  return (error as Error).message
}

describe('with detectAnomaly', () => {
  test('the first NaN names its op and the line that recorded it', () =>
    detectAnomaly(async () => {
      const x = tensor([2, -1])
      const [y, line] = [x.log(), here()]
      const message = await messageOf(y.add(1).sum().item())
      expect(message).toMatch(/^detectAnomaly: log made a NaN, got it at element 1 of float32\[2\]; recorded at /)
      expect(message).toContain(`anomaly.test.ts:${line}:`)
    }))

  test('in a gradient, the line is that of the op whose gradient it is', () =>
    detectAnomaly(async () => {
      const x = new Parameter(tensor([0, 4]))
      const [y, line] = [x.mul(0).sqrt(), here()]
      y.mul(0).sum().backward()
      const message = await messageOf(commit())
      expect(message).toMatch(/^detectAnomaly: \w+ made a NaN, got it at element \d of float32\[2\]; recorded at /)
      expect(message).toContain(`anomaly.test.ts:${line}:`)
    }))

  test('the line is found behind deep calls', () =>
    detectAnomaly(async () => {
      const x = tensor([-1])
      const deep = (n: number): Tensor => (n === 0 ? x.log() : deep(n - 1))
      expect(await messageOf(deep(40).item())).toContain('anomaly.test.ts:')
    }))

  test('a NaN that was brought in is nobody’s fault, and may be masked', () =>
    detectAnomaly(async () => {
      const x = tensor([Number.NaN, 1])
      expect(await where(x.isNan(), 0, x.mul(2)).array()).toEqual([0, 2])
      expect(await x.exp().isNan().array()).toEqual([true, false])
    }))

  test('an infinity is no NaN', () =>
    detectAnomaly(async () => {
      expect(await tensor([0]).log().array()).toEqual([Number.NEGATIVE_INFINITY])
    }))

  test('what was realised before is not looked at again', () =>
    detectAnomaly(async () => {
      const [values] = [
        tensor([
          [3, 1],
          [2, 4],
        ]).softmax(1),
      ]
      await values.data()
      expect(await values.sum(1).mul(0).array()).toEqual([0, 0])
    }))

  test('nothing is left on the device, and results are right', () =>
    detectAnomaly(async () => {
      const accelerator = await freshAccelerator()
      const x = tensor([1, 4])
      const y = x.sqrt().add(x.sum())
      expect(await y.array()).toEqual([6, 7])
      y.dispose()
      x.dispose()
      expect(accelerator.stats().liveBuffers).toBe(0)
    }))

  test('what was recorded before it was on says so', async () => {
    const y = tensor([-1]).log()
    expect(await detectAnomaly(() => messageOf(y.item()))).toMatch(/recorded before detectAnomaly was on;/)
  })

  test('a throw ends it', async () => {
    await expect(detectAnomaly(() => tensor([-1]).log().item())).rejects.toThrow(AnomalyError)
    expect(await tensor([-1]).log().item()).toBeNaN()
  })
})

test('without it, a NaN is a number like any other', async () => {
  expect(await tensor([-1]).log().array()).toEqual([Number.NaN])
})
