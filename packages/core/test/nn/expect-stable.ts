import { expect } from 'vitest'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'

const points = [0, 1e-6, 1e-3, 0.1, 0.7, 1, 1.7, 4, 9, 25, 80, 200, 1e3, 1e4].flatMap((x) => [-x, x]).map(Math.fround)

/** Expects `f`, elementwise, to have finite values and gradients in float32, close to those in float64, up to ±1e4. */
export async function expectStable(f: (x: Tensor) => Tensor): Promise<void> {
  const [exact, single] = [await runIn('float64', f), await runIn('float32', f)]
  for (const [i, numbers] of single.entries()) {
    expect(numbers.every(Number.isFinite)).toBe(true)
    expectWithin(numbers, exact[i]!, 2e-6)
  }
}

async function runIn(dtype: 'float32' | 'float64', f: (x: Tensor) => Tensor): Promise<number[][]> {
  const x = tensor(points, { dtype, requiresGrad: true })
  const y = f(x)
  y.sum().backward()
  return [Array.from(await y.data(), Number), Array.from(await x.grad!.data(), Number)]
}
