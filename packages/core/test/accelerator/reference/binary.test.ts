import { describe, expect, test } from 'vitest'
import { where } from '../../../src/graph/build.ts'
import { type DType, isFloat } from '../../../src/graph/dtype.ts'
import { broadcastShapes } from '../../../src/graph/shape.ts'
import { elementwise } from '../../support/elementwise.ts'
import { leaf, leafOf, SeededTensors } from '../../support/host-tensors.ts'
import { broadcastReader, fromFormula } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const bit = (condition: boolean) => Number(condition)

interface Case {
  readonly op: keyof typeof formulas
  readonly dtype?: DType
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly z: readonly number[]
}

const edgeCases: Case[] = [
  { op: 'add', x: [inf, 1, -0, 2 ** 24], y: [-inf, nan, -0, 1], z: [nan, nan, -0, 2 ** 24] },
  { op: 'add', dtype: 'int32', x: [2 ** 31 - 1], y: [1], z: [-(2 ** 31)] },
  { op: 'add', dtype: 'uint32', x: [2 ** 32 - 1], y: [3], z: [2] },
  { op: 'add', dtype: 'uint8', x: [250], y: [10], z: [4] },
  // 2⁻²⁴ is half of float16's smallest subnormal: the sum is exact in float64 and rounds once.
  { op: 'add', dtype: 'float16', x: [2048, 2 ** -24], y: [1, 2 ** -24], z: [2048, 2 ** -23] },
  { op: 'add', dtype: 'bfloat16', x: [256, 256], y: [1, 3], z: [256, 260] },
  { op: 'sub', x: [inf, 0], y: [inf, 0], z: [nan, 0] },
  { op: 'sub', dtype: 'uint32', x: [0], y: [1], z: [2 ** 32 - 1] },
  { op: 'sub', dtype: 'int32', x: [-(2 ** 31)], y: [1], z: [2 ** 31 - 1] },
  { op: 'mul', x: [inf, 0, -0, 2 ** -75], y: [0, -1, -1, 2 ** -75], z: [nan, -0, 0, 0] },
  { op: 'mul', dtype: 'float16', x: [256], y: [256], z: [inf] },
  { op: 'mul', dtype: 'int32', x: [123456789], y: [987654321], z: [-67153019] },
  { op: 'mul', dtype: 'uint32', x: [2 ** 32 - 1, 4000000001], y: [2 ** 32 - 1, 4000000003], z: [1, 804036611] },
  { op: 'mul', dtype: 'uint8', x: [20], y: [20], z: [144] },
  { op: 'div', x: [1, -1, 0, inf, 1], y: [0, 0, 0, inf, 3], z: [inf, -inf, nan, nan, Math.fround(1 / 3)] },
  {
    op: 'floorDivide',
    dtype: 'int32',
    x: [7, -7, 7, -7, 7, -(2 ** 31)],
    y: [2, 2, -2, -2, 0, -1],
    z: [3, -4, -4, 3, 0, -(2 ** 31)],
  },
  { op: 'floorDivide', dtype: 'uint32', x: [2 ** 32 - 1, 5], y: [2, 0], z: [2 ** 31 - 1, 0] },
  {
    op: 'remainder',
    x: [7, -7, 7, -7, 5.5, -4, 1, inf, 5],
    y: [3, 3, -3, -3, 2, 2, 0, 2, inf],
    z: [1, 2, -2, -1, 1.5, 0, nan, nan, 5],
  },
  { op: 'remainder', dtype: 'int32', x: [7, -7, 7, -7, 7], y: [3, 3, -3, -3, 0], z: [1, 2, -2, -1, 0] },
  { op: 'remainder', dtype: 'uint32', x: [2 ** 32 - 1], y: [10], z: [5] },
  {
    op: 'pow',
    x: [2, -8, 0, 1, nan, -1, 2, -0],
    y: [10, 1 / 3, -1, nan, 0, inf, -inf, -1],
    z: [1024, nan, inf, 1, 1, 1, 0, -inf],
  },
  { op: 'minimum', x: [1, nan, 1, 0], y: [2, 1, nan, -0], z: [1, nan, nan, -0] },
  { op: 'maximum', x: [1, nan, 1, -0], y: [2, 1, nan, 0], z: [2, nan, nan, 0] },
  { op: 'maximum', dtype: 'bool', x: [0, 0, 1, 1], y: [0, 1, 0, 1], z: [0, 1, 1, 1] },
  { op: 'minimum', dtype: 'bool', x: [0, 0, 1, 1], y: [0, 1, 0, 1], z: [0, 0, 0, 1] },
  {
    op: 'atan2',
    x: [0, 1, -0, -1],
    y: [-1, 0, 0, -1],
    z: [Math.PI, Math.PI / 2, -0, (-3 * Math.PI) / 4].map(Math.fround),
  },
  { op: 'and', dtype: 'bool', x: [0, 0, 1, 1], y: [0, 1, 0, 1], z: [0, 0, 0, 1] },
  { op: 'or', dtype: 'bool', x: [0, 0, 1, 1], y: [0, 1, 0, 1], z: [0, 1, 1, 1] },
  { op: 'xor', dtype: 'bool', x: [0, 0, 1, 1], y: [0, 1, 0, 1], z: [0, 1, 1, 0] },
  { op: 'and', dtype: 'uint32', x: [0xff00ff00], y: [0xf0f0f0f0], z: [0xf000f000] },
  { op: 'or', dtype: 'int32', x: [-256], y: [15], z: [-241] },
  { op: 'xor', dtype: 'uint8', x: [0xf0], y: [0xff], z: [0x0f] },
  { op: 'shiftLeft', dtype: 'int32', x: [1, 1, 1, 3], y: [31, 32, 33, -1], z: [-(2 ** 31), 1, 2, -(2 ** 31)] },
  { op: 'shiftLeft', dtype: 'uint32', x: [3], y: [31], z: [2 ** 31] },
  { op: 'shiftLeft', dtype: 'uint8', x: [3], y: [7], z: [128] },
  { op: 'shiftRight', dtype: 'int32', x: [-8, -1], y: [1, 33], z: [-4, -1] },
  { op: 'shiftRight', dtype: 'uint32', x: [2 ** 32 - 1], y: [28], z: [15] },
  { op: 'equal', x: [nan, 0, inf], y: [nan, -0, inf], z: [0, 1, 1] },
  { op: 'less', x: [nan, 0, -inf, 1], y: [1, -0, inf, nan], z: [0, 0, 1, 0] },
  { op: 'lessEqual', x: [nan, 0, 2], y: [nan, -0, 1], z: [0, 1, 0] },
  { op: 'less', dtype: 'uint32', x: [1], y: [2 ** 32 - 1], z: [1] },
  { op: 'less', dtype: 'bool', x: [0, 1], y: [1, 1], z: [1, 0] },
]

// Formulas of float elements, or of small non-negative whole numbers where the op takes no floats.
const formulas = {
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  floorDivide: (x: number, y: number) => (y === 0 ? 0 : (x - (x % y)) / y),
  remainder: (x: number, y: number) => x - y * Math.floor(x / y),
  pow: (x: number, y: number) => Math.exp(y * Math.log(x)),
  minimum: (x: number, y: number) => Math.min(x, y),
  maximum: (x: number, y: number) => Math.max(x, y),
  atan2: (x: number, y: number) => 2 * Math.atan(x / (Math.hypot(x, y) + y)),
  and: (x: number, y: number) => digits(x, y, (a, b) => a * b),
  or: (x: number, y: number) => digits(x, y, (a, b) => Math.max(a, b)),
  xor: (x: number, y: number) => digits(x, y, (a, b) => (a + b) % 2),
  shiftLeft: (x: number, y: number) => x * 2 ** y,
  shiftRight: (x: number, y: number) => Math.floor(x / 2 ** y),
  equal: (x: number, y: number) => bit(x === y),
  less: (x: number, y: number) => bit(x < y),
  lessEqual: (x: number, y: number) => bit(x <= y),
}

function digits(x: number, y: number, combine: (a: number, b: number) => number): number {
  return [0, 1, 2, 3].reduce((sum, i) => {
    const place = 2 ** i
    return sum + place * combine(Math.floor(x / place) % 2, Math.floor(y / place) % 2)
  }, 0)
}

test.each(edgeCases)('$op of $x and $y ($dtype) is $z', async ({ op, dtype, x, y, z }) => {
  expect(await numbers(elementwise(op, leaf(x, undefined, dtype), leaf(y, undefined, dtype)))).toEqual(z)
})

const wholeOnly: readonly string[] = ['floorDivide', 'and', 'or', 'xor', 'shiftLeft', 'shiftRight']
const inexact: readonly string[] = ['pow', 'atan2', 'remainder']

const shapePairs = [
  [[], []],
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], []],
  [[], [2, 3]],
  [[3, 4], [4]],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 1, 3],
    [5, 1],
  ],
  [[1], [2, 3]],
  [[0, 3], [3]],
  [
    [2, 1],
    [2, 0],
  ],
] as const

describe.each(Object.keys(formulas) as Case['op'][])('%s', (op) => {
  const dtype: DType = wholeOnly.includes(op) ? 'int32' : 'float32'

  test.each(shapePairs)('broadcasts %j with %j', async (a, b) => {
    const random = new SeededTensors(2)
    const range = isFloat(dtype) ? { min: 0.1, max: 3 } : undefined
    const [x, y] = [random.tensor(dtype, a, range), random.tensor(dtype, b, range)]
    const [readX, readY] = [broadcastReader(x), broadcastReader(y)]
    const shape = broadcastShapes(a, b)!
    const [result] = await runValues([elementwise(op, leafOf(x), leafOf(y))])
    expect(result!.shape).toEqual(shape)
    const expected = fromFormula(shape, (index) => formulas[op](readX(index), readY(index)))
    const rounded = result!.dtype === 'float32' ? expected.map(Math.fround) : expected
    expectClose(result!, rounded, inexact.includes(op) ? 'accumulation' : 'exact')
  })
})

describe('where', () => {
  test('takes each element from one side, NaN of the other does not leak', async () => {
    const condition = leaf([1, 0, 1, 0], undefined, 'bool')
    const out = where(condition, leaf([1, nan, 3, inf]), leaf([nan, 2, inf, -0]))
    expect(await numbers(out)).toEqual([1, 2, 3, -0])
  })

  test('broadcasts all three', async () => {
    const condition = leaf([1, 0], [2, 1], 'bool')
    const out = where(condition, leaf([1, 2, 3], [3], 'int32'), leaf([9], [], 'int32'))
    expect(await numbers(out)).toEqual([1, 2, 3, 9, 9, 9])
    expect(out.spec.shape).toEqual([2, 3])
  })

  test('moves bool and halves', async () => {
    const condition = leaf([1, 0], undefined, 'bool')
    expect(await numbers(where(condition, leaf([0, 0], undefined, 'bool'), leaf([1, 1], undefined, 'bool')))).toEqual([
      0, 1,
    ])
    const halves = where(condition, leaf([0.5], [1], 'bfloat16'), leaf([-2], [], 'bfloat16'))
    expect(await numbers(halves)).toEqual([0.5, -2])
  })
})
