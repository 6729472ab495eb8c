import * as g from '@voltaic/core/graph'
import { type DType, dtypes, type Shape, type Value } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { leafOf, SeededTensors, tensorOf } from '../../../core/test/support/host-tensors.ts'
import { device, expectLikeReference } from '../support/against-reference.ts'

const numeric = dtypes.filter((dtype) => dtype !== 'bool')

const shapes: readonly Shape[] = [[], [1], [3], [0], [4, 9], [2, 0, 3], [3, 1, 5]]
const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[37], [37]],
  [[5, 7], [7]],
  [
    [5, 1],
    [1, 6],
  ],
  [
    [2, 3, 8],
    [3, 1],
  ],
  [[], [2, 9]],
  [[0, 4], [4]],
]

const edges: Readonly<Record<string, readonly number[]>> = {
  float32: [0, -0, 1, -1, 0.5, 2.5, -2.5, 1e-40, 3e38, -3e38, 88.8, -104, Infinity, -Infinity, NaN],
  float64: [0, -0, 1, -1, 0.5, 2.5, -2.5, 255, 256.5, 1e-40, 5e-324, 3e38, -1e300, 2 ** 31, Infinity, -Infinity, NaN],
  float16: [0, -0, 1, -1, 0.5, 2.5, -2.5, 2 ** -24, 3e-6, -1e-5, 65504, -65504, 255, 300, Infinity, -Infinity, NaN],
  bfloat16: [0, -0, 1, -1, 0.5, 2.5, -2.5, 1e-40, 3e38, -3e38, 88.5, -104, 255, 300, 2 ** 31, Infinity, -Infinity, NaN],
  int32: [0, 1, -1, 2, -7, 255, 256, 31, 32, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 1, 2, 7, 31, 32, 255, 256, 2 ** 31, 2 ** 32 - 1],
  uint8: [0, 1, 2, 127, 128, 255],
  bool: [0, 1],
}

beforeAll(() => device.setup())
afterAll(() => device.teardown())

const seeded = new SeededTensors(7)

describe('elements in any order', () => {
  test.each(dtypes)('of %s are read and stored', async (dtype) => {
    const x = random(dtype, [6, 10])
    const outputs = views(x).flatMap((view) => {
      const other = random(dtype, view.spec.shape)
      return [
        g.where(g.equal(view, other), view, other),
        g.maximum(other, view),
        g.reshape(g.minimum(view, other), [view.spec.size]),
        g.permute(g.maximum(view, other), view.spec.rank === 2 ? [1, 0] : [2, 0, 1]),
      ]
    })
    await expectLikeReference(outputs, 'exact')
  })

  test('of dtypes of different widths meet in one loop', async () => {
    const wide = random('float64', [5, 7])
    const others = dtypes.map((dtype) => g.permute(random(dtype, [7, 5]), [1, 0]))
    const sum = others.reduce((total, x) => g.add(total, g.cast(x, 'float64')), wide)
    const narrowed = dtypes.map((dtype) => g.cast(sum, dtype))
    const masks = others.map((x) => g.where(g.less(sum, wide), g.cast(x, 'float32'), g.cast(wide, 'float32')))
    await expectLikeReference([sum, ...narrowed, ...masks, g.sum(masks[0]!, [1])], 'accumulation')
  })
})

describe('cast', () => {
  test.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))('from %s to %s', async (from, to) => {
    const inputs = [leafOf(tensorOf(edges[from]!, undefined, from)), ...shapes.map((shape) => random(from, shape))]
    await expectLikeReference(
      inputs
        .filter((x) => from !== to || x.spec.size === 0)
        .concat(leafOf(tensorOf([1], [1], from)))
        .map((x) => g.neg(g.cast(g.cast(x, to), 'float64'))),
      'exact',
    )
  })
})

describe('where', () => {
  test.each(dtypes)('agrees on %s', async (dtype) => {
    const outputs = pairs.map(([a, b]) => g.where(random('bool', a), random(dtype, b), random(dtype, a)))
    await expectLikeReference(outputs, 'exact')
  })
})

describe('reductions', () => {
  const reduce = { sum: g.sum, prod: g.prod, max: g.max, min: g.min }
  const cases: readonly (readonly [Shape, readonly number[]])[] = [
    [[37], [0]],
    [[5, 37], [1]],
    [[37, 5], [0]],
    [
      [6, 3, 9],
      [0, 2],
    ],
    [[6, 3, 9], [1]],
    [
      [2, 3, 4, 5],
      [0, 2],
    ],
    [
      [2, 3, 4, 5],
      [1, 3],
    ],
    [
      [4, 1],
      [0, 1],
    ],
    [[3, 0], [0]],
  ]
  test.each([
    ...numeric.flatMap((dtype) => (['sum', 'prod', 'max', 'min'] as const).map((op) => [op, dtype] as const)),
    ['max', 'bool'],
    ['min', 'bool'],
  ] as const)('%s of %s', async (op, dtype) => {
    const outputs = cases.flatMap(([shape, axes]) => {
      const x = random(dtype, shape)
      return [reduce[op](x, axes), reduce[op](x, axes, true)]
    })
    const permuted = reduce[op](g.permute(random(dtype, [9, 14]), [1, 0]), [1])
    await expectLikeReference([...outputs, permuted], 'accumulation')
  })

  test.each(['sum', 'prod'] as const)('%s over nothing is the identity', async (op) => {
    await expectLikeReference(
      [reduce[op](random('float32', [0, 3]), [0]), reduce[op](random('int32', [2, 0]), [1])],
      'exact',
    )
  })

  test.each([
    { shape: [1e6], axis: 0 },
    { shape: [1e6, 5], axis: 0 },
    { shape: [2, 1e6], axis: 1 },
  ])('a sum of a million float32 along axis $axis of $shape is within 1e-5', async ({ shape, axis }) => {
    const x = leafOf(seeded.tensor('float32', shape, { min: 0, max: 1 }))
    await expectLikeReference([g.sum(x, [axis])], 'accumulation')
  })

  test('a fused sum reads what was computed, and what was computed is stored', async () => {
    const x = random('float32', [9, 21])
    const y = g.exp(g.mul(x, g.literal(0.5, 'float32')))
    await expectLikeReference(
      [y, g.sum(y, [1]), g.max(y, [1]), g.sum(y, [0]), g.sum(g.mul(y, y), [0, 1])],
      'accumulation',
    )
  })
})

function random(dtype: DType, shape: Shape): Value {
  return leafOf(seeded.tensor(dtype, shape))
}

/** The same elements along other strides. */
function views(x: Value): Value[] {
  return [
    g.permute(x, [1, 0]),
    g.slice(x, [1, 2], [5, 10], [2, 3]),
    g.flip(x, [0, 1]),
    g.broadcastTo(g.reshape(x, [6, 1, 10]), [6, 4, 10]),
    g.reshape(g.permute(x, [1, 0]), [4, 15]),
  ]
}
