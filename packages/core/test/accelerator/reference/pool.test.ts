import { describe, expect, test } from 'vitest'
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from '../../../src/graph/build.ts'
import type { PoolAttributes } from '../../../src/graph/primitives.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import { leaf, leafOf, numbersOf, SeededTensors } from '../../support/host-tensors.ts'
import { fromFormula, type Index, indicesOf, reader, total } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const { NaN: nan, NEGATIVE_INFINITY: negativeInfinity } = Number
const pairs: PoolAttributes = { kernel: [2], stride: [2], padding: [[0, 0]] }

describe('maxPool', () => {
  test.each([
    { name: 'the first of equals', x: [5, 5, 1, 2], values: [5, 2], indices: [0, 3] },
    { name: 'NaN', x: [nan, 9, 9, nan], values: [nan, nan], indices: [0, 3] },
    { name: 'the first NaN', x: [nan, nan, 1, 2], values: [nan, 2], indices: [0, 3] },
    {
      name: '−∞',
      x: [negativeInfinity, negativeInfinity, -1, negativeInfinity],
      values: [negativeInfinity, -1],
      indices: [0, 2],
    },
  ])('chooses $name', async ({ x, values, indices }) => {
    const results = await runValues(maxPool(leaf(x, [1, 1, 4]), pairs))
    expect(results.map(numbersOf)).toEqual([values, indices])
    expect(results[1]!.dtype).toBe('int32')
  })

  test('never chooses padding', async () => {
    const [values] = maxPool(leaf([-3, -4], [1, 1, 2]), { ...pairs, padding: [[1, 1]] })
    expect(await numbers(values)).toEqual([-3, -4])
  })

  test('indices count within the plane of a channel', async () => {
    const x = leaf([0, 1, 2, 3, 7, 6, 5, 4], [1, 2, 2, 2])
    const [, indices] = maxPool(x, {
      kernel: [2, 2],
      stride: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    })
    expect(await numbers(indices)).toEqual([3, 0])
  })

  test('gradients add up where windows overlap', async () => {
    const g = leaf([1, 10, 100], [1, 1, 3])
    const indices = leaf([1, 1, 3], [1, 1, 3], 'int32')
    expect(await numbers(maxPoolGrad(g, indices, [1, 1, 4]))).toEqual([0, 11, 0, 100])
  })
})

describe('avgPool', () => {
  test('padding counts as zeros', async () => {
    const attributes = { ...pairs, padding: [[1, 1]] } as const
    expect(await numbers(avgPool(leaf([4, 6], [1, 1, 2]), attributes))).toEqual([2, 3])
    expect(await numbers(avgPoolGrad(leaf([2, 8], [1, 1, 2]), attributes, [1, 1, 2]))).toEqual([1, 4])
  })
})

const cases: { name: string; shape: Shape; attributes: PoolAttributes }[] = [
  { name: 'one dimension', shape: [2, 3, 7], attributes: { kernel: [3], stride: [2], padding: [[1, 1]] } },
  {
    name: 'two dimensions',
    shape: [2, 2, 5, 6],
    attributes: {
      kernel: [2, 3],
      stride: [2, 1],
      padding: [
        [0, 1],
        [1, 0],
      ],
    },
  },
  {
    name: 'three dimensions',
    shape: [1, 2, 3, 4, 3],
    attributes: {
      kernel: [2, 2, 2],
      stride: [1, 2, 1],
      padding: [
        [0, 0],
        [1, 1],
        [0, 0],
      ],
    },
  },
  {
    name: 'overlapping windows',
    shape: [1, 1, 6, 6],
    attributes: {
      kernel: [3, 3],
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
    },
  },
  {
    name: 'rows left over',
    shape: [1, 1, 5, 5],
    attributes: {
      kernel: [2, 2],
      stride: [3, 3],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  },
  {
    name: 'padding of all but one cell of a window',
    shape: [1, 2, 9],
    attributes: { kernel: [4], stride: [3], padding: [[3, 3]] },
  },
  { name: 'an empty batch', shape: [0, 2, 4], attributes: pairs },
]

describe.each(cases)('$name', ({ shape, attributes }) => {
  const random = new SeededTensors(9)
  const x = random.distinct('float32', shape)
  const read = reader(x)
  const output = avgPool(leafOf(x), attributes).spec.shape
  const g = random.tensor('float32', output)

  test('maxPool and its gradient', async () => {
    const best = indicesOf(output).map((out) => {
      const inside = windowOf(out).filter((index) => index.every((i, axis) => i >= 0 && i < shape[axis]!))
      return inside.reduce((a, b) => (read(b) > read(a) ? b : a))
    })
    const [values, indices] = maxPool(leafOf(x), attributes)
    const results = await runValues([values, indices, maxPoolGrad(leafOf(g), indices, shape)])
    expect(numbersOf(results[0]!)).toEqual(best.map(read))
    expect(numbersOf(results[1]!)).toEqual(best.map((index) => flatInPlane(index)))
    const keys = best.map((index) => index.join())
    const readG = numbersOf(g)
    const expected = fromFormula(shape, (index) =>
      keys.reduce((sum, key, i) => sum + (key === index.join() ? readG[i]! : 0), 0),
    )
    expectClose(results[2]!, expected, 'accumulation')
  })

  test('avgPool and its gradient', async () => {
    const count = attributes.kernel.reduce((a, b) => a * b)
    const means = fromFormula(output, (out) => windowOf(out).reduce((sum, index) => sum + read(index) / count, 0))
    const covered = indicesOf(output).map((out) => new Set(windowOf(out).map((index) => index.join())))
    const readG = numbersOf(g)
    const gradient = fromFormula(shape, (index) => {
      return total([readG.length], ([i]) => (covered[i!]!.has(index.join()) ? readG[i!]! / count : 0))
    })
    const results = await runValues([avgPool(leafOf(x), attributes), avgPoolGrad(leafOf(g), attributes, shape)])
    expectClose(results[0]!, means, 'accumulation')
    expectClose(results[1]!, gradient, 'accumulation')
  })

  function windowOf(out: Index): Index[] {
    return indicesOf(attributes.kernel).map((tap) => [
      ...out.slice(0, 2),
      ...tap.map((t, i) => out[i + 2]! * attributes.stride[i]! - attributes.padding[i]![0] + t),
    ])
  }

  function flatInPlane(index: Index): number {
    return index.slice(2).reduce((flat, i, axis) => flat * shape[axis + 2]! + i, 0)
  }
})
