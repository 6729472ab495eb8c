import { describe, expect, test } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import * as build from '../../src/graph/build.ts'
import type { PrimitiveName } from '../../src/graph/primitives.ts'
import { leaf, leafOf, tensorOf } from '../support/host-tensors.ts'
import { numbers } from '../support/run-values.ts'
import { expectGradient, expectSecondGradient } from './expect-gradient.ts'
import { ruleCases } from './rule-cases.ts'

const cases = Object.entries(ruleCases).flatMap(([name, uses]) =>
  typeof uses === 'string' ? [] : uses.map((use) => ({ name: name as PrimitiveName, ...use })),
)

describe('the gradient is that of central differences', () => {
  test.each(cases)('$name $what', ({ f, inputs }) => expectGradient(f, inputs))
})

describe('and so is the gradient of the gradient', () => {
  test.each(cases)('$name $what', ({ f, inputs }) => expectSecondGradient(f, inputs))
})

describe('by hand', () => {
  const requiring = (numbers_: readonly number[], dtype: 'float32' | 'float64' = 'float64') =>
    leafOf(tensorOf(numbers_, [numbers_.length], dtype), { requiresGrad: true })
  const gradientOf = async (y: ReturnType<typeof leaf>, x: ReturnType<typeof leaf>) =>
    numbers(gradientsOf([build.sum(y, [0])], [x])[0]!)

  test('a cast gives the gradient in the dtype of its operand', async () => {
    const x = requiring([1, 2], 'float32')
    const y = build.mul(build.cast(x, 'float64'), leaf([0.1, 3], [2], 'float64'))
    const [gradient] = gradientsOf([build.sum(y, [0])], [x])
    expect(gradient!.spec.dtype).toBe('float32')
    expect(await numbers(gradient!)).toEqual([Math.fround(0.1), 3])
  })

  test('nothing flows through a cast to integers', () => {
    const x = requiring([1, 2])
    expect(build.cast(x, 'int32').requiresGrad).toBe(false)
    expect(build.cast(build.cast(x, 'int32'), 'float64').requiresGrad).toBe(false)
  })

  test.each([
    ['minimum', build.minimum],
    ['maximum', build.maximum],
  ] as const)('equal operands share the gradient of %s', async (_, op) => {
    const [x, y] = [requiring([1, 2, 3]), requiring([1, 5, 0])]
    const [toX, toY] = gradientsOf([build.sum(op(x, y), [0])], [x, y])
    const [gx, gy] = [await numbers(toX!), await numbers(toY!)]
    expect(gx[0]).toBe(0.5)
    expect(gx.map((g, i) => g + gy[i]!)).toEqual([1, 1, 1])
  })

  test.each([
    ['max', build.max, [3, 1, 3, 3]],
    ['min', build.min, [0, 2, 0, 0]],
  ] as const)('equal extremes share the gradient of %s', async (_, op, xs) => {
    const x = requiring(xs)
    expect(await numbers(gradientsOf([op(x, [0])], [x])[0]!)).toEqual([1 / 3, 0, 1 / 3, 1 / 3])
  })

  test('the largest of a window gets the gradient, the first of equals', async () => {
    const x = leafOf(tensorOf([1, 5, 5, 2], [1, 1, 4], 'float64'), { requiresGrad: true })
    const [y] = build.maxPool(x, { kernel: [4], stride: [1], padding: [[0, 0]] })
    expect(await numbers(gradientsOf([build.sum(y, [0, 1, 2])], [x])[0]!)).toEqual([0, 1, 0, 0])
  })

  test('the exponent of a zero base gets no gradient, unless it is negative', async () => {
    const x = requiring([2, 0])
    const base = leaf([0, 0], [2], 'float64')
    expect(await gradientOf(build.pow(base, x), x)).toEqual([0, 0])
    const y = requiring([-1])
    expect(await gradientOf(build.pow(leaf([0], [1], 'float64'), y), y)).toEqual([Number.NEGATIVE_INFINITY])
  })

  test('the base to the power 0 gets the gradient 0, also at 0', async () => {
    const x = requiring([0, 3])
    expect(await gradientOf(build.pow(x, leaf([0, 0], [2], 'float64')), x)).toEqual([0, 0])
  })

  test('the sign of 0 is the gradient of abs at 0', async () => {
    const x = requiring([-2, 0, 3])
    expect(await gradientOf(build.abs(x), x)).toEqual([-1, 0, 1])
  })

  test('what is chosen against gets no gradient, even where the gradient would be no number', async () => {
    const x = requiring([4, 0])
    const y = build.where(leaf([1, 0], [2], 'bool'), x, build.fullLike(x, 0))
    expect(await gradientOf(y, x)).toEqual([1, 0])
  })
})
