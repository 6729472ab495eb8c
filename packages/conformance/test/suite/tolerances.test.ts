import { HostRandom, reference } from '@voltaic/core'
import { matmul, type Value } from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
import { firstDifference } from '../../src/check/compare.ts'
import { evaluate } from '../../src/check/evaluate.ts'
import { numbersOf, rounded, tensorOf } from '../../src/check/numbers.ts'
import { type HostStorage, leafOf, Operands } from '../../src/check/operands.ts'
import { allowedError } from '../../src/suite/tolerances.ts'

const sizes = [3, 16, 64, 256, 1024] as const

function operandsOf(terms: number): readonly [Value, Value] {
  const operands = new Operands(terms, 'tolerances')
  return [operands.tensor('float32', [7, terms]), operands.tensor('float32', [terms, 5])]
}

function roundedTo(dtype: 'float16' | 'bfloat16', x: Value): Value {
  const { tensor } = x.storage as HostStorage
  return leafOf(
    tensorOf(
      numbersOf(tensor).map((n) => rounded(dtype, n)),
      tensor.shape,
    ),
  )
}

async function product(a: Value, b: Value) {
  const accelerator = reference()
  await accelerator.setup()
  return (await evaluate(accelerator, [matmul(a, b)]))[0]!
}

describe.each(sizes)('a float32 product of %i terms', (terms) => {
  const [a, b] = operandsOf(terms)
  const comparison = { kind: 'contraction', terms } as const

  test.each(['float16', 'bfloat16'] as const)(
    'is not taken for one when its factors are rounded to %s',
    async (dtype) => {
      const expected = numbersOf(await product(a, b))
      const got = await product(roundedTo(dtype, a), roundedTo(dtype, b))
      expect(firstDifference(got, expected, comparison)).not.toBeNull()
    },
  )

  test('may add up its terms in float32, in order or the other way round', async () => {
    const expected = numbersOf(await product(a, b))
    for (const backwards of [false, true]) {
      const got = tensorOf(addedUp(a, b, Math.fround, backwards), [7, 5])
      expect(firstDifference(got, expected, comparison)).toBeNull()
    }
  })
})

test('one sum of many terms may cancel', () => {
  const terms = 300
  for (let seed = 0; seed < 200; seed++) {
    const random = new HostRandom(seed, 'cancelling')
    const products = Array.from({ length: terms }, () => Math.fround(random.uniform() * 4 - 2))
    const exact = products.reduce((sum, x) => sum + x, 0)
    const got = products.reduce((sum, x) => Math.fround(sum + x), 0)
    expect(Math.abs(got - exact)).toBeLessThanOrEqual(
      allowedError(exact, { kind: 'contraction', dtype: 'float32', terms, size: Math.abs(exact) }),
    )
  }
})

test.each([64, 256, 1024])(
  'a float16 product of %i terms is not taken for one when it is added up in float16',
  (terms) => {
    const [a, b] = operandsOf(terms).map((x) => roundedTo('float16', x)) as [Value, Value]
    const expected = addedUp(a, b, (x) => x).map((x) => rounded('float16', x))
    const wide = tensorOf(addedUp(a, b, Math.fround), [7, 5], 'float16')
    const narrow = tensorOf(
      addedUp(a, b, (x) => rounded('float16', x)),
      [7, 5],
      'float16',
    )
    const comparison = { kind: 'contraction', terms } as const
    expect(firstDifference(wide, expected, comparison)).toBeNull()
    expect(firstDifference(narrow, expected, comparison)).not.toBeNull()
  },
)

/** a·b with every sum rounded by `round`. */
function addedUp(a: Value, b: Value, round: (x: number) => number, backwards = false): number[] {
  const [x, y] = [a, b].map((value) => numbersOf((value.storage as HostStorage).tensor)) as [Float64Array, Float64Array]
  const terms = a.spec.shape[1]!
  const order = Array.from({ length: terms }, (_, k) => (backwards ? terms - 1 - k : k))
  const result: number[] = []
  for (let i = 0; i < 7; i++) {
    for (let j = 0; j < 5; j++) {
      result.push(order.reduce((sum, k) => round(sum + round(x[i * terms + k]! * y[k * 5 + j]!)), 0))
    }
  }
  return result
}

test.each([
  ['exact', 'float32', 0],
  ['arithmetic', 'float32', 0],
  ['arithmetic', 'float16', 2 ** -10],
  ['quotient', 'float32', 3 * 2 ** -23],
  ['function', 'bfloat16', 2 ** -7],
  ['function', 'int32', 0],
  ['composite', 'float32', 1.3e-6 + 1e-5],
] as const)('%s on %s allows %d near 1', (kind, dtype, expected) => {
  expect(allowedError(1, { kind, dtype })).toBeCloseTo(expected, 14)
})

test('nothing but itself stands for a number that is not finite', () => {
  expect(allowedError(Number.POSITIVE_INFINITY, { kind: 'composite', dtype: 'float32' })).toBe(0)
})
