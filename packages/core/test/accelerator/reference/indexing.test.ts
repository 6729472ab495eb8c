import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../../src/errors/errors.ts'
import { gather, indexAdd, indexSelect, scatter, scatterAdd } from '../../../src/graph/build.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import type { Value } from '../../../src/graph/value.ts'
import { leaf, leafOf, numbersOf, SeededTensors } from '../../support/host-tensors.ts'
import { fromFormula, type Index, indicesOf, reader } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const indices = (values: number[], shape?: Shape) => leaf(values, shape, 'int32')

test('indexSelect takes rows, in any order and more than once', async () => {
  const x = leaf([1, 2, 3, 4, 5, 6], [3, 2])
  expect(await numbers(indexSelect(x, indices([2, 0, 2]), 0))).toEqual([5, 6, 1, 2, 5, 6])
  expect(await numbers(indexSelect(x, indices([1], []), 1))).toEqual([2, 4, 6])
})

test('indexAdd adds rows where they were taken from', async () => {
  const x = leaf([1, 2, 3, 4, 5, 6], [3, 2])
  const updates = leaf([10, 20, 30, 40, 50, 60], [3, 2])
  expect(await numbers(indexAdd(x, indices([2, 0, 2]), updates, 0))).toEqual([31, 42, 3, 4, 65, 86])
})

test("gather follows PyTorch's example", async () => {
  // torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
  const x = leaf([1, 2, 3, 4], [2, 2], 'int32')
  expect(await numbers(gather(x, indices([0, 0, 1, 0], [2, 2]), 1))).toEqual([1, 1, 4, 3])
})

test("scatterAdd follows PyTorch's example", async () => {
  // torch.zeros(3, 5).scatter_add_(0, torch.tensor([[0, 1, 2, 0, 0]]), torch.ones(1, 5))
  const zeros = leaf(new Array(15).fill(0), [3, 5])
  const out = scatterAdd(zeros, indices([0, 1, 2, 0, 0], [1, 5]), leaf([1, 1, 1, 1, 1], [1, 5]), 0)
  expect(await numbers(out)).toEqual([1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0])
})

test("scatter follows PyTorch's example", async () => {
  // torch.zeros(3, 5, dtype=src.dtype).scatter_(0, torch.tensor([[0, 1, 2, 0]]), torch.arange(1, 11).reshape((2, 5)))
  const zeros = leaf(new Array(15).fill(0), [3, 5], 'int32')
  const out = scatter(zeros, indices([0, 1, 2, 0], [1, 4]), leaf([1, 2, 3, 4], [1, 4], 'int32'), 0)
  expect(await numbers(out)).toEqual([1, 0, 0, 4, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0])
})

test('the last update of a place is the one that scatter leaves, in any dtype', async () => {
  const at = indices([1, 1, 0, 1], [4])
  expect(await numbers(scatter(leaf([7, 8, 9]), at, leaf([1, 2, 3, 4]), 0))).toEqual([3, 4, 9])
  const bools = scatter(leaf([1, 1, 1], [3], 'bool'), at, leaf([1, 1, 0, 0], [4], 'bool'), 0)
  expect(await numbers(bools)).toEqual([0, 0, 1])
  const bytes = scatter(leaf([7, 8, 9], [3], 'uint8'), at, leaf([1, 2, 3, 255], [4], 'uint8'), 0)
  expect(await numbers(bytes)).toEqual([3, 255, 9])
})

test('integers wrap, and halves round once', async () => {
  const [a, b] = [leaf([2 ** 31 - 1], [1], 'int32'), leaf([1, 1], [2], 'int32')]
  expect(await numbers(indexAdd(a, indices([0, 0]), b, 0))).toEqual([-(2 ** 31) + 1])
  const [c, d] = [leaf([2048], [1], 'float16'), leaf([1, 1], [2], 'float16')]
  expect(await numbers(scatterAdd(c, indices([0, 0]), d, 0))).toEqual([2050])
})

const blocks: { x: Shape; indices: Shape; axis: number }[] = [
  { x: [5], indices: [7], axis: 0 },
  { x: [3, 4, 2], indices: [5], axis: 1 },
  { x: [3, 4, 2], indices: [2, 3], axis: 0 },
  { x: [3, 4, 2], indices: [], axis: 2 },
  { x: [3, 4], indices: [0], axis: 1 },
  { x: [0, 4], indices: [3], axis: 1 },
]

describe.each(blocks)('rows of $x along $axis at indices of $indices', ({ x: shape, indices: indexShape, axis }) => {
  const random = new SeededTensors(10)
  const x = random.tensor('float32', shape)
  const at = random.indices(indexShape, shape[axis]!)
  const output = [...shape.slice(0, axis), ...indexShape, ...shape.slice(axis + 1)]
  const updates = random.tensor('float32', output)

  test('indexSelect', async () => {
    const [result] = await runValues([indexSelect(leafOf(x), leafOf(at), axis)])
    expect(result!.shape).toEqual(output)
    expect(numbersOf(result!)).toEqual(fromFormula(output, (out) => reader(x)(sourceOf(out))))
  })

  test('indexAdd', async () => {
    const sources = indicesOf(output).map((out) => sourceOf(out).join())
    const [result] = await runValues([indexAdd(leafOf(x), leafOf(at), leafOf(updates), axis)])
    expectClose(result!, withAdded(x, sources, numbersOf(updates)), 'accumulation')
  })

  function sourceOf(out: Index): Index {
    const row = reader(at)(out.slice(axis, axis + indexShape.length))
    return [...out.slice(0, axis), row, ...out.slice(axis + indexShape.length)]
  }
})

const elements: { x: Shape; indices: Shape; axis: number }[] = [
  { x: [5], indices: [7], axis: 0 },
  { x: [3, 4], indices: [3, 6], axis: 1 },
  { x: [3, 4, 2], indices: [2, 3, 1], axis: 0 },
  { x: [3, 4, 2], indices: [3, 5, 2], axis: 1 },
  { x: [3, 4], indices: [3, 0], axis: 1 },
]

describe.each(elements)(
  'elements of $x along $axis at indices of $indices',
  ({ x: shape, indices: indexShape, axis }) => {
    const random = new SeededTensors(11)
    const x = random.tensor('float32', shape)
    const at = random.indices(indexShape, shape[axis]!)
    const updates = random.tensor('float32', indexShape)
    const sourceOf = (out: Index) => out.with(axis, reader(at)(out))

    test('gather', async () => {
      const [result] = await runValues([gather(leafOf(x), leafOf(at), axis)])
      expect(numbersOf(result!)).toEqual(fromFormula(indexShape, (out) => reader(x)(sourceOf(out))))
    })

    test('scatterAdd', async () => {
      const sources = indicesOf(indexShape).map((out) => sourceOf(out).join())
      const [result] = await runValues([scatterAdd(leafOf(x), leafOf(at), leafOf(updates), axis)])
      expectClose(result!, withAdded(x, sources, numbersOf(updates)), 'accumulation')
    })

    test('scatter', async () => {
      const sources = indicesOf(indexShape).map((out) => sourceOf(out).join())
      const [result] = await runValues([scatter(leafOf(x), leafOf(at), leafOf(updates), axis)])
      const expected = fromFormula(shape, (index) => {
        const last = sources.lastIndexOf(index.join())
        return last < 0 ? reader(x)(index) : numbersOf(updates)[last]!
      })
      expect(numbersOf(result!)).toEqual(expected)
    })
  },
)

function withAdded(x: Parameters<typeof reader>[0], sources: string[], updates: number[]): number[] {
  return fromFormula(x.shape, (index) => {
    const added = updates.filter((_, i) => sources[i] === index.join())
    return added.reduce((sum, update) => sum + update, reader(x)(index))
  })
}

describe('an index out of range', () => {
  const x = leaf(new Array(20).fill(0), [10, 2])
  const cases: [string, (at: Value) => Value][] = [
    ['indexSelect', (at) => indexSelect(x, at, 0)],
    ['indexAdd', (at) => indexAdd(x, at, leaf([0, 0, 0, 0], [2, 1, 2]), 0)],
    ['gather', (at) => gather(x, at, 0)],
    ['scatterAdd', (at) => scatterAdd(x, at, leaf([0, 0], [2, 1]), 0)],
    ['scatter', (at) => scatter(x, at, leaf([0, 0], [2, 1]), 0)],
  ]
  test.each(cases)('is refused by %s', async (name, record) => {
    for (const wrong of [10, 12, -1]) {
      const run = runValues([record(indices([3, wrong], [2, 1]))])
      await expect(run).rejects.toThrow(
        new OutOfRangeError(`${name}: index out of range, got ${wrong} in an axis of 10; indices (and labels) are 0…9`),
      )
    }
  })
})
