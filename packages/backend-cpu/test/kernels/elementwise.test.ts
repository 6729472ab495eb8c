import type { DType, PrimitiveName, Shape, Value } from '@voltaic/core/graph'
import * as g from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { elementwise } from '../../../core/test/support/elementwise.ts'
import { leafOf, SeededTensors, tensorOf } from '../../../core/test/support/host-tensors.ts'
import type { OpKind } from '../../../core/test/support/tolerance.ts'
import { device, expectLikeReference } from '../support/against-reference.ts'

const dtypes = ['float32', 'int32', 'uint32', 'bool'] as const
const [float, int, bits] = [['float32'], ['int32', 'uint32'], ['int32', 'uint32', 'bool']] as const
const number = [...float, ...int]

const unary: Partial<Record<PrimitiveName, readonly [readonly DType[], OpKind]>> = {
  ...table(['neg', 'abs', 'sign'], number, 'exact'),
  ...table(['floor', 'ceil', 'round', 'trunc', 'sqrt'], float, 'exact'),
  ...table(['exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'], float, 'function'),
  ...table(['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf', 'sigmoid'], float, 'function'),
  ...table(['isNan', 'isFinite'], dtypes, 'exact'),
  ...table(['not'], bits, 'exact'),
}
const binary: Partial<Record<PrimitiveName, readonly [readonly DType[], OpKind]>> = {
  ...table(['add', 'sub', 'mul'], number, 'exact'),
  ...table(['div'], float, 'exact'),
  ...table(['floorDivide', 'shiftLeft', 'shiftRight'], int, 'exact'),
  ...table(['remainder'], number, 'exact'),
  ...table(['pow', 'atan2'], float, 'function'),
  ...table(['minimum', 'maximum', 'equal', 'less', 'lessEqual'], dtypes, 'exact'),
  ...table(['and', 'or', 'xor'], bits, 'exact'),
}

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
  int32: [0, 1, -1, 2, -7, 31, 32, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 1, 2, 7, 31, 32, 2 ** 31, 2 ** 32 - 1],
  bool: [0, 1],
}

beforeAll(() => device.setup())
afterAll(() => device.teardown())

const seeded = new SeededTensors(7)

describe.each(Object.entries(unary))('%s', (name, [allowed, kind]) => {
  test.each(allowed)('agrees on %s', async (dtype) => {
    const inputs = [leafOf(tensorOf(edges[dtype]!, undefined, dtype)), ...shapes.map((shape) => random(dtype, shape))]
    const all = [...inputs, ...views(random(dtype, [6, 10]))]
    await expectLikeReference(
      all.map((x) => elementwise(name as PrimitiveName, x)),
      kind,
    )
  })
})

describe.each(Object.entries(binary))('%s', (name, [allowed, kind]) => {
  test.each(allowed)('agrees on %s', async (dtype) => {
    const edge = edges[dtype]!
    const [rows, columns] = [tensorOf(edge, [edge.length, 1], dtype), tensorOf(edge, [1, edge.length], dtype)]
    const operands: (readonly [Value, Value])[] = [
      [leafOf(rows), leafOf(columns)],
      ...pairs.map(([a, b]) => [random(dtype, a), random(dtype, b)] as const),
      ...views(random(dtype, [6, 10])).map((x) => [x, random(dtype, x.spec.shape)] as const),
    ]
    await expectLikeReference(
      operands.map(([a, b]) => elementwise(name as PrimitiveName, a, b)),
      kind,
    )
  })
})

describe('cast', () => {
  test.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))('from %s to %s', async (from, to) => {
    const inputs = [leafOf(tensorOf(edges[from]!, undefined, from)), ...shapes.map((shape) => random(from, shape))]
    await expectLikeReference(
      inputs
        .filter((x) => from !== to || x.spec.size === 0)
        .concat(leafOf(tensorOf([1], [1], from)))
        .map((x) => g.neg(g.cast(g.cast(x, to), 'float32'))),
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
    ...number.flatMap((dtype) => (['sum', 'prod', 'max', 'min'] as const).map((op) => [op, dtype] as const)),
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

function table(names: readonly PrimitiveName[], allowed: readonly DType[], kind: OpKind) {
  return Object.fromEntries(names.map((name) => [name, [allowed, kind] as const]))
}
