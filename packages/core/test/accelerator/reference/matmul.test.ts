import { describe, expect, test } from 'vitest'
import { matmul } from '../../../src/graph/build.ts'
import type { DType } from '../../../src/graph/dtype.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import { leaf, leafOf, SeededTensors } from '../../support/host-tensors.ts'
import { broadcastReader, fromFormula, total } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

test('two matrices by hand', async () => {
  const product = matmul(leaf([1, 2, 3, 4], [2, 2]), leaf([5, 6, 7, 8], [2, 2]))
  expect(await numbers(product)).toEqual([19, 22, 43, 50])
})

test.each<{ name: string; dtype: DType; a: number[]; b: number[]; y: number }>([
  { name: 'zero times infinity is NaN', dtype: 'float32', a: [0, 1], b: [Number.POSITIVE_INFINITY, 1], y: Number.NaN },
  { name: 'a float32 sum is rounded once', dtype: 'float32', a: [2 ** 24, 1, 1], b: [1, 1, 1], y: 2 ** 24 + 2 },
  { name: 'a float16 sum is rounded once', dtype: 'float16', a: [2048, 1, 1], b: [1, 1, 1], y: 2050 },
  { name: 'a bfloat16 sum is rounded once', dtype: 'bfloat16', a: [256, 1, 1], b: [1, 1, 1], y: 258 },
  { name: 'int32 wraps', dtype: 'int32', a: [123456789, 1], b: [987654321, -1], y: -67153020 },
  { name: 'uint32 wraps', dtype: 'uint32', a: [2 ** 32 - 1, 1], b: [2 ** 32 - 1, 5], y: 6 },
  { name: 'uint8 wraps', dtype: 'uint8', a: [20, 1], b: [20, 1], y: 145 },
  { name: 'an empty sum is zero', dtype: 'float32', a: [], b: [], y: 0 },
])('$name', async ({ dtype, a, b, y }) => {
  expect(await numbers(matmul(leaf(a, [1, a.length], dtype), leaf(b, [b.length, 1], dtype)))).toEqual([y])
})

const shapes: [Shape, Shape, Shape][] = [
  [
    [3, 4],
    [4, 5],
    [3, 5],
  ],
  [
    [1, 4],
    [4, 1],
    [1, 1],
  ],
  [
    [2, 3, 4],
    [2, 4, 2],
    [2, 3, 2],
  ],
  [
    [2, 3, 4],
    [4, 2],
    [2, 3, 2],
  ],
  [
    [3, 4],
    [2, 1, 4, 2],
    [2, 1, 3, 2],
  ],
  [
    [2, 1, 3, 4],
    [3, 4, 2],
    [2, 3, 3, 2],
  ],
  [
    [0, 3, 4],
    [4, 2],
    [0, 3, 2],
  ],
  [
    [3, 0],
    [0, 2],
    [3, 2],
  ],
  [
    [0, 4],
    [4, 2],
    [0, 2],
  ],
]

describe.each(shapes)('%j by %j', (a, b, out) => {
  test.each([
    { transposeA: false, transposeB: false },
    { transposeA: true, transposeB: false },
    { transposeA: false, transposeB: true },
    { transposeA: true, transposeB: true },
  ])('transposed: $transposeA, $transposeB', async ({ transposeA, transposeB }) => {
    const random = new SeededTensors(6)
    const x = random.tensor('float32', transposeA ? swapLast(a) : a)
    const y = random.tensor('float32', transposeB ? swapLast(b) : b)
    const [readX, readY] = [broadcastReader(x), broadcastReader(y)]
    const expected = fromFormula(out, (index) => {
      const batch = index.slice(0, -2)
      const [i, j] = index.slice(-2) as [number, number]
      return total([a.at(-1)!], ([k]) => {
        const left = readX([...batch, ...(transposeA ? [k!, i] : [i, k!])])
        const right = readY([...batch, ...(transposeB ? [j, k!] : [k!, j])])
        return left * right
      })
    })
    const [result] = await runValues([matmul(leafOf(x), leafOf(y), { transposeA, transposeB })])
    expect(result!.shape).toEqual(out)
    expectClose(result!, expected, 'accumulation')
  })
})

function swapLast(shape: Shape): Shape {
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!]
}
