import { beforeEach, describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'
import { multinomial, randperm } from '../../src/tensor/sampling.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const n = 20_000

beforeEach(() => {
  manualSeed(11)
})

async function countsOf(x: Tensor, length: number): Promise<number[]> {
  const counts = new Array<number>(length).fill(0)
  for (const i of await x.data()) counts[i]!++
  return counts
}

/** Expects as many of each as its probability says, to five standard deviations. */
function expectShares(counts: readonly number[], probabilities: readonly number[]): void {
  const total = counts.reduce((sum, count) => sum + count, 0)
  for (const [i, p] of probabilities.entries()) {
    expect(Math.abs(counts[i]! - p * total)).toBeLessThanOrEqual(5 * Math.sqrt(total * p * (1 - p)))
  }
}

describe('multinomial with replacement', () => {
  test.each(['float32', 'float64', 'float16'] as const)('draws in proportion to weights in %s', async (dtype) => {
    const weights = tensor([1, 0, 3, 4, 0, 2, 0], { dtype })
    const drawn = multinomial(weights, n, { replacement: true })
    expect([drawn.dtype, drawn.shape]).toEqual(['int32', [n]])
    expectShares(await countsOf(drawn, 7), [0.1, 0, 0.3, 0.4, 0, 0.2, 0])
  })

  test('draws from each row', async () => {
    const drawn = multinomial(
      tensor([
        [0, 1, 0],
        [1, 0, 1],
      ]),
      n,
      { replacement: true },
    )
    expect(drawn.shape).toEqual([2, n])
    expectShares(await countsOf(drawn.select(0, 0), 3), [0, 1, 0])
    expectShares(await countsOf(drawn.select(0, 1), 3), [0.5, 0, 0.5])
  })

  test('takes weights of any size', async () => {
    for (const scale of [1e-40, 1e38]) {
      const weights = tensor([1, 0, 1, 2], { dtype: 'float64' }).mul(scale).to('float32')
      expectShares(await countsOf(multinomial(weights, n, { replacement: true }), 4), [0.25, 0, 0.25, 0.5])
    }
  })
})

describe('multinomial without replacement', () => {
  test('draws the first index in proportion to the weights', async () => {
    const drawn = multinomial(tensor([1, 0, 3, 6]).expand([n, 4]), 2)
    expectShares(await countsOf(drawn.select(1, 0), 4), [0.1, 0, 0.3, 0.6])
    const second = await countsOf(drawn.select(1, 1), 4)
    // After i with weight w, the others come in proportion to theirs among the rest.
    const p = [0.1, 0, 0.3, 0.6]
    const then = p.map((pj, j) => p.reduce((sum, pi, i) => (i === j ? sum : sum + pi * (pj / (1 - pi))), 0))
    expectShares(second, then)
  })

  test('draws each index once', async () => {
    const drawn = (await multinomial(tensor([0.1, 5, 2, 1]), 4).array()) as number[]
    expect(drawn.toSorted()).toEqual([0, 1, 2, 3])
  })

  test('never draws a weight of 0 while there are others', async () => {
    const weights = tensor([0, 1e-30, 0, 1, 0]).expand([1000, 5])
    expect(await countsOf(multinomial(weights, 2), 5)).toEqual([0, 1000, 0, 1000, 0])
  })
})

describe('randperm', () => {
  test('holds every number once', async () => {
    for (const length of [0, 1, 2, 1000]) {
      const order = randperm(length)
      expect([order.dtype, order.shape]).toEqual(['int32', [length]])
      const sorted = Array.from(await order.data()).sort((a, b) => a - b)
      expect(sorted).toEqual(Array.from({ length }, (_, i) => i))
    }
  })

  test('has every order as often', async () => {
    const counts = new Map<string, number>()
    const draws = 2000
    for (let i = 0; i < draws; i++) {
      const key = String(await randperm(3).array())
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    expectShares([...counts.values()], new Array(6).fill(1 / 6))
  })

  test('takes a dtype', () => {
    expect(randperm(200, { dtype: 'uint8' }).dtype).toBe('uint8')
  })
})

test('the same seed draws the same', async () => {
  const draw = async (seed: number) => {
    const generator = new Generator(seed)
    const weights = tensor([1, 2, 3])
    const drawn = [
      multinomial(weights, 3, { generator }),
      multinomial(weights, 5, { replacement: true, generator }),
      randperm(9, { generator }),
    ]
    return Promise.all(drawn.map((x) => x.array()))
  }
  expect(await draw(3)).toEqual(await draw(3))
  expect(await draw(3)).not.toEqual(await draw(4))
})

test.each<[string, () => unknown, Error]>([
  [
    'more than there are',
    () => multinomial(tensor([1, 2]), 3),
    new OutOfRangeError('multinomial: draws 1 to 2 indices, got 3; more need replacement'),
  ],
  [
    'none',
    () => multinomial(tensor([1, 2]), 0, { replacement: true }),
    new OutOfRangeError('multinomial: draws 1 to any number of indices, got 0'),
  ],
  [
    'a negative weight',
    () => multinomial(tensor([1, -1]), 1),
    new OutOfRangeError('multinomial: weights are finite and not negative, got -1 at position 1'),
  ],
  [
    'NaN',
    () => multinomial(tensor([Number.NaN]), 1),
    new OutOfRangeError('multinomial: weights are finite and not negative, got NaN at position 0'),
  ],
  [
    'too few positive weights',
    () =>
      multinomial(
        tensor([
          [1, 1],
          [0, 1],
        ]),
        2,
      ),
    new OutOfRangeError('multinomial: needs 2 positive weights, got 1 in row 1'),
  ],
  [
    'no positive weight',
    () => multinomial(tensor([0, 0]), 5, { replacement: true }),
    new OutOfRangeError('multinomial: needs 1 positive weights, got 0'),
  ],
  [
    'a batch of batches',
    () => multinomial(zeros([1, 1, 1]), 1),
    new ShapeError('multinomial: weights are [n] or [batch, n] with n ≥ 1, got float32[1, 1, 1]'),
  ],
  [
    'no weights',
    () => multinomial(zeros([0]), 1),
    new ShapeError('multinomial: weights are [n] or [batch, n] with n ≥ 1, got float32[0]'),
  ],
  [
    'integers',
    () => multinomial(tensor(Int32Array.of(1)), 1),
    new DTypeError("multinomial: takes floats, got int32; cast it first, to('float32')"),
  ],
  ['half an order', () => randperm(1.5), new OutOfRangeError('randperm: takes a whole number ≥ 0, got 1.5')],
  [
    'an order beyond bytes',
    () => randperm(257, { dtype: 'uint8' }),
    new OutOfRangeError('randperm: uint8 does not hold every number, got 256; cast to a float dtype'),
  ],
])('%s: refused', (_, act, error) => {
  expect(act).toThrow(error)
})
