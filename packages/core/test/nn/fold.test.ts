import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Fold, Unfold } from '../../src/nn/fold.ts'
import { type BlockOptions, fold, unfold } from '../../src/nn/functional/fold.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader } from '../support/naive.ts'
import recorded from './fixtures/torch-rearrangement.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, wave } from './support.ts'

const options: BlockOptions = { dilation: [2, 1], padding: [1, 2], stride: [1, 2] }

describe('unfold', () => {
  test('has the elements of a block as a column', async () => {
    const x = tensor([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ])
    expect(await unfold(x, 2).array()).toEqual([
      [1, 2],
      [2, 3],
      [4, 5],
      [5, 6],
    ])
  })

  test('goes over channels, taps and blocks in this order', async () => {
    const x = new SeededTensors(1).tensor('float64', [2, 2, 4, 5])
    const read = reader(x)
    // 4 rows and 4 columns of blocks.
    const expected = fromFormula([2, 12, 16], ([n, row, block]) => {
      const [c, k, l] = [Math.floor(row! / 6), Math.floor(row! / 3) % 2, row! % 3]
      const [i, j] = [Math.floor(block! / 4), block! % 4]
      return read([n!, c, i + 2 * k - 1, 2 * j + l - 2])
    })
    await expectForward((x) => unfold(x!, [2, 3], options), [x], expected)
  })

  test('keeps an infinity to its place', async () => {
    const x = tensor([[[1, Number.POSITIVE_INFINITY, 3]]])
    expect(await unfold(x, [1, 2]).array()).toEqual([
      [1, Number.POSITIVE_INFINITY],
      [Number.POSITIVE_INFINITY, 3],
    ])
  })
})

describe('fold', () => {
  test('puts side by side what unfold took apart', async () => {
    const x = wave([2, 3, 4, 6])
    expect(await fold(unfold(x, 2, { stride: 2 }), [4, 6], 2, { stride: 2 }).array()).toEqual(await x.array())
  })

  test('adds up where blocks overlap', async () => {
    expect(await fold(ones([4, 4]), 3, 2).array()).toEqual([
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
    ])
  })

  test('is the transpose of unfold', async () => {
    const [x, columns] = [wave([2, 2, 4, 5]), wave([2, 12, 16], 1)]
    const there = await unfold(x, [2, 3], options).mul(columns).sum().item()
    const back = await fold(columns, [4, 5], [2, 3], options).mul(x).sum().item()
    expect(back).toBeCloseTo(there, 11)
  })
})

test('have the gradients of central differences', async () => {
  const random = new SeededTensors(2)
  await expectGradients((x) => unfold(x!, [2, 3], options).square(), [random.tensor('float64', [1, 2, 4, 5])])
  await expectGradients(
    (x) => fold(x!, [3, 4], [2, 2], { padding: [1, 0], stride: [2, 1] }).square(),
    [random.tensor('float64', [8, 6])],
    { twice: true },
  )
})

test('take no images as well', () => {
  expect(unfold(zeros([0, 2, 4, 5]), 2).shape).toEqual([0, 8, 12])
  expect(fold(zeros([0, 8, 12]), [4, 5], 2).shape).toEqual([0, 2, 4, 5])
})

test('the layers have PyTorch’s numbers', async () => {
  const layers = { Unfold: new Unfold([2, 3], options), Fold: new Fold([4, 5], [2, 3], options) }
  for (const [name, layer] of Object.entries(layers)) await expectRecorded(recorded, name, (x) => layer.forward(x!))
})

test.each<[string, () => unknown, Error]>([
  [
    'blocks that do not fit',
    () => unfold(zeros([1, 2, 4, 2]), 3),
    new ShapeError('unfold: a block is larger than the padded image, got blocks [3, 3] and an image [4, 2]'),
  ],
  [
    'no image',
    () => unfold(zeros([4, 4]), 2),
    new ShapeError('unfold: takes [batch, channels, height, width] or [channels, height, width], got [4, 4]'),
  ],
  [
    'a block of nothing',
    () => unfold(zeros([1, 4, 4]), [2, 0]),
    new OutOfRangeError('unfold: the kernel size is a whole number ≥ 1, or two of them, got [2, 0]'),
  ],
  [
    'another number of blocks',
    () => fold(zeros([1, 8, 3]), 3, 2),
    new ShapeError(
      'fold: takes [batch, channels·4, 4], with or without batch, for blocks [2, 2] of images [3, 3], got [1, 8, 3]',
    ),
  ],
  [
    'columns that are no blocks',
    () => fold(zeros([1, 7, 4]), 3, 2),
    new ShapeError(
      'fold: takes [batch, channels·4, 4], with or without batch, for blocks [2, 2] of images [3, 3], got [1, 7, 4]',
    ),
  ],
  [
    'no columns',
    () => fold(zeros([4]), 3, 2),
    new ShapeError(
      'fold: takes [batch, channels·4, 4], with or without batch, for blocks [2, 2] of images [3, 3], got [4]',
    ),
  ],
  [
    'integers',
    () => fold(zeros([4, 4], { dtype: 'int32' }), 3, 2),
    new DTypeError("fold: takes floats, got int32; cast it first, to('float32')"),
  ],
])('refuses %s', (_, run, error) => {
  expect(run).toThrow(error)
})
