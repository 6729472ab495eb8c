import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { exp, mul, sin } from '../../src/graph/build.ts'
import { type Capture, capture } from '../../src/graph/capture.ts'
import { defineComposite } from '../../src/graph/composite.ts'
import { numberValue, recordOne } from '../../src/graph/record.ts'
import type { Value } from '../../src/graph/value.ts'
import { ExecutableCache } from '../../src/tensor/executables.ts'
import { leaf } from '../support/host-tensors.ts'

let accelerator: Accelerator
let warn: MockInstance

beforeEach(async () => {
  accelerator = reference()
  await accelerator.setup()
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})

afterEach(() => {
  warn.mockRestore()
})

const ofLength = (n: number, f: (x: Value) => Value = exp): Capture => capture([f(leaf(new Array<number>(n).fill(1)))])

describe('the cache of executables', () => {
  test('gives a hit at once, a miss as a promise', async () => {
    const cache = new ExecutableCache(accelerator)
    const first = cache.get(ofLength(2))
    expect(first).toBeInstanceOf(Promise)
    expect(cache.get(ofLength(2))).toBeInstanceOf(Promise)
    const compiled = await first
    expect(cache.get(ofLength(2))).toBe(compiled)
    expect(cache.stats()).toEqual({ hits: 2, misses: 1, evictions: 0, cached: 1 })
    expect(accelerator.stats().compiles).toBe(1)
  })

  test('drops the executable that was used longest ago, disposes of it, and warns once', async () => {
    const cache = new ExecutableCache(accelerator, { maxCount: 2 })
    await cache.get(ofLength(1))
    const second = await cache.get(ofLength(2))
    await cache.get(ofLength(1))
    const dispose = vi.spyOn(second.executable, 'dispose')
    await cache.get(ofLength(3))
    await Promise.resolve()
    expect(dispose).toHaveBeenCalledOnce()
    expect(cache.get(ofLength(1))).not.toBeInstanceOf(Promise)
    expect(cache.get(ofLength(3))).not.toBeInstanceOf(Promise)
    await cache.get(ofLength(2))
    expect(cache.stats()).toMatchObject({ evictions: 2, cached: 2 })
    expect(warn).toHaveBeenCalledOnce()
    expect(warn.mock.calls[0]![0]).toMatch(
      /^reference: more than 2 graphs were compiled .* shapes or structure change every step\?/,
    )
  })

  test('is bounded by bytes, too, but always keeps the latest', async () => {
    const cache = new ExecutableCache(accelerator, { maxBytes: 100, minCount: 0 })
    await cache.get(ofLength(5))
    await cache.get(ofLength(6))
    expect(cache.stats()).toMatchObject({ cached: 2, evictions: 0 })
    await cache.get(ofLength(1000))
    expect(cache.stats()).toMatchObject({ cached: 1, evictions: 2 })
  })

  test('promotes a number for good, and forgets nothing when it recompiles', async () => {
    const cache = new ExecutableCache(accelerator)
    const scaled = (by: number) => ofLength(2, (x) => mul(x, numberValue(by)))
    expect((await cache.get(scaled(1))).promoted).toEqual([])
    const promoted = await cache.get(scaled(2))
    expect(promoted.promoted).toEqual([0])
    expect(promoted.graph.scalars).toHaveLength(1)
    expect(cache.get(scaled(1))).toBe(promoted)
    expect(cache.get(scaled(3))).toBe(promoted)
    expect(cache.stats()).toEqual({ hits: 2, misses: 2, evictions: 0, cached: 1 })
  })

  test('keeps nothing of a graph that cannot be built or compiled', async () => {
    const cache = new ExecutableCache(accelerator)
    let broken = true
    const moody = defineComposite({
      name: 'moody',
      infer: ([x]) => [x!],
      decompose: ([x]) => {
        if (broken) throw new Error('not today')
        return [sin(x!)]
      },
    })
    const use = () => ofLength(2, (x) => recordOne(moody, [x], {}))
    expect(() => cache.get(use())).toThrow('not today')
    expect(() => cache.get(use())).toThrow('not today')
    expect(cache.stats().cached).toBe(0)
    broken = false
    expect((await cache.get(use())).graph.nodes).toHaveLength(1)
  })

  test('clear disposes of all', async () => {
    const cache = new ExecutableCache(accelerator)
    const compiled = await cache.get(ofLength(2))
    const dispose = vi.spyOn(compiled.executable, 'dispose')
    cache.clear()
    await Promise.resolve()
    expect(dispose).toHaveBeenCalledOnce()
    expect(cache.get(ofLength(2))).toBeInstanceOf(Promise)
  })
})
