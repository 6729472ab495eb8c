import { expect } from 'vitest'
import type { EpochMetric } from '../../src/metrics/metric.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { HostRandom } from '../../src/util/host-random.ts'

/** A seed that is another in each run; tests print it in their names. */
export const freshSeed: number = Math.floor(Math.random() * 2 ** 32)

/** Random predictions and targets. */
export class RandomData {
  readonly #random = new HostRandom(freshSeed, 'metrics')

  labels(count: number, classes: number): number[] {
    return Array.from({ length: count }, () => this.#random.below(classes))
  }

  /** Multiples of 1/16 between 0 and 1: many are equal. */
  scores(count: number): number[] {
    return Array.from({ length: count }, () => this.#random.below(17) / 16)
  }
}

/** Host numbers as int32. */
export function ints(numbers: readonly number[], shape: readonly number[] = [numbers.length]): Tensor {
  return tensor(Int32Array.from(numbers), { shape })
}

/** Host numbers as float32. */
export function floats(numbers: readonly number[], shape: readonly number[] = [numbers.length]): Tensor {
  return tensor(Float32Array.from(numbers), { shape })
}

/** Expects the elements of what `metric` computes, flat. */
export async function expectMetric(metric: EpochMetric, expected: readonly number[]): Promise<void> {
  const got = Array.from(await metric.compute().data())
  expect(got).toEqual(expected.map((x) => (Number.isNaN(x) ? Number.NaN : expect.closeTo(x, 5))))
}
