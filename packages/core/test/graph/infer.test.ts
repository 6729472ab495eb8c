import { expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError, type VoltaicError } from '../../src/errors/errors.ts'
import * as ops from '../../src/graph/build.ts'
import { type PrimitiveName, primitiveNames } from '../../src/graph/primitives.ts'
import { inputValue } from '../../src/graph/record.ts'
import { specOf } from '../../src/graph/spec.ts'
import type { Value } from '../../src/graph/value.ts'
import { elementwise } from '../support/elementwise.ts'

const f = (...shape: number[]): Value => inputValue({ spec: specOf('float32', shape) })
const i = (...shape: number[]): Value => inputValue({ spec: specOf('int32', shape) })
const u = (...shape: number[]): Value => inputValue({ spec: specOf('uint32', shape) })
const b = (...shape: number[]): Value => inputValue({ spec: specOf('bool', shape) })

const conv = { stride: [1], padding: [[0, 0]], dilation: [1], groups: 1 } as const
const pool = { kernel: [2], stride: [2], padding: [[0, 0]] } as const

const unary = (names: PrimitiveName[], takes: string, x: Value, got: string) =>
  names.map((name) => [() => elementwise(name, x), DTypeError, `${name}: takes ${takes}, got ${got}`] as const)

const binary = (names: PrimitiveName[], takes: string, x: Value, got: string) =>
  names.map((name) => [() => elementwise(name, x, x), DTypeError, `${name}: takes ${takes}, got ${got}`] as const)

const floatsOnly: PrimitiveName[] = [
  ...(['floor', 'ceil', 'round', 'trunc', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tan'] as const),
  ...(['asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf', 'sigmoid'] as const),
]
const broadcasting: PrimitiveName[] = [
  ...(['add', 'sub', 'mul', 'div', 'remainder', 'pow', 'minimum', 'maximum', 'atan2'] as const),
  ...(['equal', 'less', 'lessEqual'] as const),
]
const onIntegers: PrimitiveName[] = ['floorDivide', 'and', 'or', 'xor', 'shiftLeft', 'shiftRight']

type Refusal = readonly [record: () => unknown, error: new (message: string) => VoltaicError, message: string]

const refusals: Refusal[] = [
  ...unary(['neg', 'abs', 'sign'], 'numbers; cast bool first', b(2), 'bool[2]'),
  ...unary(floatsOnly, 'floats; cast it first', i(2), 'int32[2]'),
  ...unary(['not'], 'bool or integers', f(2), 'float32[2]'),
  ...binary(['add', 'sub', 'mul', 'remainder'], 'numbers; cast bool first', b(2), 'bool[2]'),
  ...binary(['div', 'pow', 'atan2'], 'floats; cast it first', i(2), 'int32[2]'),
  ...binary(['floorDivide', 'shiftLeft', 'shiftRight'], 'integers', f(2), 'float32[2]'),
  ...binary(['and', 'or', 'xor'], 'bool or integers', f(2), 'float32[2]'),
  ...broadcasting.flatMap((name): Refusal[] => [
    [
      () => elementwise(name, f(2, 3), f(2)),
      ShapeError,
      `${name}: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1`,
    ],
    [
      () => elementwise(name, f(2), i(2)),
      DTypeError,
      `${name}: dtypes differ, got float32[2] and int32[2]; cast one of them`,
    ],
  ]),
  ...onIntegers.flatMap((name): Refusal[] => [
    [
      () => elementwise(name, i(2, 3), i(2)),
      ShapeError,
      `${name}: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1`,
    ],
    [
      () => elementwise(name, i(2), u(2)),
      DTypeError,
      `${name}: dtypes differ, got int32[2] and uint32[2]; cast one of them`,
    ],
  ]),
  [() => ops.where(f(2), f(2), f(2)), DTypeError, 'where: the condition is bool, got float32[2]'],
  [
    () => ops.where(b(2), f(2), i(2)),
    DTypeError,
    'where: dtypes differ, got float32[2] and int32[2]; cast one of them',
  ],
  [
    () => ops.where(b(2), f(2), f(3)),
    ShapeError,
    'where: shapes do not broadcast, got [2] and [3]; dimensions must be equal or 1',
  ],
  [
    () => ops.where(b(2), f(3), f(1)),
    ShapeError,
    'where: shapes do not broadcast, got [2] and [3]; dimensions must be equal or 1',
  ],
  [() => ops.sum(b(2), [0]), DTypeError, 'sum: takes numbers; cast bool first, got bool[2]'],
  [() => ops.prod(b(2), [0]), DTypeError, 'prod: takes numbers; cast bool first, got bool[2]'],
  [() => ops.sum(f(2), [1]), OutOfRangeError, 'sum: no such axis in float32[2], got 1'],
  [() => ops.prod(f(2), [-1]), OutOfRangeError, 'prod: no such axis in float32[2], got -1'],
  [() => ops.max(f(2, 0), [1]), ShapeError, 'max: nothing to take the max of, got [2, 0]'],
  [() => ops.min(f(0), [0]), ShapeError, 'min: nothing to take the min of, got [0]'],
  [() => ops.argmax(f(2, 0), 1), ShapeError, 'argmax: nothing to choose from, got [2, 0]'],
  [() => ops.argmin(f(2), 1), OutOfRangeError, 'argmin: no such axis in float32[2], got 1'],
  [
    () => ops.reshape(f(2, 3), [5]),
    ShapeError,
    'reshape: sizes differ, got [2, 3] to [5]; both hold the same number of elements',
  ],
  [() => ops.permute(f(2, 3), [0, 0]), ShapeError, 'permute: each of 2 axes is named once, got [0, 0]'],
  [() => ops.permute(f(2, 3), [0]), ShapeError, 'permute: each of 2 axes is named once, got [0]'],
  [() => ops.permute(f(2, 3), [0, 2]), ShapeError, 'permute: each of 2 axes is named once, got [0, 2]'],
  [() => ops.broadcastTo(f(2, 3), [2]), ShapeError, 'broadcastTo: cannot expand, got [2, 3] to [2]'],
  [() => ops.broadcastTo(f(2), [1]), ShapeError, 'broadcastTo: cannot expand, got [2] to [1]'],
  [() => ops.slice(f(4), [1], [5]), OutOfRangeError, 'slice: dimension 0 of [4] has no range, got 1:5:1'],
  [() => ops.slice(f(4), [3], [2]), OutOfRangeError, 'slice: dimension 0 of [4] has no range, got 3:2:1'],
  [() => ops.slice(f(4), [0], [4], [0]), OutOfRangeError, 'slice: dimension 0 of [4] has no range, got 0:4:0'],
  [() => ops.pad(f(2), [[-1, 0]]), ShapeError, 'pad: a pair of counts ≥ 0 a dimension of [2], got [-1,0]'],
  [() => ops.pad(f(2, 2), [[1, 0]]), ShapeError, 'pad: a pair of counts ≥ 0 a dimension of [2, 2], got [1,0]'],
  [() => ops.concat([], 0), ShapeError, 'concat: needs at least one tensor, got none'],
  [
    () => ops.concat([f(2), i(2)], 0),
    DTypeError,
    'concat: dtypes differ, got float32[2] and int32[2]; cast one of them',
  ],
  [() => ops.concat([f(2, 3), f(3, 2)], 0), ShapeError, 'concat: shapes differ outside axis 0, got [2, 3] and [3, 2]'],
  [() => ops.concat([f(2), f(2)], 1), OutOfRangeError, 'concat: no such axis in float32[2], got 1'],
  [() => ops.flip(f(2), [1]), OutOfRangeError, 'flip: no such axis in float32[2], got 1'],
  [
    () => ops.matmul(f(32, 10), f(12, 4)),
    ShapeError,
    'matmul: inner dimensions differ, got [32, 10] and [12, 4]; transpose or reshape one of them',
  ],
  [
    () => ops.matmul(f(2, 3), f(3, 2), { transposeA: true }),
    ShapeError,
    'matmul: inner dimensions differ, got [3, 2] and [3, 2]; transpose or reshape one of them',
  ],
  [() => ops.matmul(f(3), f(3, 2)), ShapeError, 'matmul: needs matrices, got [3] and [3, 2]'],
  [
    () => ops.matmul(f(2, 2, 3), f(3, 3, 2)),
    ShapeError,
    'matmul: batches do not broadcast, got [2, 2, 3] and [3, 3, 2]',
  ],
  [
    () => ops.matmul(f(2, 3), i(3, 2)),
    DTypeError,
    'matmul: dtypes differ, got float32[2, 3] and int32[3, 2]; cast one of them',
  ],
  [() => ops.matmul(b(2, 3), b(3, 2)), DTypeError, 'matmul: takes numbers; cast bool first, got bool[2, 3]'],
  [() => ops.conv(i(1, 1, 4), i(1, 1, 2), conv), DTypeError, 'conv: takes floats; cast it first, got int32[1, 1, 4]'],
  [
    () => ops.conv(f(1, 4), f(1, 2), conv),
    ShapeError,
    'conv: needs [batch, channels, …1 spatial dimensions], got [1, 4]',
  ],
  [
    () => ops.conv(f(1, 3, 4), f(1, 2, 2), conv),
    ShapeError,
    'conv: channels do not match in 1 group(s), got image [1, 3, 4] and kernel [1, 2, 2]',
  ],
  [
    () => ops.conv(f(1, 2, 4), f(3, 1, 2), { ...conv, groups: 2 }),
    ShapeError,
    'conv: channels do not match in 2 group(s), got image [1, 2, 4] and kernel [3, 1, 2]',
  ],
  [
    () => ops.conv(f(1, 1, 2), f(1, 1, 3), conv),
    ShapeError,
    'conv: the kernel is larger than the padded image, got kernel [3] and image [1, 1, 2]',
  ],
  [
    () => ops.conv(f(1, 1, 4), f(1, 1, 2), { ...conv, stride: [0] }),
    OutOfRangeError,
    'conv: strides are ≥ 1 and padding ≥ 0, got stride [0] and padding [0,0]',
  ],
  [
    () => ops.convInputGrad(f(1, 1, 4), f(1, 1, 2), conv, [1, 1, 4]),
    ShapeError,
    'convInputGrad: the gradient has the shape [1, 1, 3], got [1, 1, 4]',
  ],
  [
    () => ops.convWeightGrad(f(1, 1, 4), f(1, 1, 4), conv, [1, 1, 2]),
    ShapeError,
    'convWeightGrad: the gradient has the shape [1, 1, 3], got [1, 1, 4]',
  ],
  [
    () => ops.maxPool(f(1, 1, 4), { ...pool, padding: [[2, 0]] }),
    OutOfRangeError,
    'maxPool: padding is less than the kernel, got padding [2,0] and kernel [2]',
  ],
  [
    () => ops.maxPool(f(1, 1, 0), { ...pool, padding: [[1, 1]] }),
    ShapeError,
    'maxPool: nothing to take the maximum of, got [1, 1, 0]',
  ],
  [
    () => ops.avgPool(f(1, 1, 4), { ...pool, kernel: [2, 2] }),
    ShapeError,
    'avgPool: the kernel has one size a spatial dimension, got [2, 2] for [1, 1, 4]',
  ],
  [
    () => ops.avgPool(f(1, 1, 1), pool),
    ShapeError,
    'avgPool: the kernel is larger than the padded image, got kernel [2] and image [1, 1, 1]',
  ],
  [
    () => ops.maxPoolGrad(f(1, 1, 2), i(1, 1, 3), [1, 1, 4]),
    ShapeError,
    'maxPoolGrad: the gradient has the shape [1, 1, 3], got [1, 1, 2]',
  ],
  [
    () => ops.maxPoolGrad(f(1, 2, 2), i(1, 2, 2), [1, 1, 4]),
    ShapeError,
    'maxPoolGrad: images and channels differ, got the gradient [1, 2, 2] for [1, 1, 4]',
  ],
  [
    () => ops.avgPoolGrad(f(1, 1, 3), pool, [1, 1, 4]),
    ShapeError,
    'avgPoolGrad: the gradient has the shape [1, 1, 2], got [1, 1, 3]',
  ],
  [() => ops.indexSelect(f(3), f(2), 0), DTypeError, 'indexSelect: indices are int32, got float32[2]'],
  [() => ops.indexSelect(f(), i(2), 0), OutOfRangeError, 'indexSelect: no such axis in float32[], got 0'],
  [() => ops.indexAdd(f(3, 2), i(2), f(2), 0), ShapeError, 'indexAdd: updates have the shape [2, 2], got [2]'],
  [
    () => ops.indexAdd(f(3), i(2), i(2), 0),
    DTypeError,
    'indexAdd: dtypes differ, got float32[3] and int32[2]; cast one of them',
  ],
  [
    () => ops.gather(f(3, 2), i(2, 3), 0),
    ShapeError,
    'gather: indices fit the tensor in all but axis 0, got [2, 3] for [3, 2]',
  ],
  [() => ops.gather(f(3, 2), u(2, 2), 0), DTypeError, 'gather: indices are int32, got uint32[2, 2]'],
  [
    () => ops.scatterAdd(f(3), i(2), f(3), 0),
    ShapeError,
    'scatterAdd: updates have the shape of the indices, got [3] and [2]',
  ],
  [() => ops.scatterAdd(b(3), i(2), b(2), 0), DTypeError, 'scatterAdd: takes numbers; cast bool first, got bool[3]'],
  [
    () => ops.scatter(f(3), i(2), f(3), 0),
    ShapeError,
    'scatter: updates have the shape of the indices, got [3] and [2]',
  ],
  [
    () => ops.scatter(f(3), i(2), i(2), 0),
    DTypeError,
    'scatter: dtypes differ, got float32[3] and int32[2]; cast one of them',
  ],
  [() => ops.cumsum(b(3), 0), DTypeError, 'cumsum: takes numbers; cast bool first, got bool[3]'],
  [() => ops.cumsum(f(3), 1), OutOfRangeError, 'cumsum: no such axis in float32[3], got 1'],
  [() => ops.sort(f(), 0, false), OutOfRangeError, 'sort: no such axis in float32[], got 0'],
  [() => ops.topK(f(3), 4, 0, true), OutOfRangeError, "topK: k is a whole number up to the axis' 3 elements, got 4"],
  [
    () => ops.topK(f(3), 0.5, 0, true),
    OutOfRangeError,
    "topK: k is a whole number up to the axis' 3 elements, got 0.5",
  ],
  [() => ops.iota([2], 1, 'int32'), OutOfRangeError, 'iota: no such axis in int32[2], got 1'],
  [() => ops.iota([2], 0, 'bool'), DTypeError, 'iota: takes numbers; cast bool first, got bool[2]'],
  [
    () => ops.randomBits([u(), u(), u(), i()], [2]),
    DTypeError,
    'randomBits: takes key and counter as four uint32 scalars, got uint32[], uint32[], uint32[], int32[]',
  ],
]

test.each(refusals.map(([record, error, message]) => ({ record, error, message })))(
  '$message',
  ({ record, error, message }) => {
    expect(record).toThrow(error)
    expect(record).toThrow(message)
    expect(errorOf(record)).toBe(message)
  },
)

function errorOf(record: () => unknown): string {
  try {
    record()
  } catch (error) {
    return (error as Error).message
  }
  return 'no error'
}

test('every primitive that can refuse something is in the table', () => {
  const never: PrimitiveName[] = ['isNan', 'isFinite', 'cast', 'literal']
  const refusing = new Set(refusals.map(([, , message]) => message.split(':')[0]))
  expect(primitiveNames.filter((name) => !refusing.has(name) && !never.includes(name))).toEqual([])
})
