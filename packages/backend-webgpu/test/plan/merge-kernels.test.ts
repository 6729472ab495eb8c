import * as g from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { makePlan } from '../../src/plan/make-plan.ts'
import { graphOf, input } from '../support/graphs.ts'

const limits = { maxBuffers: 9, maxThreads: 256, maxSharedBytes: 16384 }

const labels = (...args: Parameters<typeof graphOf>) =>
  makePlan(graphOf(...args), limits).kernels.map(({ label }) => label)

test('small kernels that do not wait for one another are one dispatch', () => {
  const [x, y] = [input([5]), input([7, 2])]
  expect(labels([g.neg(x), g.abs(y)], [x, y])).toEqual(['neg over [5] | abs over [7, 2]'])
})

test('one that waits for another is a dispatch behind it, which others may join', () => {
  const [x, at, y] = [input([5]), input([3], 'int32'), input([4])]
  const chain = g.neg(g.indexSelect(g.exp(x), at, 0))
  expect(labels([chain, g.abs(y)], [x, at, y])).toEqual([
    'exp over [5]',
    'indexSelect [5] [3]',
    'neg over [3] | abs over [4]',
  ])
})

test('a kernel that writes over what another reads comes after it', () => {
  const [p, grad, w] = [input([6]), input([6]), input([6, 6])]
  const product = g.matmul(g.reshape(p, [1, 6]), w)
  const plan = makePlan(graphOf([product, g.sub(p, grad)], [p, grad, w], [p]), limits)
  expect(plan.kernels).toHaveLength(2)
  expect(plan.takenOver).toEqual([undefined, 0])
})

test('together they bind no more buffers than a kernel may', () => {
  const pairs = Array.from({ length: 6 }, (_, i) => [input([i + 1]), input([i + 1])] as const)
  const { kernels } = makePlan(
    graphOf(
      pairs.map(([x, y]) => g.add(x, y)),
      pairs.flat(),
    ),
    limits,
  )
  expect(kernels.map(({ bindings }) => bindings.length)).toEqual([9, 9])
})

test('large kernels, and those that share memory within a workgroup, are left alone', () => {
  const [x, y, z] = [input([100_000]), input([4]), input([2, 600])]
  expect(labels([g.neg(x), g.abs(y), g.max(z, [1])], [x, y, z])).toHaveLength(3)
})
