import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { tensor } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { bytes, doubles, ints, type Use, words } from './make.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const m = doubles([
  [1, 2, 3],
  [4, 5, 6],
])

const cases: Readonly<Record<string, readonly Use[]>> = {
  add: [
    [
      () => m.add(1),
      [
        [2, 3, 4],
        [5, 6, 7],
      ],
    ],
    [
      () => m.add(doubles([10, 20, 30])),
      [
        [11, 22, 33],
        [14, 25, 36],
      ],
    ],
    [() => ints([1, 2]).add(ints([3, 4]), { alpha: -2 }), [-5, -6]],
    [() => tensor([true, true, false]).add(tensor([true, false, false])), [true, true, false]],
    [() => bytes([200]).add(100), [44]],
    [() => bytes([200]).add(-1), [199]],
  ],
  sub: [
    [
      () => m.sub(doubles([[1], [2]])),
      [
        [0, 1, 2],
        [2, 3, 4],
      ],
    ],
    [() => bytes([1]).sub(2), [255]],
  ],
  mul: [
    [
      () => ints([2, 3]).mul(ints([[1], [2]])),
      [
        [2, 3],
        [4, 6],
      ],
    ],
    [() => tensor([true, true, false]).mul(tensor([true, false, false])), [true, false, false]],
    [() => ints([65537]).mul(65537), [131073]],
  ],
  div: [
    [() => doubles([1, 0, -1]).div(0), [inf, nan, -inf]],
    [() => ints([7, -7]).div(2), [3.5, -3.5]],
    [() => bytes([7]).div(-2), [-3.5]],
    [() => ints([7, -7]).div(2, { roundingMode: 'floor' }), [3, -4]],
    [() => ints([7, -7]).div(2, { roundingMode: 'trunc' }), [3, -3]],
    [() => ints([7, -7]).div(0, { roundingMode: 'floor' }), [0, 0]],
    [() => ints([7, -7]).div(0, { roundingMode: 'trunc' }), [0, 0]],
    [() => ints([7, -7]).div(2.5, { roundingMode: 'trunc' }), [2, -2]],
    [() => bytes([7, 255]).div(2, { roundingMode: 'trunc' }), [3, 127]],
    [() => doubles([1, -1]).div(0, { roundingMode: 'floor' }), [inf, -inf]],
  ],
  floorDivide: [
    [() => doubles([5, -5]).floorDivide(2), [2, -3]],
    // 0.1 as a double is a little more than a tenth.
    [() => doubles([1, -1]).floorDivide(0.1), [9, -10]],
    [() => words([2 ** 32 - 1]).floorDivide(2), [2 ** 31 - 1]],
  ],
  remainder: [
    [() => doubles([5, -5]).remainder(3), [2, 1]],
    [() => ints([5, -5]).remainder(-3), [-1, -2]],
    [() => ints([5]).remainder(0), [0]],
  ],
  fmod: [
    [() => doubles([5, -5, -4]).fmod(3), [2, -2, -1]],
    [() => ints([5, -5]).fmod(-3), [2, -2]],
    [() => ints([-(2 ** 31), 5]).fmod(ints([3, 0])), [-2, 0]],
    [() => bytes([255]).fmod(4), [3]],
  ],
  pow: [
    [() => doubles([2, 4]).pow(doubles([3, 0.5])), [8, 2]],
    [() => ints([-3, 2]).pow(3), [-27, 8]],
    [() => ints([-3, 0]).pow(0), [1, 1]],
    [() => ints([3]).pow(1), [3]],
    [() => ints([3, 2]).pow(33), [Math.imul(3 ** 20, 1594323), 0]],
    [() => bytes([3, 2]).pow(7), [3 ** 7 % 256, 128]],
    [() => ints([4]).pow(0.5), [2]],
    [() => bytes([3, 2]).pow(bytes([7, 255])), [3 ** 7 % 256, 0]],
    [() => words([2 ** 32 - 1, 3]).pow(words([2 ** 32 - 1, 2])), [2 ** 32 - 1, 9]],
    [() => ints([1, -1, -1, 5, 0, -(2 ** 31) + 1]).pow(ints([-3, -3, -4, -1, -1, -1])), [1, -1, 1, 0, 0, 0]],
    [
      () => ints([[2], [3]]).pow(ints([1, 2])),
      [
        [2, 4],
        [3, 9],
      ],
    ],
  ],
  minimum: [[() => doubles([1, nan, 3]).minimum(2), [1, nan, 2]]],
  maximum: [
    [() => doubles([1, nan, 3]).maximum(2), [2, nan, 3]],
    [() => tensor([false, true]).maximum(tensor([true])), [true, true]],
  ],
  fmin: [[() => doubles([1, nan, 3, nan]).fmin(doubles([2, 2, nan, nan])), [1, 2, 3, nan]]],
  fmax: [
    [() => doubles([1, nan, 3, nan]).fmax(doubles([2, 2, nan, nan])), [2, 2, 3, nan]],
    [() => ints([1, 5]).fmax(3), [3, 5]],
  ],
  atan2: [[() => doubles([0, 1, -1]).atan2(doubles([-1, 0, 0])), [Math.PI, Math.PI / 2, -Math.PI / 2]]],
  hypot: [
    [
      () => doubles([3, 0, 2 ** 600, -inf, nan]).hypot(doubles([4, 0, 0.75 * 2 ** 600, nan, 1])),
      [5, 0, 1.25 * 2 ** 600, inf, nan],
    ],
    [() => ints([3]).hypot(4), [5]],
    [() => bytes([3]).hypot(400), [Math.fround(Math.hypot(3, 400))]],
  ],
  logaddexp: [
    [
      () => doubles([0, 1000, -inf, inf]).logaddexp(doubles([0, 1000, -inf, inf])),
      [Math.LN2, 1000 + Math.LN2, -inf, inf],
    ],
    [() => doubles([1e30, -1e30]).logaddexp(doubles([-1e30, 1e30])), [1e30, 1e30]],
  ],
  copysign: [
    [() => doubles([1, -2, 3, 4, 5]).copysign(doubles([-0, 0, -inf, inf, -1])), [-1, 2, -3, 4, -5]],
    [() => ints([3]).copysign(-1), [-3]],
    [() => bytes([3]).copysign(-1), [-3]],
  ],
  lerp: [
    [() => doubles([1, 1]).lerp(doubles([3, 5]), doubles([0.25, 1])), [1.5, 5]],
    [() => doubles([0.1]).lerp(doubles([0.7]), 1), [0.7]],
    [() => doubles([1]).lerp(doubles([3]), 2), [5]],
    [() => ints([0]).lerp(ints([10]), 0.25), [2.5]],
    [() => tensor([0], { dtype: 'float16' }).lerp(tensor([2048], { dtype: 'float16' }), 0.3), [614.5]],
  ],
  addcmul: [
    [
      () => ints([1, 1]).addcmul(ints([2, 3]), ints([[4], [5]]), { value: -1 }),
      [
        [-7, -11],
        [-9, -14],
      ],
    ],
    [() => doubles([1]).addcmul(doubles([2]), doubles([3])), [7]],
  ],
  addcdiv: [
    [() => doubles([1]).addcdiv(doubles([3]), doubles([2]), { value: 2 }), [4]],
    [() => ints([1]).addcdiv(ints([1]), ints([4])), [1.25]],
  ],
  clamp: [
    [() => doubles([-2, 0, 2]).clamp({ min: -1, max: 1 }), [-1, 0, 1]],
    [() => doubles([-2, 0, 2]).clamp({ min: 1, max: -1 }), [-1, -1, -1]],
    [() => ints([-2, 2]).clamp({ min: 0 }), [0, 2]],
    [() => ints([-2, 2]).clamp({ min: 0.5 }), [0.5, 2]],
    [() => doubles([-2, 2]).clamp({ max: 0.5 }), [-2, 0.5]],
    [() => doubles([-2, nan]).clamp({ min: -inf, max: inf }), [-2, nan]],
    [() => doubles([1, 2]).clamp({ min: doubles([nan, 1]), max: doubles([3, 4]) }), [nan, 2]],
    [
      () => doubles([[-2], [2]]).clamp({ min: doubles([-1, 0]), max: 1 }),
      [
        [-1, 0],
        [1, 1],
      ],
    ],
    [() => ints([5, 6]).clamp({ max: ints(5) }), [5, 5]],
    [() => doubles([3, 3]).clamp({ min: doubles([5, 0]), max: doubles([4, 4]) }), [4, 3]],
  ],
  clampMin: [[() => doubles([-2, 2]).clampMin(0), [0, 2]]],
  clampMax: [[() => doubles([-2, 2]).clampMax(doubles([-3, 3])), [-3, 2]]],
}

describe.each(Object.entries(cases))('%s', (_, uses) => {
  test.each(uses)('case %#', async (make, expected) => {
    expect(await make().array()).toEqual(expected)
  })
})

test('a tensor to the power of 1 is a tensor of its own', async () => {
  const x = ints([3])
  x.pow(1).dispose()
  expect(await x.array()).toEqual([3])
})

test('of equal operands a maximum shares the gradient, fmax gives it to the first, and a bound lets it through', async () => {
  const gradients = async (run: (x: Tensor, y: Tensor) => Tensor) => {
    const [x, y] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })]
    run(x, y).backward()
    return [await x.grad?.item(), await y.grad?.item()]
  }
  expect(await gradients((x, y) => x.maximum(y))).toEqual([0.5, 0.5])
  expect(await gradients((x, y) => x.fmax(y))).toEqual([1, 0])
  expect(await gradients((x, y) => x.fmin(y))).toEqual([1, 0])
  expect(await gradients((x, y) => x.clampMin(y))).toEqual([1, 0])
})

test('quotients that are rounded have the gradient 0', async () => {
  const x = tensor([5, -5], { requiresGrad: true })
  x.floorDivide(2)
    .add(x.div(2, { roundingMode: 'trunc' }))
    .add(x)
    .sum()
    .backward()
  expect(await x.grad?.array()).toEqual([1, 1])
})

describe('wrong arguments', () => {
  const wrong = undefined as unknown as Tensor
  const bool = tensor([true])

  test.each<[string, () => unknown, Error]>([
    ['no operand', () => m.add(wrong), new TypeError('add: takes a tensor or a number, got undefined')],
    ['null as an operand', () => m.mul(null as never), new TypeError('mul: takes a tensor or a number, got null')],
    [
      'a number where a tensor is wanted',
      () => m.lerp(1 as never, 1),
      new TypeError('lerp: takes a tensor, got number'),
    ],
    ['no factors', () => m.addcmul(m, wrong), new TypeError('addcmul: takes a tensor, got undefined')],
    [
      'shapes that do not broadcast',
      () => m.add(doubles([1, 2])),
      new ShapeError('add: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1'),
    ],
    [
      'shapes that a composite would find',
      () => m.hypot(doubles([1, 2])),
      new ShapeError('hypot: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1'),
    ],
    [
      'three shapes of which two broadcast',
      () => doubles([1, 2, 3]).addcmul(doubles([[1], [2]]), doubles([1, 2])),
      new ShapeError('addcmul: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1'),
    ],
    [
      'bounds that do not broadcast',
      () => m.clampMin(doubles([1, 2])),
      new ShapeError('clampMin: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1'),
    ],
    [
      'no bounds',
      () => m.clamp({}),
      new OutOfRangeError('clamp: needs a bound, got neither min nor max; write clamp({ min: 0 })'),
    ],
    [
      'bounds that are not named',
      () => m.clamp(0 as never),
      new OutOfRangeError('clamp: needs a bound, got neither min nor max; write clamp({ min: 0 })'),
    ],
    [
      'a bound that uint8 does not hold',
      () => bytes([1]).clamp({ min: -1 }),
      new OutOfRangeError('clamp: uint8 holds 0 to 255, got -1; cast the tensor first'),
    ],
    [
      'a number that int32 does not hold',
      () => ints([1]).maximum(2 ** 31),
      new OutOfRangeError('maximum: int32 holds -2147483648 to 2147483647, got 2147483648; cast the tensor first'),
    ],
    [
      'a divisor that uint8 does not hold',
      () => bytes([1]).remainder(-3),
      new OutOfRangeError('remainder: uint8 holds 0 to 255, got -3; cast the tensor first'),
    ],
    [
      'another rounding mode',
      () => m.div(2, { roundingMode: 'ceil' as never }),
      new OutOfRangeError(`div: roundingMode is 'trunc' or 'floor', got "ceil"`),
    ],
    [
      'a negative power of integers',
      () => ints([2]).pow(-1),
      new OutOfRangeError("pow: integers have no negative powers, got -1; cast the tensor first, to('float32')"),
    ],
    ['a power of bools', () => bool.pow(bool), new DTypeError('pow: takes integers, got bool[1]')],
    ['a difference of bools', () => bool.sub(bool), new DTypeError('sub: takes numbers; cast bool first, got bool[1]')],
    [
      'a quotient of bools',
      () => bool.floorDivide(bool),
      new DTypeError('floorDivide: takes numbers; cast bool first, got bool[1]'),
    ],
    [
      'a fraction of integers',
      () => ints([1]).add(ints([1]), { alpha: 0.5 }),
      new DTypeError("add: of integers alpha is whole, got 0.5; cast the tensor first, to('float32')"),
    ],
    [
      'a fraction of a product of integers',
      () => ints([1]).addcmul(ints([1]), ints([1]), { value: 0.5 }),
      new DTypeError("addcmul: of integers value is whole, got 0.5; cast the tensor first, to('float32')"),
    ],
    [
      'a tensor as a factor',
      () => m.sub(m, { alpha: m as never }),
      new TypeError('sub: alpha is a number, got object'),
    ],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
