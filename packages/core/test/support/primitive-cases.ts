import { DTypeError } from '../../src/errors/errors.ts'
import * as build from '../../src/graph/build.ts'
import { type DType, isFloat } from '../../src/graph/dtype.ts'
import type { PrimitiveAttributes, PrimitiveName } from '../../src/graph/primitives.ts'
import type { Shape } from '../../src/graph/spec.ts'
import type { Value } from '../../src/graph/value.ts'
import { leaf, leafOf, SeededTensors } from './host-tensors.ts'
import type { OpKind } from './tolerance.ts'

/** Outputs to compare, each case a recording of its own. */
export type Cases = (random: SeededTensors, dtype: DType) => Iterable<Value | readonly Value[]>

const lowest: Readonly<Partial<Record<DType, number>>> = {
  float32: -(2 ** 128 - 2 ** 104),
  float64: -Number.MAX_VALUE,
  float16: -65504,
  bfloat16: -(2 ** 128 - 2 ** 120),
}

interface PrimitiveCases {
  readonly kind: OpKind
  readonly cases: Cases
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

const shapes: readonly Shape[] = [[], [1], [7], [3, 5], [2, 1, 33], [0], [3, 0, 2], [257]]

const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[], [5]],
  [
    [3, 1],
    [1, 4],
  ],
  [[4, 5], [5]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [130, 17],
    [130, 17],
  ],
  [[64], []],
  [
    [0, 3],
    [1, 3],
  ],
  [
    [2, 1],
    [1, 0],
  ],
]

const edges: Readonly<Partial<Record<DType, readonly number[]>>> = {
  float32: [
    nan,
    infinity,
    -infinity,
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    1e-7,
    -1e-7,
    1e-4,
    3e38,
    20,
    -20,
    87,
    -87,
  ],
  float64: [
    nan,
    infinity,
    -infinity,
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    1e-12,
    -1e-12,
    1e-4,
    1e300,
    3e38,
    2 ** 31,
    700,
    -700,
  ],
  float16: [
    ...[nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5],
    ...[2 ** -24, -(2 ** -24), 3e-6, 2 ** -14, 1e-4, 65504, -65504, 300, 20, -20, 11, -11],
  ],
  bfloat16: [
    ...[nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5],
    ...[1e-7, -1e-7, 1e-4, 3e38, 2 ** 31, 20, -20, 87, -87],
  ],
  int32: [0, 1, -1, 2, -2, 7, -7, 2 ** 31 - 1, -(2 ** 31), 33, 65537],
  uint32: [0, 1, 2, 7, 31, 32, 33, 2 ** 31, 2 ** 31 - 1, 2 ** 32 - 1],
  uint8: [0, 1, 2, 127, 128, 255],
  bool: [0, 1],
}

/** Edge values in all pairs, long enough for vector loops. */
function edgePairs(dtype: DType): [Value, Value] {
  const list = edges[dtype]!
  return [
    leaf(
      list.flatMap((x) => list.map(() => x)),
      undefined,
      dtype,
    ),
    leaf(
      list.flatMap(() => list),
      undefined,
      dtype,
    ),
  ]
}

/** Up to four dimensions of up to six elements, now and then none. */
function randomShape(random: SeededTensors): Shape {
  return Array.from({ length: random.choose([0, 1, 2, 3, 4]) }, () => random.choose([0, 1, 2, 3, 4, 5, 6, 6]))
}

/** A shape that broadcasts to `shape`. */
function broadcastable(random: SeededTensors, shape: Shape): Shape {
  const from = random.choose(shape.map((_, i) => i).concat(0))
  return shape.slice(from).map((n) => (random.number() < 0.3 ? 1 : n))
}

const randomRounds = 6

function unary(op: build.Unary, kind: OpKind = 'exact', min?: number, max?: number): PrimitiveCases {
  const ranged = min === undefined ? undefined : { min, max: max! }
  return {
    kind,
    *cases(random, dtype) {
      for (const shape of shapes) yield op(leafOf(random.tensor(dtype, shape, ranged)))
      for (let i = 0; i < randomRounds; i++) yield op(leafOf(random.tensor(dtype, randomShape(random), ranged)))
      yield op(leaf(edges[dtype]!, undefined, dtype))
    },
  }
}

function binary(op: build.Binary, kind: OpKind = 'exact'): PrimitiveCases {
  return {
    kind,
    *cases(random, dtype) {
      for (const [a, b] of broadcasts) yield op(leafOf(random.tensor(dtype, a)), leafOf(random.tensor(dtype, b)))
      for (let i = 0; i < randomRounds; i++) {
        const shape = randomShape(random)
        const [a, b] = [broadcastable(random, shape), broadcastable(random, shape)]
        yield op(leafOf(random.tensor(dtype, a)), leafOf(random.tensor(dtype, b)))
      }
      yield op(...edgePairs(dtype))
    },
  }
}

type Reduction = (x: Value, axes: readonly number[], keepDims?: boolean) => Value

function reduction(op: Reduction, kind: OpKind, ofNothing: boolean): PrimitiveCases {
  return {
    kind,
    *cases(random, dtype) {
      for (const [shape, axes] of [
        [[5], [0]],
        [[3, 4], [1]],
        [[3, 4], [0]],
        [
          [2, 3, 4],
          [0, 2],
        ],
        [
          [2, 3, 70],
          [0, 1, 2],
        ],
        [[64, 70], [1]],
        [[64, 70], [0]],
        [[0, 3], [1]],
        ...(ofNothing
          ? [
              [[0, 3], [0]],
              [
                [2, 0],
                [0, 1],
              ],
            ]
          : []),
      ] as [number[], number[]][]) {
        yield op(leafOf(random.tensor(dtype, shape)), axes)
        yield op(leafOf(random.tensor(dtype, shape)), axes, true)
      }
      const rows = edgePairs(dtype).map((x) => build.reshape(x, [edges[dtype]!.length, edges[dtype]!.length]))
      for (const x of rows) yield [op(x, [0]), op(x, [1]), op(x, [0, 1])]
    },
  }
}

function choice(op: (x: Value, axis: number) => Value): PrimitiveCases {
  return {
    kind: 'exact',
    *cases(random, dtype) {
      for (const [shape, axis] of [
        [[5], 0],
        [[3, 4], 1],
        [[3, 4], 0],
        [[2, 3, 4], 1],
        [[0, 3], 1],
      ] as [number[], number][]) {
        yield op(leafOf(random.tensor(dtype, shape)), axis)
      }
      const n = edges[dtype]!.length
      for (const x of edgePairs(dtype)) yield [op(build.reshape(x, [n, n]), 0), op(build.reshape(x, [n, n]), 1)]
      yield op(withNan(random, dtype, [20, 6]), 1)
    },
  }
}

/** Whole numbers, so with ties, some of them NaN or infinite. */
function withNan(random: SeededTensors, dtype: DType, shape: Shape): Value {
  const size = shape.reduce((n, d) => n * d, 1)
  const specials = isFloat(dtype) ? [nan, infinity, -infinity] : [0, 1]
  const pick = () =>
    random.number() < 0.25 ? random.choose(specials) : Math.floor(random.number(0, dtype === 'bool' ? 2 : 4))
  return leaf(Array.from({ length: size }, pick), shape, dtype)
}

function moving(...ops: ((x: Value) => Value)[]): (shape: Shape) => PrimitiveCases {
  return (shape) => ({
    kind: 'exact',
    *cases(random, dtype) {
      for (const op of ops) yield op(leafOf(random.tensor(dtype, shape)))
    },
  })
}

type ConvAttributes = PrimitiveAttributes['conv']
type Spatial = [image: Shape, kernel: Shape, attributes: ConvAttributes]

const convolutions: readonly Spatial[] = [
  [
    [2, 3, 7, 8],
    [4, 3, 3, 3],
    {
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    [2, 3, 7, 8],
    [4, 3, 3, 2],
    {
      stride: [2, 3],
      padding: [
        [1, 0],
        [0, 2],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    [2, 4, 9, 8],
    [6, 2, 3, 2],
    {
      stride: [1, 2],
      padding: [
        [2, 1],
        [0, 1],
      ],
      dilation: [2, 3],
      groups: 2,
    },
  ],
  [
    [1, 16, 6, 6],
    [8, 16, 3, 3],
    {
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    [2, 16, 6, 7],
    [8, 8, 3, 3],
    {
      stride: [1, 1],
      padding: [
        [2, 0],
        [1, 2],
      ],
      dilation: [1, 2],
      groups: 2,
    },
  ],
  [
    [2, 8, 5, 5],
    [8, 8, 1, 1],
    {
      stride: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    [2, 8, 5, 5],
    [8, 8, 1, 1],
    {
      stride: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    [2, 8, 5, 5],
    [8, 8, 3, 3],
    {
      stride: [1, 1],
      padding: [
        [3, 3],
        [2, 2],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [[2, 3, 11], [4, 3, 3], { stride: [2], padding: [[1, 2]], dilation: [2], groups: 1 }],
  [[1, 6, 11], [6, 1, 3], { stride: [1], padding: [[1, 1]], dilation: [1], groups: 6 }],
  [
    [1, 2, 4, 5, 4],
    [3, 2, 2, 3, 2],
    {
      stride: [1, 2, 1],
      padding: [
        [0, 1],
        [1, 1],
        [1, 0],
      ],
      dilation: [1, 1, 2],
      groups: 1,
    },
  ],
  [
    [2, 2, 8, 9],
    [3, 2, 2, 1],
    {
      stride: [3, 4],
      padding: [
        [2, 3],
        [0, 1],
      ],
      dilation: [1, 2],
      groups: 1,
    },
  ],
  [
    [1, 2, 3, 2, 4, 3],
    [2, 1, 2, 2, 1, 3],
    {
      stride: [1, 1, 2, 1],
      padding: [
        [0, 1],
        [1, 0],
        [0, 0],
        [1, 1],
      ],
      dilation: [2, 1, 1, 1],
      groups: 2,
    },
  ],
  [
    [0, 3, 7, 8],
    [4, 3, 3, 3],
    {
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
]

type PoolAttributes = PrimitiveAttributes['maxPool']

const pools: readonly [image: Shape, attributes: PoolAttributes][] = [
  [
    [2, 3, 8, 8],
    {
      kernel: [2, 2],
      stride: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
  [
    [2, 3, 7, 9],
    {
      kernel: [3, 2],
      stride: [2, 2],
      padding: [
        [1, 1],
        [0, 1],
      ],
    },
  ],
  [
    [2, 3, 7, 9],
    {
      kernel: [3, 3],
      stride: [1, 2],
      padding: [
        [1, 0],
        [1, 1],
      ],
    },
  ],
  [[2, 2, 9], { kernel: [4], stride: [3], padding: [[2, 1]] }],
  // All but one cell of the last window.
  [[2, 2, 9], { kernel: [4], stride: [3], padding: [[1, 3]] }],
  [
    [1, 2, 4, 4, 5],
    {
      kernel: [2, 2, 2],
      stride: [2, 1, 2],
      padding: [
        [0, 0],
        [1, 1],
        [0, 1],
      ],
    },
  ],
  [
    [2, 3, 5, 5],
    {
      kernel: [5, 5],
      stride: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
  [
    [2, 3, 5, 5],
    {
      kernel: [1, 1],
      stride: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
  [
    [2, 3, 5, 6],
    {
      kernel: [3, 4],
      stride: [2, 1],
      padding: [
        [2, 2],
        [3, 1],
      ],
    },
  ],
  [
    [1, 2, 11, 7],
    {
      kernel: [2, 3],
      stride: [4, 5],
      padding: [
        [1, 0],
        [0, 1],
      ],
    },
  ],
  [
    [1, 2, 3, 2, 4, 3],
    {
      kernel: [2, 1, 2, 3],
      stride: [1, 1, 2, 1],
      padding: [
        [0, 1],
        [0, 0],
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    [0, 3, 4, 4],
    {
      kernel: [2, 2],
      stride: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
]

/** Padding as wide as the kernel, or wider, has a mean but no maximum. */
const means: typeof pools = [
  ...pools,
  [
    [1, 2, 5, 4],
    {
      kernel: [2, 3],
      stride: [1, 2],
      padding: [
        [3, 0],
        [1, 5],
      ],
    },
  ],
]

const products: readonly [a: Shape, b: Shape][] = [
  [
    [4, 5],
    [5, 3],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [2, 4, 5],
    [5, 3],
  ],
  [
    [2, 4, 5],
    [2, 5, 3],
  ],
  [
    [2, 4, 5],
    [1, 5, 3],
  ],
  [
    [4, 5],
    [2, 5, 3],
  ],
  [
    [2, 1, 4, 5],
    [3, 5, 6],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 5, 4],
  ],
  [
    [0, 5],
    [5, 3],
  ],
  [
    [4, 0],
    [0, 3],
  ],
  [
    [2, 4, 0],
    [2, 0, 3],
  ],
  [
    [2, 4, 0],
    [0, 3],
  ],
  [
    [0, 4, 5],
    [5, 3],
  ],
]

function exchanged(shape: Shape, really: boolean): Shape {
  return really ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape
}

/** Uses of every primitive. */
export const primitiveCases: Readonly<Record<PrimitiveName, PrimitiveCases>> = {
  neg: unary(build.neg),
  abs: unary(build.abs),
  sign: unary(build.sign),
  floor: unary(build.floor),
  ceil: unary(build.ceil),
  round: unary(build.round),
  trunc: unary(build.trunc),
  sqrt: unary(build.sqrt, 'function'),
  exp: unary(build.exp, 'function', -80, 80),
  expm1: unary(build.expm1, 'function', -1, 1),
  log: unary(build.log, 'function'),
  log1p: unary(build.log1p, 'function', -0.9, 3),
  sin: unary(build.sin, 'function', -10, 10),
  cos: unary(build.cos, 'function', -10, 10),
  tan: unary(build.tan, 'function'),
  asin: unary(build.asin, 'function', -1, 1),
  acos: unary(build.acos, 'function', -1, 1),
  atan: unary(build.atan, 'function'),
  sinh: unary(build.sinh, 'function', -5, 5),
  cosh: unary(build.cosh, 'function', -5, 5),
  tanh: unary(build.tanh, 'function', -5, 5),
  asinh: unary(build.asinh, 'function', -5, 5),
  acosh: unary(build.acosh, 'function', 1, 9),
  atanh: unary(build.atanh, 'function', -0.99, 0.99),
  erf: unary(build.erf, 'function', -4, 4),
  sigmoid: unary(build.sigmoid, 'function', -30, 30),
  isNan: unary(build.isNan),
  isFinite: unary(build.isFinite),
  not: unary(build.not),
  cast: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const to of ['float32', 'float64', 'int32', 'uint32', 'uint8', 'bool'] as const) {
        if (to === dtype) continue
        yield build.cast(leafOf(random.tensor(dtype, [3, 4])), to)
        yield build.cast(leafOf(random.tensor(dtype, [0, 4])), to)
        yield build.cast(leaf(edges[dtype]!, undefined, dtype), to)
      }
    },
  },
  add: binary(build.add),
  sub: binary(build.sub),
  mul: binary(build.mul),
  div: binary(build.div),
  floorDivide: binary(build.floorDivide),
  remainder: binary(build.remainder),
  pow: binary(build.pow, 'function'),
  minimum: binary(build.minimum),
  maximum: binary(build.maximum),
  atan2: binary(build.atan2, 'function'),
  and: binary(build.and),
  or: binary(build.or),
  xor: binary(build.xor),
  shiftLeft: binary(build.shiftLeft),
  shiftRight: binary(build.shiftRight),
  equal: binary(build.equal),
  less: binary(build.less),
  lessEqual: binary(build.lessEqual),
  where: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const [c, a, b] of [
        [[], [], []],
        [[3, 4], [4], []],
        [[4], [3, 1], [3, 4]],
        [[0, 4], [4], [1, 1]],
      ]) {
        const condition = leafOf(random.tensor('bool', c!))
        yield build.where(condition, leafOf(random.tensor(dtype, a!)), leafOf(random.tensor(dtype, b!)))
      }
      const edge = leaf(edges[dtype]!, undefined, dtype)
      yield build.where(leafOf(random.tensor('bool', edge.spec.shape)), edge, leafOf(random.tensor(dtype, [])))
    },
  },
  sum: reduction(build.sum, 'accumulation', true),
  prod: reduction(build.prod, 'accumulation', true),
  max: reduction(build.max, 'exact', false),
  min: reduction(build.min, 'exact', false),
  argmax: choice(build.argmax),
  argmin: choice(build.argmin),
  reshape: moving(
    (x) => build.reshape(x, [6, 4]),
    (x) => build.reshape(x, [24]),
    (x) => build.reshape(x, [2, 1, 12, 1]),
  )([2, 3, 4]),
  permute: moving(
    (x) => build.permute(x, [2, 0, 1]),
    (x) => build.permute(x, [0, 2, 1]),
    (x) => build.permute(build.slice(x, [0, 0, 0], [2, 0, 4]), [2, 0, 1]),
  )([2, 3, 4]),
  broadcastTo: moving(
    (x) => build.broadcastTo(x, [3, 4]),
    (x) => build.broadcastTo(x, [2, 3, 4]),
    (x) => build.broadcastTo(build.reshape(x, [3, 1]), [0, 3, 5]),
    (x) => build.broadcastTo(build.reshape(build.slice(x, [0, 0], [1, 1]), []), [2, 2]),
  )([3, 1]),
  slice: moving(
    (x) => build.slice(x, [0, 1], [6, 4]),
    (x) => build.slice(x, [1, 0], [6, 5], [2, 1]),
    (x) => build.slice(x, [1, 1], [5, 5], [3, 2]),
    (x) => build.slice(x, [2, 0], [2, 5]),
    (x) => build.slice(x, [0, 4], [6, 5], [7, 1]),
  )([6, 5]),
  pad: moving(
    (x) =>
      build.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    (x) =>
      build.pad(
        x,
        [
          [1, 0],
          [2, 2],
        ],
        1,
      ),
    (x) =>
      build.pad(
        build.slice(x, [0, 0], [0, 3]),
        [
          [1, 1],
          [0, 0],
        ],
        1,
      ),
  )([2, 3]),
  concat: moving(
    (x) => build.concat([x, x], 0),
    (x) => build.concat([x, build.slice(x, [0, 1], [2, 3]), x], 1),
    (x) => build.concat([x, build.slice(x, [0, 0], [0, 3])], 0),
  )([2, 3]),
  flip: moving(
    (x) => build.flip(x, [0]),
    (x) => build.flip(x, [0, 1]),
    (x) => build.flip(build.slice(x, [0, 0], [0, 3]), [0, 1]),
  )([4, 3]),
  matmul: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [a, b] of products) {
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            const left = leafOf(random.tensor(dtype, exchanged(a, transposeA)))
            const right = leafOf(random.tensor(dtype, exchanged(b, transposeB)))
            yield build.matmul(left, right, { transposeA, transposeB })
          }
        }
      }
      for (let i = 0; i < randomRounds; i++) {
        const batch = randomShape(random)
        const [m, k, n] = [1, 2, 3].map(() => random.choose([0, 1, 2, 5, 17])) as [number, number, number]
        const left = leafOf(random.tensor(dtype, [...broadcastable(random, batch), m, k]))
        yield build.matmul(left, leafOf(random.tensor(dtype, [...broadcastable(random, batch), k, n])))
      }
    },
  },
  conv: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [image, kernel, attributes] of convolutions) {
        yield build.conv(leafOf(random.tensor(dtype, image)), leafOf(random.tensor(dtype, kernel)), attributes)
      }
    },
  },
  convInputGrad: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [image, kernel, attributes] of convolutions) {
        const [x, w] = [leafOf(random.tensor(dtype, image)), leafOf(random.tensor(dtype, kernel))]
        const g = leafOf(random.tensor(dtype, build.conv(x, w, attributes).spec.shape))
        yield build.convInputGrad(g, w, attributes, image)
      }
    },
  },
  convWeightGrad: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [image, kernel, attributes] of convolutions) {
        const [x, w] = [leafOf(random.tensor(dtype, image)), leafOf(random.tensor(dtype, kernel))]
        const g = leafOf(random.tensor(dtype, build.conv(x, w, attributes).spec.shape))
        yield build.convWeightGrad(x, g, attributes, kernel)
      }
    },
  },
  maxPool: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const [image, attributes] of pools) {
        yield build.maxPool(leafOf(random.tensor(dtype, image)), attributes)
        yield build.maxPool(withNan(random, dtype, image), attributes)
        yield build.maxPool(withNan(random, dtype, image), attributes)[0]
      }
      for (const [image, attributes] of pools.slice(0, 4)) {
        for (const x of [-infinity, lowest[dtype]!]) {
          const flat = leaf(new Array(image.reduce((n, d) => n * d, 1)).fill(x), image, dtype)
          yield [build.maxPool(flat, attributes)[0], ...build.maxPool(build.neg(build.neg(flat)), attributes)]
        }
      }
    },
  },
  maxPoolGrad: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [image, attributes] of pools) {
        const [values, indices] = build.maxPool(leafOf(random.tensor(dtype, image)), attributes)
        yield build.maxPoolGrad(leafOf(random.tensor(dtype, values.spec.shape)), indices, image)
      }
    },
  },
  avgPool: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [image, attributes] of means) yield build.avgPool(leafOf(random.tensor(dtype, image)), attributes)
    },
  },
  avgPoolGrad: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [image, attributes] of means) {
        const { shape } = build.avgPool(leafOf(random.tensor(dtype, image)), attributes).spec
        yield build.avgPoolGrad(leafOf(random.tensor(dtype, shape)), attributes, image)
      }
    },
  },
  indexSelect: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const [shape, axis, indices] of [
        [[5, 3], 0, [4]],
        [[5, 3], 1, [2, 2]],
        [[2, 5, 3], 1, []],
        [[5, 3], 0, [0]],
        [[5, 0], 0, [2]],
      ] as [number[], number, number[]][]) {
        yield build.indexSelect(
          leafOf(random.tensor(dtype, shape)),
          leafOf(random.indices(indices, shape[axis]!)),
          axis,
        )
      }
    },
  },
  indexAdd: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [shape, axis, indices] of [
        [[5, 3], 0, [9]],
        [[5, 3], 1, [2, 2]],
        [[2, 5, 3], 1, []],
        [[5, 3], 0, [0]],
        [[4, 0], 0, [3]],
        [[1024, 33], 0, [4096]],
      ] as [number[], number, number[]][]) {
        const updates = [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]
        yield build.indexAdd(
          leafOf(random.tensor(dtype, shape)),
          leafOf(random.indices(indices, shape[axis]!)),
          leafOf(random.tensor(dtype, updates)),
          axis,
        )
      }
    },
  },
  gather: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const [shape, axis, indices] of gathers) {
        yield build.gather(leafOf(random.tensor(dtype, shape)), leafOf(random.indices(indices, shape[axis]!)), axis)
      }
    },
  },
  scatterAdd: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const [shape, axis, indices] of gathers) {
        yield build.scatterAdd(
          leafOf(random.tensor(dtype, shape)),
          leafOf(random.indices(indices, shape[axis]!)),
          leafOf(random.tensor(dtype, indices)),
          axis,
        )
      }
    },
  },
  scatter: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const [shape, axis, indices] of [...gathers, [[64], 0, [20000]] as const]) {
        yield build.scatter(
          leafOf(random.tensor(dtype, shape)),
          leafOf(random.indices(indices, shape[axis]!)),
          leafOf(random.tensor(dtype, indices)),
          axis,
        )
      }
    },
  },
  cumsum: {
    kind: 'accumulation',
    *cases(random, dtype) {
      for (const exclusive of [false, true]) {
        for (const reverse of [false, true]) {
          yield build.cumsum(leafOf(random.tensor(dtype, [3, 5])), 1, { exclusive, reverse })
          yield build.cumsum(leafOf(random.tensor(dtype, [3, 5, 2])), 1, { exclusive, reverse })
          yield build.cumsum(leafOf(random.tensor(dtype, [0, 2])), 0, { exclusive, reverse })
        }
      }
      yield build.cumsum(leaf(edges[dtype]!, undefined, dtype), 0)
    },
  },
  sort: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const descending of [false, true]) {
        for (const axis of [0, 1]) {
          yield build.sort(withNan(random, dtype, [40, 17]), axis, descending)
          yield build.sort(leafOf(random.tensor(dtype, [6, 7])), axis, descending)
          yield build.sort(leafOf(random.tensor(dtype, [0, 3])), axis, descending)
        }
      }
    },
  },
  topK: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const largest of [false, true]) {
        for (const k of [0, 1, 2, 5, 17]) yield build.topK(withNan(random, dtype, [4, 17]), k, 1, largest)
        yield build.topK(withNan(random, dtype, [17, 3]), 3, 0, largest)
        yield build.topK(withNan(random, dtype, [2, 70]), 40, 1, largest)
        yield build.topK(leafOf(random.tensor(dtype, [0, 3])), 2, 1, largest)
      }
    },
  },
  iota: {
    kind: 'exact',
    *cases(_random, dtype) {
      for (const axis of [0, 1, 2]) yield build.iota([3, 4, 5], axis, dtype)
      yield build.add(build.iota([3, 4], 0, dtype), build.iota([3, 4], 1, dtype))
      yield build.iota([0, 4], 1, dtype)
    },
  },
  literal: {
    kind: 'exact',
    *cases(_random, dtype) {
      for (const value of edges[dtype]!) yield build.broadcastTo(build.literal(value, dtype), [2])
      yield build.literal(1, dtype)
    },
  },
  randomBits: {
    kind: 'exact',
    *cases(random, dtype) {
      for (const shape of [...shapes, [2, 129]]) {
        const words = leafOf(random.tensor(dtype, [4], { min: 0, max: 2 ** 32 }))
        const word = (i: number) => build.reshape(build.sliceAxis(words, 0, i, i + 1), [])
        yield build.randomBits([word(0), word(1), word(2), word(3)], shape)
      }
    },
  },
}

/** Whether a primitive takes a dtype: whether recording a use of it is not refused. */
export function takes(op: PrimitiveName, dtype: DType): boolean {
  try {
    primitiveCases[op].cases(new SeededTensors(), dtype)[Symbol.iterator]().next()
    return true
  } catch (error) {
    // Dtypes that differ, say, would be a mistake of the case.
    if (error instanceof DTypeError && error.message.includes(': takes ')) return false
    throw error
  }
}

const gathers: readonly [shape: Shape, axis: number, indices: Shape][] = [
  [[5, 3], 0, [7, 3]],
  [[5, 3], 1, [4, 6]],
  [[2, 5, 3], 1, [2, 4, 2]],
  [[5], 0, [9]],
  [[5, 3], 0, [0, 3]],
  [[4, 6], 1, [4, 500]],
]
