import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { type PadMode, type PadOptions, pad } from '../../src/tensor/pad.ts'
import recorded from '../nn/fixtures/torch-padding.json' with { type: 'json' }
import { expectRecorded } from '../nn/recorded.ts'
import { expectGradients } from '../nn/support.ts'
import { SeededTensors } from '../support/host-tensors.ts'

describe('pad', () => {
  test.each<[padding: number[], PadOptions, expected: number[]]>([
    [[1, 2], {}, [0, 1, 2, 3, 4, 0, 0]],
    [[1, 0], { value: 7 }, [7, 1, 2, 3, 4]],
    [[3, 3], { mode: 'reflect' }, [4, 3, 2, 1, 2, 3, 4, 3, 2, 1]],
    [[1, 5], { mode: 'replicate' }, [1, 1, 2, 3, 4, 4, 4, 4, 4, 4]],
    [[4, 2], { mode: 'circular' }, [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]],
    [[-1, -2], { mode: 'reflect' }, [2]],
    [[-1, 2], { mode: 'circular' }, [2, 3, 4, 2, 3]],
    [[2, -2], { value: 9 }, [9, 9, 1, 2]],
    [[-1, 2], { mode: 'reflect' }, [2, 3, 4, 3, 2]],
    [[-4, 1], {}, [0]],
    [[-2, -2], { mode: 'replicate' }, []],
    [[], { mode: 'reflect' }, [1, 2, 3, 4]],
    [[0, 0], {}, [1, 2, 3, 4]],
  ])('[1, 2, 3, 4] by %j, %j', async (padding, options, expected) => {
    expect(await pad(tensor([1, 2, 3, 4]), padding, options).array()).toEqual(expected)
  })

  test('counts dimensions from the last', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(await pad(x, [1, 0, 0, 1]).array()).toEqual([
      [0, 1, 2],
      [0, 3, 4],
      [0, 0, 0],
    ])
    expect(await pad(x, [0, 1, 1, 0], { mode: 'reflect' }).array()).toEqual([
      [3, 4, 3],
      [1, 2, 1],
      [3, 4, 3],
    ])
  })

  test.each<PadMode>(['constant', 'reflect', 'replicate', 'circular'])(
    'has the gradients of central differences in mode %s',
    async (mode) => {
      const x = new SeededTensors(3).tensor('float64', [2, 4, 3])
      await expectGradients((x) => pad(x!, [2, 1, -1, 2], { mode }).square(), [x], { twice: true })
    },
  )

  test.each([
    ['pad, constant', [1, 2, 0, 1], { value: 0.5 }],
    ['pad, constant, less than nothing', [-1, 2, 1, -2], { value: 0.5 }],
    ['pad, reflect', [2, 1, 0, 2], { mode: 'reflect' }],
    ['pad, replicate', [2, 5, 1, 0], { mode: 'replicate' }],
    ['pad, circular', [2, 3, 0, 1], { mode: 'circular' }],
    ['pad, circular, less than nothing', [-1, 2], { mode: 'circular' }],
  ] as const)('has PyTorch’s numbers: %s', async (name, padding, options) => {
    await expectRecorded(recorded, name, (x) => pad(x!, padding, options))
  })

  test('keeps every dtype', async () => {
    const [bools, bytes, halves] = [
      tensor([true, false]),
      tensor(Uint8Array.of(1, 2)),
      zeros([1], { dtype: 'float16' }),
    ]
    expect(await pad(bools, [1, 0], { value: 1 }).array()).toEqual([true, true, false])
    expect(await pad(bools, [1, 0], { mode: 'reflect' }).array()).toEqual([false, true, false])
    expect(await pad(bytes, [0, 1], { value: 255 }).data()).toEqual(Uint8Array.of(1, 2, 255))
    expect(await pad(halves, [1, 0], { value: Number.NEGATIVE_INFINITY }).array()).toEqual([
      Number.NEGATIVE_INFINITY,
      0,
    ])
  })

  test('gives a tensor of its own where there is nothing to do', async () => {
    const x = tensor([1, 2])
    pad(x, [0, 0]).dispose()
    expect(await x.array()).toEqual([1, 2])
  })

  test('leaves empty dimensions that it does not pad, and fills others with a constant', async () => {
    expect(pad(zeros([0, 3]), [2, 2], { mode: 'reflect' }).shape).toEqual([0, 7])
    expect(await pad(zeros([0]), [1, 1], { value: 5 }).array()).toEqual([5, 5])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'half a pair',
      () => pad(zeros([2, 3]), [1]),
      new ShapeError('pad: takes two whole numbers a dimension, of which there are 2, got [1]'),
    ],
    [
      'more pairs than dimensions',
      () => pad(zeros([3]), [1, 1, 1, 1]),
      new ShapeError('pad: takes two whole numbers a dimension, of which there are 1, got [1, 1, 1, 1]'),
    ],
    [
      'a fraction',
      () => pad(zeros([3]), [0.5, 1]),
      new ShapeError('pad: takes two whole numbers a dimension, of which there are 1, got [0.5, 1]'),
    ],
    [
      'to cut off more than there is',
      () => pad(zeros([2, 3]), [-2, -2]),
      new ShapeError('pad: cuts off more elements than there are, got [[0, 0], [-2, -2]] for [2, 3]'),
    ],
    [
      'to reflect as much as there is',
      () => pad(zeros([2, 3]), [0, 3], { mode: 'reflect' }),
      new ShapeError(
        'pad: mode reflect has at most 2 elements for an end of dimension 1 of [2, 3], got 0 before and 3 after',
      ),
    ],
    [
      'to go round more than once',
      () => pad(zeros([2, 3]), [4, 0], { mode: 'circular' }),
      new ShapeError(
        'pad: mode circular has at most 3 elements for an end of dimension 1 of [2, 3], got 4 before and 0 after',
      ),
    ],
    [
      'to repeat the edge of nothing',
      () => pad(zeros([0]), [1, 0], { mode: 'replicate' }),
      new ShapeError(
        'pad: mode replicate has at most 0 elements for an end of dimension 0 of [0], got 1 before and 0 after',
      ),
    ],
    [
      'a mode that there is none of',
      () => pad(zeros([3]), [1, 1], { mode: 'mirror' as PadMode }),
      new MisconfigurationError('pad: the mode is one of constant, reflect, replicate, circular, got mirror'),
    ],
    [
      'a value in another mode than constant',
      () => pad(zeros([3]), [1, 1], { mode: 'reflect', value: 1 }),
      new MisconfigurationError('pad: only mode constant takes a value, got 1 in mode reflect'),
    ],
    [
      'a fraction among integers',
      () => pad(zeros([3], { dtype: 'int32' }), [1, 1], { value: 0.5 }),
      new OutOfRangeError('pad: int32 does not hold every number, got 0.5; cast to a float dtype'),
    ],
    [
      'NaN among bools',
      () => pad(zeros([3], { dtype: 'bool' }), [1, 1], { value: Number.NaN }),
      new OutOfRangeError('pad: bool does not hold every number, got NaN; cast to a float dtype'),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })

  test('pads bools with true for any number but 0', async () => {
    const padded = pad(zeros([1], { dtype: 'bool' }), [1, 1], { value: 2 })
    expect(await padded.data()).toEqual(Uint8Array.of(1, 0, 1))
  })

  test('refuses what is no tensor', () => {
    expect(() => pad([1, 2] as never, [1, 1])).toThrow(new TypeError('pad: takes a tensor, got object'))
  })
})
