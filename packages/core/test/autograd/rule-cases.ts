import * as build from '../../src/graph/build.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import type { ConvAttributes, PoolAttributes, PrimitiveName } from '../../src/graph/primitives.ts'
import { broadcastShapes } from '../../src/graph/shape.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { elementwise } from '../support/elementwise.ts'
import { leaf, SeededTensors, tensorOf } from '../support/host-tensors.ts'
import type { Recorded } from './expect-gradient.ts'

/** One use of a primitive: a function and float64 arguments (others stay as they are). */
export interface RuleCase {
  readonly what: string
  readonly f: Recorded
  readonly inputs: readonly HostTensor[]
}

const random = new SeededTensors(7)

const f64 = (shape: Shape, min = -2, max = 2): HostTensor => random.tensor('float64', shape, { min, max })
const ints = (numbers: readonly number[], shape: Shape = [numbers.length]): HostTensor =>
  tensorOf(numbers, shape, 'int32')

/** Of one operand: 0-d, empty, a vector and two shapes drawn at random. */
function unary(name: PrimitiveName, min = -2, max = 2): RuleCase[] {
  const drawn = [1, 2].map(() => [1 + Math.floor(random.number(0, 3)), 1 + Math.floor(random.number(0, 4))])
  return [[], [0, 3], [4], ...drawn].map((shape) => ({
    what: `of [${shape}]`,
    f: (x) => elementwise(name, x!),
    inputs: [f64(shape, min, max)],
  }))
}

/** Without jumps or kinks near. */
function unaryOffGrid(name: PrimitiveName): RuleCase[] {
  return [
    {
      what: 'off the grid',
      f: (x) => elementwise(name, x!),
      inputs: [tensorOf([-1.7, -0.3, 0.2, 1.4], [4], 'float64')],
    },
  ]
}

const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[3], []],
  [[], [2, 3]],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [2, 0],
    [1, 1],
  ],
  [
    [2, 3],
    [2, 3],
  ],
]

type Maker = (shape: Shape) => HostTensor

function binary(name: PrimitiveName, left: Maker = f64, right: Maker = f64): RuleCase[] {
  return pairs.map(([a, b]) => ({
    what: `of [${a}] and [${b}]`,
    f: (x, y) => elementwise(name, x!, y!),
    inputs: [left(a), right(b)],
  }))
}

/** Operands at least 0.1 apart after broadcasting. */
function binaryApart(name: PrimitiveName): RuleCase[] {
  return binary(
    name,
    (shape) => random.tensor('float64', shape, { min: -1, max: 1 }),
    (shape) => {
      const size = shape.reduce((n, d) => n * d, 1)
      return tensorOf(
        Array.from({ length: size }, (_, i) => (i % 2 === 0 ? random.number(1.1, 2) : random.number(-2, -1.1))),
        shape,
        'float64',
      )
    },
  )
}

const positive: Maker = (shape) => f64(shape, 0.5, 2)
const awayFromZero: Maker = (shape) => {
  const size = shape.reduce((n, d) => n * d, 1)
  return tensorOf(
    Array.from({ length: size }, (_, i) => random.number(0.5, 2) * (i % 2 === 0 ? 1 : -1)),
    shape,
    'float64',
  )
}

const axesOf: readonly (readonly [Shape, readonly number[], boolean])[] = [
  [[], [], false],
  [[3], [0], false],
  [[2, 3], [0], false],
  [[2, 3], [1], true],
  [[2, 3, 2], [0, 2], false],
  [[2, 3, 2], [0, 1, 2], true],
]

type Reduction = (
  x: Parameters<typeof build.sum>[0],
  axes: readonly number[],
  keepDims?: boolean,
) => ReturnType<typeof build.sum>

function reduction(op: Reduction, make: Maker, empty: boolean): RuleCase[] {
  const all = empty ? [...axesOf, [[0, 3], [0], false] as const, [[2, 0], [0, 1], true] as const] : axesOf
  return all.map(([shape, axes, keepDims]) => ({
    what: `of [${shape}] over [${axes}]${keepDims ? ', dimensions kept' : ''}`,
    f: (x) => op(x!, axes, keepDims),
    inputs: [make(shape)],
  }))
}

const distinct: Maker = (shape) => random.distinct('float64', shape)

const convs: readonly (readonly [what: string, image: Shape, kernel: Shape, ConvAttributes])[] = [
  ['1-d', [2, 2, 5], [3, 2, 2], { stride: [1], padding: [[0, 0]], dilation: [1], groups: 1 }],
  [
    '2-d, padded on one side',
    [1, 2, 4, 3],
    [2, 2, 3, 2],
    {
      stride: [1, 1],
      padding: [
        [2, 0],
        [0, 1],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    'strides that leave a rest',
    [2, 1, 6, 5],
    [2, 1, 3, 2],
    {
      stride: [2, 3],
      padding: [
        [1, 0],
        [0, 0],
      ],
      dilation: [1, 1],
      groups: 1,
    },
  ],
  [
    'dilated',
    [1, 2, 6, 5],
    [1, 2, 2, 2],
    {
      stride: [1, 2],
      padding: [
        [1, 1],
        [0, 2],
      ],
      dilation: [2, 3],
      groups: 1,
    },
  ],
  [
    'in groups',
    [2, 4, 3, 3],
    [6, 2, 2, 2],
    {
      stride: [1, 1],
      padding: [
        [1, 1],
        [0, 0],
      ],
      dilation: [1, 1],
      groups: 2,
    },
  ],
  [
    'depthwise, all at once',
    [1, 3, 5, 4],
    [6, 1, 2, 2],
    {
      stride: [2, 1],
      padding: [
        [0, 1],
        [2, 0],
      ],
      dilation: [2, 1],
      groups: 3,
    },
  ],
  [
    '3-d',
    [1, 1, 3, 2, 3],
    [2, 1, 2, 1, 2],
    {
      stride: [1, 1, 2],
      padding: [
        [0, 0],
        [1, 0],
        [0, 1],
      ],
      dilation: [1, 1, 1],
      groups: 1,
    },
  ],
  [
    'no image',
    [0, 1, 3, 3],
    [2, 1, 2, 2],
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
]

function convShape(image: Shape, kernel: Shape, attributes: ConvAttributes): Shape {
  const zeros = (shape: Shape) => leaf(new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(0), shape, 'float64')
  return build.conv(zeros(image), zeros(kernel), attributes).spec.shape
}

const pools: readonly (readonly [what: string, image: Shape, PoolAttributes])[] = [
  ['1-d', [2, 2, 6], { kernel: [2], stride: [2], padding: [[0, 0]] }],
  [
    'overlapping',
    [1, 2, 5, 4],
    {
      kernel: [3, 2],
      stride: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
  [
    'padded',
    [2, 1, 4, 5],
    {
      kernel: [2, 3],
      stride: [2, 2],
      padding: [
        [1, 0],
        [1, 1],
      ],
    },
  ],
  [
    'with gaps',
    [1, 1, 7, 5],
    {
      kernel: [2, 1],
      stride: [3, 2],
      padding: [
        [0, 1],
        [0, 0],
      ],
    },
  ],
]

const matmuls: readonly (readonly [a: Shape, b: Shape])[] = [
  [
    [2, 3],
    [3, 4],
  ],
  [
    [2, 2, 3],
    [2, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 2],
  ],
  [
    [3, 2],
    [2, 2, 4],
  ],
  [
    [2, 0],
    [0, 3],
  ],
  [
    [0, 2],
    [2, 3],
  ],
]

function swapLast(shape: Shape): Shape {
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!]
}

const booleans = (shape: Shape): HostTensor => random.tensor('bool', shape)

/**
 * Uses of every primitive, or a word on why it has no gradient. Where the gradient is zero almost everywhere, it is tested
 * to be that.
 */
export const ruleCases: {
  readonly [K in PrimitiveName]: readonly RuleCase[] | 'takes no floats' | 'makes no floats' | 'takes nothing'
} = {
  neg: unary('neg'),
  abs: unaryOffGrid('abs'),
  sign: unaryOffGrid('sign'),
  floor: unaryOffGrid('floor'),
  ceil: unaryOffGrid('ceil'),
  round: unaryOffGrid('round'),
  trunc: unaryOffGrid('trunc'),
  sqrt: unary('sqrt', 0.3, 3),
  exp: unary('exp'),
  expm1: unary('expm1'),
  log: unary('log', 0.3, 3),
  log1p: unary('log1p', -0.6, 3),
  sin: unary('sin'),
  cos: unary('cos'),
  tan: unary('tan', -1, 1),
  asin: unary('asin', -0.8, 0.8),
  acos: unary('acos', -0.8, 0.8),
  atan: unary('atan'),
  sinh: unary('sinh'),
  cosh: unary('cosh'),
  tanh: unary('tanh'),
  asinh: unary('asinh'),
  acosh: unary('acosh', 1.3, 3),
  atanh: unary('atanh', -0.8, 0.8),
  erf: unary('erf'),
  sigmoid: unary('sigmoid'),
  isNan: 'makes no floats',
  isFinite: 'makes no floats',
  not: 'takes no floats',
  cast: [
    { what: 'to its own dtype', f: (x) => build.cast(x!, 'float64'), inputs: [f64([2, 3])] },
    // Through float32 the differences would drown in rounding; the gradient is checked by hand in rules.test.ts.
  ],
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div', f64, awayFromZero),
  floorDivide: 'takes no floats',
  remainder: [
    {
      what: 'off the jumps, all signs',
      f: (a, b) => build.remainder(a!, b!),
      inputs: [tensorOf([5.3, -5.3, 5.3, -5.3], [4], 'float64'), tensorOf([2, 2, -2, -2], [4], 'float64')],
    },
    {
      what: 'broadcast',
      f: (a, b) => build.remainder(a!, b!),
      inputs: [tensorOf([5.3, 1.2, -4.1, 0.7], [2, 2], 'float64'), tensorOf([1.5], [], 'float64')],
    },
  ],
  pow: [
    ...binary('pow', positive, f64),
    {
      what: 'of negative numbers to whole powers',
      f: (a) => build.pow(a!, leaf([2, 3, -1, 0], [4], 'float64')),
      inputs: [tensorOf([-1.5, -0.5, -2, -1], [4], 'float64')],
    },
    {
      what: 'of zero',
      f: (a) => build.pow(a!, leaf([2, 3, 1], [3], 'float64')),
      inputs: [tensorOf([0, 0, 0], [3], 'float64')],
    },
  ],
  minimum: binaryApart('minimum'),
  maximum: binaryApart('maximum'),
  atan2: binary('atan2', awayFromZero, awayFromZero),
  and: 'takes no floats',
  or: 'takes no floats',
  xor: 'takes no floats',
  shiftLeft: 'takes no floats',
  shiftRight: 'takes no floats',
  equal: 'makes no floats',
  less: 'makes no floats',
  lessEqual: 'makes no floats',
  where: [
    ...pairs.map(([a, b]) => ({
      what: `of [${a}] and [${b}]`,
      f: ((condition, x, y) => build.where(condition!, x!, y!)) as Recorded,
      inputs: [booleans(broadcastShapes(a, b)!), f64(a), f64(b)],
    })),
    {
      what: 'by a condition that broadcasts',
      f: (condition, x, y) => build.where(condition!, x!, y!),
      inputs: [booleans([2, 1]), f64([1, 3]), f64([])],
    },
  ],
  sum: reduction(build.sum, f64, true),
  prod: [
    ...reduction(build.prod, awayFromZero, true),
    { what: 'with one zero', f: (x) => build.prod(x!, [0]), inputs: [tensorOf([2, 0, 3], [3], 'float64')] },
    {
      what: 'with no, one, two and three zeros in a row',
      f: (x) => build.prod(x!, [1]),
      inputs: [tensorOf([1, 2, 3, 0, 2, 3, 0, 0, 3, 0, 0, 0], [4, 3], 'float64')],
    },
  ],
  max: reduction(build.max, distinct, false),
  min: reduction(build.min, distinct, false),
  argmax: 'makes no floats',
  argmin: 'makes no floats',
  cumsum: [
    [[3], 0, false, false],
    [[2, 3], 1, true, false],
    [[3, 2], 0, false, true],
    [[2, 3, 2], 1, true, true],
    [[2, 0], 1, false, false],
  ].map(([shape, axis, exclusive, reverse]) => ({
    what: `of [${shape}] along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`,
    f: (x) => build.cumsum(x!, axis as number, { exclusive: exclusive as boolean, reverse: reverse as boolean }),
    inputs: [f64(shape as Shape)],
  })),
  sort: [
    { what: 'up', f: (x) => build.sort(x!, 1, false), inputs: [distinct([2, 4])] },
    { what: 'down, along the first axis', f: (x) => build.sort(x!, 0, true), inputs: [distinct([4, 2])] },
    { what: 'nothing', f: (x) => build.sort(x!, 0, true), inputs: [distinct([0, 2])] },
  ],
  topK: [
    { what: 'largest', f: (x) => build.topK(x!, 2, 1, true), inputs: [distinct([2, 4])] },
    { what: 'smallest, along the first axis', f: (x) => build.topK(x!, 3, 0, false), inputs: [distinct([4, 2])] },
    { what: 'none of them', f: (x) => build.topK(x!, 0, 0, true), inputs: [distinct([3])] },
  ],
  reshape: [
    { what: 'to a matrix', f: (x) => build.reshape(x!, [3, 2]), inputs: [f64([2, 3])] },
    { what: 'to a scalar', f: (x) => build.reshape(x!, []), inputs: [f64([1, 1])] },
    { what: 'nothing', f: (x) => build.reshape(x!, [3, 0]), inputs: [f64([0])] },
  ],
  permute: [
    { what: 'three axes', f: (x) => build.permute(x!, [2, 0, 1]), inputs: [f64([2, 3, 4])] },
    { what: 'nothing', f: (x) => build.permute(x!, [1, 0]), inputs: [f64([0, 2])] },
  ],
  broadcastTo: [
    { what: 'a scalar', f: (x) => build.broadcastTo(x!, [2, 3]), inputs: [f64([])] },
    { what: 'inside and outside', f: (x) => build.broadcastTo(x!, [2, 3, 4]), inputs: [f64([3, 1])] },
    { what: 'to nothing', f: (x) => build.broadcastTo(x!, [0, 3]), inputs: [f64([1, 3])] },
  ],
  slice: [
    { what: 'a block', f: (x) => build.slice(x!, [1, 0], [3, 2]), inputs: [f64([4, 3])] },
    { what: 'with steps', f: (x) => build.slice(x!, [0, 1], [5, 7], [2, 3]), inputs: [f64([5, 7])] },
    { what: 'with a step past the end', f: (x) => build.slice(x!, [1], [4], [5]), inputs: [f64([4])] },
    { what: 'nothing', f: (x) => build.slice(x!, [2, 0], [2, 3], [2, 2]), inputs: [f64([4, 3])] },
  ],
  pad: [
    {
      what: 'both sides',
      f: (x) =>
        build.pad(x!, [
          [1, 2],
          [0, 1],
        ]),
      inputs: [f64([2, 3])],
    },
    { what: 'with a value', f: (x) => build.pad(x!, [[1, 0]], 5), inputs: [f64([2])] },
    {
      what: 'nothing',
      f: (x) =>
        build.pad(x!, [
          [2, 1],
          [0, 0],
        ]),
      inputs: [f64([0, 2])],
    },
  ],
  concat: [
    { what: 'three', f: (...xs) => build.concat(xs, 1), inputs: [f64([2, 1]), f64([2, 3]), f64([2, 0])] },
    { what: 'one twice', f: (x) => build.concat([x!, x!], 0), inputs: [f64([2, 2])] },
  ],
  flip: [{ what: 'two axes', f: (x) => build.flip(x!, [0, 2]), inputs: [f64([2, 2, 3])] }],
  indexSelect: [
    { what: 'rows, some twice', f: (x, i) => build.indexSelect(x!, i!, 0), inputs: [f64([4, 2]), ints([1, 3, 1, 1])] },
    {
      what: 'columns by a matrix',
      f: (x, i) => build.indexSelect(x!, i!, 1),
      inputs: [f64([2, 3]), ints([2, 0, 0, 1], [2, 2])],
    },
    { what: 'one by a scalar', f: (x, i) => build.indexSelect(x!, i!, 0), inputs: [f64([3]), ints([2], [])] },
    { what: 'none', f: (x, i) => build.indexSelect(x!, i!, 0), inputs: [f64([3, 2]), ints([], [0])] },
  ],
  indexAdd: [
    {
      what: 'rows, some twice',
      f: (x, i, u) => build.indexAdd(x!, i!, u!, 0),
      inputs: [f64([4, 2]), ints([1, 3, 1]), f64([3, 2])],
    },
    {
      what: 'columns by a matrix',
      f: (x, i, u) => build.indexAdd(x!, i!, u!, 1),
      inputs: [f64([2, 3]), ints([2, 0], [1, 2]), f64([2, 1, 2])],
    },
  ],
  gather: [
    { what: 'along 0', f: (x, i) => build.gather(x!, i!, 0), inputs: [f64([3, 3]), ints([0, 2, 1, 1], [2, 2])] },
    {
      what: 'along 1, some twice',
      f: (x, i) => build.gather(x!, i!, 1),
      inputs: [f64([2, 3]), ints([2, 2, 0, 1, 1, 1], [2, 3])],
    },
  ],
  scatterAdd: [
    {
      what: 'along 0',
      f: (x, i, u) => build.scatterAdd(x!, i!, u!, 0),
      inputs: [f64([3, 3]), ints([0, 2, 1, 1], [2, 2]), f64([2, 2])],
    },
    {
      what: 'along 1, some twice',
      f: (x, i, u) => build.scatterAdd(x!, i!, u!, 1),
      inputs: [f64([2, 3]), ints([2, 2, 0, 1], [2, 2]), f64([2, 2])],
    },
  ],
  scatter: [
    {
      what: 'along 0',
      f: (x, i, u) => build.scatter(x!, i!, u!, 0),
      inputs: [f64([3, 3]), ints([0, 2, 1, 1], [2, 2]), f64([2, 2])],
    },
    {
      what: 'along 1, some places twice or three times',
      f: (x, i, u) => build.scatter(x!, i!, u!, 1),
      inputs: [f64([2, 3]), ints([2, 2, 0, 1, 1, 1], [2, 3]), f64([2, 3])],
    },
    {
      what: 'nothing',
      f: (x, i, u) => build.scatter(x!, i!, u!, 1),
      inputs: [f64([2, 3]), ints([], [2, 0]), f64([2, 0])],
    },
  ],
  matmul: matmuls.flatMap(([a, b]) =>
    [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        what: `of [${a}] and [${b}]${transposeA ? ', the first transposed' : ''}${transposeB ? ', the second transposed' : ''}`,
        f: ((x, y) => build.matmul(x!, y!, { transposeA, transposeB })) as Recorded,
        inputs: [f64(transposeA ? swapLast(a) : a), f64(transposeB ? swapLast(b) : b)],
      })),
    ),
  ),
  conv: convs.map(([what, image, kernel, attributes]) => ({
    what,
    f: (x, w) => build.conv(x!, w!, attributes),
    inputs: [f64(image), f64(kernel)],
  })),
  convInputGrad: convs.map(([what, image, kernel, attributes]) => ({
    what,
    f: (g, w) => build.convInputGrad(g!, w!, attributes, image),
    inputs: [f64(convShape(image, kernel, attributes)), f64(kernel)],
  })),
  convWeightGrad: convs.map(([what, image, kernel, attributes]) => ({
    what,
    f: (x, g) => build.convWeightGrad(x!, g!, attributes, kernel),
    inputs: [f64(image), f64(convShape(image, kernel, attributes))],
  })),
  maxPool: pools.map(([what, image, attributes]) => ({
    what,
    f: (x) => build.maxPool(x!, attributes),
    inputs: [distinct(image)],
  })),
  maxPoolGrad: [
    {
      what: 'where windows overlap',
      f: (g, i) => build.maxPoolGrad(g!, i!, [1, 2, 2, 3]),
      inputs: [f64([1, 2, 1, 2]), ints([4, 4, 0, 5], [1, 2, 1, 2])],
    },
  ],
  avgPool: pools.map(([what, image, attributes]) => ({
    what,
    f: (x) => build.avgPool(x!, attributes),
    inputs: [f64(image)],
  })),
  avgPoolGrad: pools.map(([what, image, attributes]) => {
    const pooled = build.avgPool(
      leaf(new Array<number>(image.reduce((n, d) => n * d, 1)).fill(0), image, 'float64'),
      attributes,
    )
    return { what, f: (g) => build.avgPoolGrad(g!, attributes, image), inputs: [f64(pooled.spec.shape)] }
  }),
  iota: 'takes nothing',
  literal: 'takes nothing',
  randomBits: 'takes no floats',
}
