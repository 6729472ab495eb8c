import { expect, test } from 'vitest'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { ShapeError } from '../../src/errors/errors.ts'
import { add, mul, sum } from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { chunk, split } from '../../src/graph/composites/split.ts'
import { expectGradient, expectSecondGradient, type Recorded } from '../autograd/expect-gradient.ts'
import { leaf, leafOf, SeededTensors } from '../support/host-tensors.ts'
import { numbers } from '../support/run-values.ts'

const random = new SeededTensors(2)

test('split cuts a tensor along an axis', async () => {
  const x = leaf([0, 1, 2, 3, 4, 5, 6, 7], [2, 4])
  const parts = split(x, 1, [1, 0, 3])
  expect(parts.map(({ spec }) => spec.shape)).toEqual([
    [2, 1],
    [2, 0],
    [2, 3],
  ])
  expect(await numbers(parts[0]!)).toEqual([0, 4])
  expect(await numbers(parts[2]!)).toEqual([1, 2, 3, 5, 6, 7])
  expect(await numbers(chunk(x, 0, 2)[1]!)).toEqual([4, 5, 6, 7])
  expect(split(x, 1, [4])).toEqual([x])
})

test.each<[string, Recorded]>([
  ['all parts', (x) => split(x!, 1, [1, 3])],
  ['some parts', (x) => mul(split(x!, 1, [1, 1, 2])[1]!, split(x!, 0, [1, 1])[1]!)],
  ['a product of parts', (x) => chunk(x!, 0, 2).reduce(mul)],
])('split has the gradients of central differences, also twice: %s', async (_, f) => {
  const inputs = [random.tensor('float64', [2, 4])]
  await expectGradient(f, inputs)
  await expectSecondGradient(f, inputs)
})

test('the gradient of many parts is one concat', () => {
  const x = leafOf(random.tensor('float64', [20, 2]), { requiresGrad: true })
  const total = sum(chunk(x, 0, 20).reduce(add), [0, 1])
  const { graph } = buildGraph(capture([gradientsOf([total], [x])[0]!]))
  const names = graph.nodes.map(({ op }) => op.name)
  expect(names.filter((name) => name === 'concat')).toHaveLength(1)
  expect(names).not.toContain('pad')
})

test('split refuses sizes that do not add up', () => {
  expect(() => split(leaf([1, 2, 3]), 0, [1, 1])).toThrow(
    new ShapeError('split: the sizes add up to axis 0, got [1, 1] for [3]'),
  )
})
