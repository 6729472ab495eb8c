import { describe, expect, test } from 'vitest'
import { cumsum, sort, topK } from '../../../src/graph/build.ts'
import { leaf, leafOf, numbersOf, SeededTensors } from '../../support/host-tensors.ts'
import { fromFormula, reader, total } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

describe('cumsum', () => {
  const options = [
    { exclusive: false, reverse: false, y: [1, 3, 6] },
    { exclusive: true, reverse: false, y: [0, 1, 3] },
    { exclusive: false, reverse: true, y: [6, 5, 3] },
    { exclusive: true, reverse: true, y: [5, 3, 0] },
  ]
  test.each(options)('exclusive $exclusive, reverse $reverse', async ({ y, ...option }) => {
    expect(await numbers(cumsum(leaf([1, 2, 3]), 0, option))).toEqual(y)
  })

  describe.each(options)('exclusive $exclusive, reverse $reverse', ({ exclusive, reverse }) => {
    test.each([0, 1, 2])('along axis %i of three', async (axis) => {
      const x = new SeededTensors(12).tensor('float32', [3, 4, 2])
      const read = reader(x)
      const expected = fromFormula(x.shape, (index) => {
        return total([x.shape[axis]!], ([k]) => {
          const distance = reverse ? k! - index[axis]! : index[axis]! - k!
          return distance > 0 || (distance === 0 && !exclusive) ? read(index.with(axis, k!)) : 0
        })
      })
      const [result] = await runValues([cumsum(leafOf(x), axis, { exclusive, reverse })])
      expectClose(result!, expected, 'accumulation')
    })
  })

  test('rounds each element once, wraps integers, passes NaN on', async () => {
    expect(await numbers(cumsum(leaf([2 ** 24, 1, 1]), 0))).toEqual([2 ** 24, 2 ** 24, 2 ** 24 + 2])
    expect(await numbers(cumsum(leaf([2 ** 31 - 1, 1], [2], 'int32'), 0))).toEqual([2 ** 31 - 1, -(2 ** 31)])
    expect(await numbers(cumsum(leaf([1, nan, 2]), 0))).toEqual([1, nan, nan])
    expect(await numbers(cumsum(leaf([], [0, 3]), 0))).toEqual([])
  })
})

describe('sort', () => {
  test.each([
    { descending: false, values: [-inf, 0, -0, 1, 1, inf, nan, nan], indices: [4, 2, 6, 1, 5, 3, 0, 7] },
    { descending: true, values: [nan, nan, inf, 1, 1, 0, -0, -inf], indices: [0, 7, 3, 1, 5, 2, 6, 4] },
  ])('is stable and takes NaN as largest, descending: $descending', async ({ descending, values, indices }) => {
    const results = await runValues(sort(leaf([nan, 1, 0, inf, -inf, 1, -0, nan]), 0, descending))
    expect(results.map(numbersOf)).toEqual([values, indices])
    expect(results[1]!.dtype).toBe('int32')
  })

  test.each([0, 1, 2])('along axis %i of three', async (axis) => {
    const x = new SeededTensors(13).distinct('float32', [3, 4, 2])
    const read = reader(x)
    const [values, indices] = await runValues(sort(leafOf(x), axis, false))
    const readIndices = reader(indices!)
    const ranks = fromFormula(x.shape, (index) => {
      const source = index.with(axis, readIndices(index))
      return total([x.shape[axis]!], ([k]) => (read(index.with(axis, k!)) < read(source) ? 1 : 0))
    })
    expect(ranks).toEqual(fromFormula(x.shape, (index) => index[axis]!))
    expect(numbersOf(values!)).toEqual(fromFormula(x.shape, (index) => read(index.with(axis, readIndices(index)))))
  })

  test('bool, unsigned and nothing', async () => {
    expect(await numbers(sort(leaf([1, 0, 1], [3], 'bool'), 0, false)[0])).toEqual([0, 1, 1])
    expect(await numbers(sort(leaf([2 ** 32 - 1, 0], [2], 'uint32'), 0, true)[0])).toEqual([2 ** 32 - 1, 0])
    expect(await numbers(sort(leaf([], [2, 0]), 1, true)[1])).toEqual([])
  })
})

describe('topK', () => {
  test.each([
    { k: 3, largest: true, values: [nan, 5, 5], indices: [3, 1, 4] },
    { k: 2, largest: false, values: [-1, 2], indices: [2, 0] },
    { k: 5, largest: false, values: [-1, 2, 5, 5, nan], indices: [2, 0, 1, 4, 3] },
    { k: 0, largest: true, values: [], indices: [] },
  ])('the $k first, largest: $largest', async ({ k, largest, values, indices }) => {
    const results = await runValues(topK(leaf([2, 5, -1, nan, 5]), k, 0, largest))
    expect(results.map(numbersOf)).toEqual([values, indices])
  })

  test.each([0, 1, 2])('is the head of a sort, along axis %i', async (axis) => {
    const x = leafOf(new SeededTensors(14).tensor('int32', [3, 4, 2]))
    const [sorted, top] = [sort(x, axis, true), topK(x, 2, axis, true)]
    const results = await runValues([...sorted, ...top])
    for (const i of [0, 1]) {
      expect(numbersOf(results[i + 2]!)).toEqual(fromFormula(results[i + 2]!.shape, reader(results[i]!)))
    }
  })
})
