import { expect, test } from 'vitest'
import { exp, gather, maxPool, mul, sum } from '../../src/graph/build.ts'
import { tensorOf } from './host-tensors.ts'
import { numericGradient } from './numeric-gradient.ts'

const one = tensorOf([1], [], 'float64')

test('of a sum of products', async () => {
  const [x, y] = [tensorOf([1, 2, 3], [3], 'float64'), tensorOf([4, 5, 6], [3], 'float64')]
  const [gx, gy] = await numericGradient((a, b) => sum(mul(a, b), [0]), [x, y], [one])
  expect([...gx!].map((g, i) => g - [4, 5, 6][i]!).every((d) => Math.abs(d) < 1e-8)).toBe(true)
  expect([...gy!].map((g, i) => g - [1, 2, 3][i]!).every((d) => Math.abs(d) < 1e-8)).toBe(true)
})

test('weights outputs by their cotangents, and skips those without', async () => {
  const x = tensorOf([0, 1], [2], 'float64')
  const [g] = await numericGradient((a) => [exp(a), mul(a, a)], [x], [tensorOf([3, 5], [2], 'float64'), null])
  expect(g![0]).toBeCloseTo(3, 7)
  expect(g![1]).toBeCloseTo(5 * Math.E, 7)
})

test('leaves indices alone, whether inputs or outputs', async () => {
  const x = tensorOf([1, 7, 2, 3], [1, 1, 4], 'float64')
  const at = tensorOf([1], [1, 1, 1], 'int32')
  const gradients = await numericGradient(
    (a, i) => [...maxPool(a, { kernel: [2], stride: [2], padding: [[0, 0]] }), gather(a, i, 2)],
    [x, at],
    [tensorOf([1, 10], [1, 1, 2], 'float64'), null, tensorOf([100], [1, 1, 1], 'float64')],
  )
  expect(gradients[0]!.map(Math.round)).toEqual(Float64Array.of(0, 101, 0, 10))
  expect(gradients[1]).toBeNull()
})
