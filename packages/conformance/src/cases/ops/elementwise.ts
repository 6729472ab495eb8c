import type { DType } from '@voltaic/core'
import {
  type Binary,
  cast,
  dtypes,
  type ElementwiseAttributes,
  isFloat,
  type None,
  primitives,
  recordOne,
  type Shape,
  type Unary,
  type Value,
  where,
} from '@voltaic/core/graph'
import { leastPositive } from '../../check/numbers.ts'
import type { Operands, Range } from '../../check/operands.ts'
import type { ToleranceKind } from '../../suite/tolerances.ts'
import { elementwisePoints, type PointwiseName } from './elementwise-points.ts'
import { type Example, example, type LeafMaker, type OpCases } from './op-cases.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const shapes: readonly Shape[] = [[], [1], [7], [3, 5], [2, 1, 33], [0], [3, 0, 2], [257]]

const broadcasts: readonly (readonly [string, string])[] = [
  ['', ''],
  ['', '5'],
  ['3 1', '1 4'],
  ['4 5', '5'],
  ['2 3 4', '3 1'],
  ['130 17', '130 17'],
  ['64', ''],
  ['0 3', '1 3'],
  ['2 1', '1 0'],
]

const randomRounds = 4

/** `'3 1'` as a shape. */
export function shapeOf(text: string): Shape {
  return text === '' ? [] : text.split(' ').map(Number)
}

function recorder(name: PointwiseName): (...operands: Value[]) => Value {
  return (...operands) => recordOne(primitives[name], operands, {} as None)
}

function unary(name: PointwiseName, kind: ToleranceKind = 'exact', range?: Range): OpCases {
  const apply = recorder(name)
  return {
    kind,
    pointwise: { points: elementwisePoints[name], apply },
    uses: (operands, dtype) => unaryUses(apply, operands, dtype, range),
  }
}

/** Of all kinds of shapes, drawn ones too. */
export function* unaryUses(apply: Unary, operands: Operands, dtype: DType, range?: Range): Iterable<Value> {
  for (const shape of shapes) yield apply(operands.tensor(dtype, shape, range))
  for (let i = 0; i < randomRounds; i++) yield apply(operands.tensor(dtype, operands.shape(), range))
}

function binary(name: PointwiseName, kind: ToleranceKind = 'exact', right?: Range): OpCases {
  const apply = recorder(name)
  return {
    kind,
    pointwise: { points: elementwisePoints[name], apply },
    uses: (operands, dtype) => binaryUses(apply, operands, dtype, right),
  }
}

/** Of all kinds of broadcasts, drawn ones too. */
export function* binaryUses(apply: Binary, operands: Operands, dtype: DType, right?: Range): Iterable<Value> {
  const pair = (a: Shape, b: Shape) => apply(operands.tensor(dtype, a), operands.tensor(dtype, b, right))
  for (const [a, b] of broadcasts) yield pair(shapeOf(a), shapeOf(b))
  for (let i = 0; i < randomRounds; i++) {
    const shape = operands.shape()
    yield pair(operands.broadcastable(shape), operands.broadcastable(shape))
  }
}

/** What `cast` to one dtype saturates, truncates and rounds. */
function castsTo(to: DType): OpCases {
  return {
    variant: `to-${to}`,
    kind: 'exact',
    dtypes: dtypes.filter((dtype) => dtype !== to),
    examples: (of, dtype) =>
      castsOf[dtype].filter((row) => row[0] === to).map(([, from, expected]) => example(cast(of(from), to), expected)),
    specials: (of, dtype) => (isFloat(dtype) ? [castSpecial(of, to), ...signedZeros(of, to)] : []),
    *uses(operands, dtype) {
      yield cast(operands.tensor(dtype, [3, 7]), to)
      yield cast(operands.tensor(dtype, [0, 4]), to)
      yield cast(operands.tensor(dtype, [2, 3, 40], isFloat(dtype) ? { min: -300, max: 300 } : undefined), to)
      yield cast(operands.tensor(dtype, []), to)
    },
  }
}

const castsOf: Readonly<Record<DType, readonly (readonly [to: DType, from: number[], expected: number[]])[]>> = {
  float32: [
    ['int32', [1.75, -1.75, 0, 3e9, -3e9], [1, -1, 0, 2147483647, -2147483648]],
    ['uint32', [1.75, -1.75, 5e9, 4294967040], [1, 0, 4294967295, 4294967040]],
    ['uint8', [1.75, -3, 300, 255.5], [1, 0, 255, 255]],
    ['bool', [0, -0, 0.5, -2], [0, 0, 1, 1]],
    ['float64', [0.5, 0.10000000149011612], [0.5, 0.10000000149011612]],
    [
      'float16',
      [1.0009765625, 1.00048828125, 1.00146484375, 65504, 65519],
      [1.0009765625, 1, 1.001953125, 65504, 65504],
    ],
    ['bfloat16', [1.0078125, 1.00390625, 1.01171875, 0.5], [1.0078125, 1, 1.015625, 0.5]],
  ],
  float64: [
    ['int32', [1.75, -1.75, 2147483647.5, -1e300], [1, -1, 2147483647, -2147483648]],
    ['uint32', [4294967295, -0.5, 1e300], [4294967295, 0, 4294967295]],
    ['uint8', [254.9, 256], [254, 255]],
    ['bool', [0, 1e-300], [0, 1]],
    ['float32', [0.1, 16777217, 16777219], [0.10000000149011612, 16777216, 16777220]],
    // Through float32 the last would be rounded twice, to 1.
    ['float16', [0.5, 2049, 1.00048828125001], [0.5, 2048, 1.0009765625]],
    ['bfloat16', [0.5, 257, 1.00390625000001], [0.5, 256, 1.0078125]],
  ],
  float16: [
    ['float32', [0.5, 65504, -1.0009765625], [0.5, 65504, -1.0009765625]],
    ['float64', [0.5, 65504], [0.5, 65504]],
    ['bfloat16', [1.0009765625, 0.5], [1, 0.5]],
    ['int32', [1.75, -1.75], [1, -1]],
    ['bool', [0, 0.5], [0, 1]],
  ],
  bfloat16: [
    ['float32', [0.5, -1.0078125], [0.5, -1.0078125]],
    ['float64', [0.5, 256], [0.5, 256]],
    ['float16', [1.0078125, 0.5], [1.0078125, 0.5]],
    ['int32', [1.75, -1.75], [1, -1]],
    ['bool', [0, 0.5], [0, 1]],
  ],
  int32: [
    ['float32', [7, -7, 16777217], [7, -7, 16777216]],
    ['float64', [2147483647, -2147483648], [2147483647, -2147483648]],
    ['float16', [7, 2049], [7, 2048]],
    ['bfloat16', [7, 257], [7, 256]],
    ['uint32', [7, -7], [7, 0]],
    ['uint8', [7, -7, 300], [7, 0, 255]],
    ['bool', [0, 7, -7], [0, 1, 1]],
  ],
  uint32: [
    ['float32', [7, 4294967295], [7, 4294967296]],
    ['float64', [4294967295], [4294967295]],
    ['int32', [7, 4294967295], [7, 2147483647]],
    ['uint8', [7, 300], [7, 255]],
    ['bool', [0, 4294967295], [0, 1]],
  ],
  uint8: [
    ['float32', [0, 255], [0, 255]],
    ['int32', [0, 255], [0, 255]],
    ['uint32', [255], [255]],
    ['float16', [255], [255]],
    ['bfloat16', [255], [255]],
    ['bool', [0, 2], [0, 1]],
  ],
  bool: [
    ['float32', [0, 1], [0, 1]],
    ['float64', [0, 1], [0, 1]],
    ['int32', [0, 1], [0, 1]],
    ['uint8', [0, 1], [0, 1]],
    ['float16', [0, 1], [0, 1]],
    ['bfloat16', [0, 1], [0, 1]],
  ],
}

function castSpecial(of: LeafMaker, to: DType): Example {
  const expected: Readonly<Partial<Record<DType, readonly number[]>>> = {
    int32: [0, 2147483647, -2147483648],
    uint32: [0, 4294967295, 0],
    uint8: [0, 255, 0],
    bool: [1, 1, 1],
  }
  return example(cast(of([nan, infinity, -infinity]), to), expected[to] ?? [nan, infinity, -infinity])
}

function signedZeros(of: LeafMaker, to: DType): Example[] {
  return isFloat(to) ? [example(cast(of([-0, 0]), to), [-0, 0])] : []
}

const wheres: OpCases = {
  kind: 'exact',
  movesBits: true,
  examples: (of) => [
    example(where(of([1, 0, 1], [3], 'bool'), of([1, 0, 1]), of([0, 1, 0])), [1, 1, 1]),
    example(where(of([1, 0], [2, 1], 'bool'), of([1]), of([0])), [1, 0]),
  ],
  specials: (of, dtype) =>
    isFloat(dtype)
      ? [
          example(where(of([1, 0, 1], [3], 'bool'), of([nan, nan, -0]), of([1, -infinity, 1])), [nan, -infinity, -0]),
          example(where(of([1], [1], 'bool'), of([leastPositive(dtype)]), of([nan])), [leastPositive(dtype)]),
        ]
      : [],
  *uses(operands, dtype) {
    const rows = ['//', '3 4/4/', '4/3 1/3 4', '0 4/4/1 1', '2 1 3/2 3/1', '130 17/17/130 1']
    for (const row of rows) {
      const [condition, x, y] = row.split('/').map(shapeOf)
      yield where(operands.tensor('bool', condition!), operands.tensor(dtype, x!), operands.tensor(dtype, y!))
    }
  },
}

const within = (min: number, max: number): Range => ({ min, max })

/** Elementwise primitives. */
export const elementwiseCases: Readonly<Record<keyof ElementwiseAttributes, OpCases | readonly OpCases[]>> = {
  neg: unary('neg'),
  abs: unary('abs'),
  sign: unary('sign'),
  floor: unary('floor'),
  ceil: unary('ceil'),
  round: unary('round'),
  trunc: unary('trunc'),
  sqrt: unary('sqrt', 'quotient', within(0, 100)),
  exp: unary('exp', 'function', within(-10, 10)),
  expm1: unary('expm1', 'function', within(-1, 1)),
  log: unary('log', 'function', within(0.01, 100)),
  log1p: unary('log1p', 'function', within(-0.9, 3)),
  sin: unary('sin', 'periodic', within(-10, 10)),
  cos: unary('cos', 'periodic', within(-10, 10)),
  tan: unary('tan', 'periodic', within(-1.5, 1.5)),
  asin: unary('asin', 'function', within(-1, 1)),
  acos: unary('acos', 'function', within(-1, 1)),
  atan: unary('atan', 'function'),
  sinh: unary('sinh', 'function', within(-5, 5)),
  cosh: unary('cosh', 'function', within(-5, 5)),
  tanh: unary('tanh', 'function', within(-5, 5)),
  asinh: unary('asinh', 'function', within(-5, 5)),
  acosh: unary('acosh', 'function', within(1, 9)),
  atanh: unary('atanh', 'function', within(-0.99, 0.99)),
  erf: unary('erf', 'function', within(-4, 4)),
  sigmoid: unary('sigmoid', 'function', within(-15, 15)),
  isNan: { ...unary('isNan'), movesBits: true },
  isFinite: { ...unary('isFinite'), movesBits: true },
  not: unary('not'),
  cast: dtypes.map(castsTo),
  add: binary('add', 'arithmetic'),
  sub: binary('sub', 'arithmetic'),
  mul: binary('mul', 'arithmetic'),
  div: binary('div', 'quotient', within(0.5, 4)),
  floorDivide: binary('floorDivide'),
  remainder: binary('remainder', 'exact'),
  pow: { ...binary('pow', 'function'), uses: (operands, dtype) => powers(operands, dtype) },
  minimum: binary('minimum'),
  maximum: binary('maximum'),
  atan2: binary('atan2', 'function'),
  and: binary('and'),
  or: binary('or'),
  xor: binary('xor'),
  shiftLeft: binary('shiftLeft'),
  shiftRight: binary('shiftRight'),
  equal: binary('equal'),
  less: binary('less'),
  lessEqual: binary('lessEqual'),
  where: wheres,
}

/** Of positive numbers: others have few powers. */
function* powers(operands: Operands, dtype: DType): Iterable<Value> {
  const pow = recorder('pow')
  for (const [a, b] of broadcasts) {
    yield pow(operands.tensor(dtype, shapeOf(a), within(0.1, 4)), operands.tensor(dtype, shapeOf(b)))
  }
}
