import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Conv2d } from '../../src/nn/conv.ts'
import { type ConvOptions, conv2d } from '../../src/nn/functional/conv.ts'
import { zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import { expectForward, expectGradients, expectNumbers, wave } from './support.ts'

const random = new SeededTensors(4)

interface Case {
  readonly x: readonly number[]
  readonly w: readonly number[]
  readonly options: ConvOptions
  /** What the options come to: rows, columns. */
  readonly stride: readonly [number, number]
  readonly before: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly out: readonly [number, number]
}

const plain = { stride: [1, 1], before: [0, 0], dilation: [1, 1] } as const

const cases: Record<string, Case> = {
  plain: { ...plain, x: [2, 3, 5, 4], w: [4, 3, 3, 2], options: {}, out: [3, 3] },
  'a pointwise kernel': { ...plain, x: [1, 2, 3, 3], w: [5, 2, 1, 1], options: {}, out: [3, 3] },
  'stride and padding': {
    ...plain,
    x: [1, 2, 5, 6],
    w: [2, 2, 3, 3],
    options: { stride: [2, 3], padding: [1, 2] },
    stride: [2, 3],
    before: [1, 2],
    out: [3, 3],
  },
  dilation: {
    ...plain,
    x: [1, 1, 6, 6],
    w: [1, 1, 2, 3],
    options: { dilation: [3, 2] },
    dilation: [3, 2],
    out: [3, 2],
  },
  groups: { ...plain, x: [2, 4, 3, 3], w: [6, 2, 2, 2], options: { groups: 2 }, out: [2, 2] },
  'a group a channel': { ...plain, x: [1, 3, 3, 3], w: [3, 1, 2, 2], options: { groups: 3 }, out: [2, 2] },
  'padding same': {
    ...plain,
    x: [1, 1, 4, 5],
    w: [1, 1, 2, 3],
    options: { padding: 'same' },
    before: [0, 1],
    out: [4, 5],
  },
  'padding valid': { ...plain, x: [1, 1, 4, 5], w: [1, 1, 2, 3], options: { padding: 'valid' }, out: [3, 3] },
  'no image': { ...plain, x: [0, 1, 4, 5], w: [1, 1, 2, 3], options: {}, out: [3, 3] },
}

describe('conv2d', () => {
  test.each(Object.entries(cases))(
    'with %s is the sum over taps and channels',
    async (_, { x: shape, w: kernel, ...how }) => {
      const [x, w, b] = [shape, kernel, [kernel[0]!]].map((s) => random.tensor('float64', s))
      const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
      const { stride, before, dilation, out, options } = how
      const perGroup = kernel[0]! / (options.groups ?? 1)
      const expected = fromFormula([shape[0]!, kernel[0]!, ...out], ([n, o, i, j]) => {
        const firstChannel = Math.floor(o! / perGroup) * kernel[1]!
        const taps = total(kernel.slice(1), ([c, k, l]) => {
          const row = i! * stride[0] + k! * dilation[0] - before[0]
          const column = j! * stride[1] + l! * dilation[1] - before[1]
          return atX([n!, firstChannel + c!, row, column]) * atW([o!, c!, k!, l!])
        })
        return atB([o!]) + taps
      })
      const convolve = (...[x, w, b]: Tensor[]) => conv2d(x!, w!, b!, options)
      await expectForward(convolve, [x!, w!, b!], expected)
      if (shape[0]! > 0) await expectGradients(convolve, [x!, w!, b!])
    },
  )

  test('has PyTorch’s numbers', async () => {
    // torch 1.13.0: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), then y².sum().backward()
    const [x, w, b] = [
      wave([2, 4, 5, 4]),
      wave([6, 2, 3, 2], 1, { requiresGrad: true }),
      wave([6], 2, { requiresGrad: true }),
    ]
    const y = conv2d(x, w, b, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 })
    expect(y.shape).toEqual([2, 6, 3, 6])
    await expectNumbers(
      y.slice(0, 0, 1).slice(1, 0, 1).flatten().slice(0, 0, 6),
      [1.110007108, 0.1562664246, 1.902386363, 2.081557422, 0.5393570204, -1.005897747],
    )
    y.square().sum().backward()
    await expectNumbers(
      w.grad!.slice(0, 0, 1).flatten(),
      [
        4.699207429, 16.12927572, 1.847811133, -25.8480788, -21.36873933, 4.127290423, 5.804029963, 25.93024528,
        16.12383811, -12.40336218, -16.27817811, -2.399417212,
      ],
    )
    await expectNumbers(b.grad!, [62.04090463, 9.617180691, -51.97847111, -91.58545792, -40.89259011, 34.78436305])
  })

  test('pads same as PyTorch does', async () => {
    // torch 1.13.0: F.conv2d(x, w, padding='same')
    const y = conv2d(wave([1, 2, 4, 4]), wave([1, 2, 2, 3], 1), null, { padding: 'same' })
    await expectNumbers(
      y.flatten().slice(0, 0, 5),
      [-0.9305092858, -0.3145441821, 1.059790754, 0.9808505224, 0.3372631311],
    )
  })

  test('takes an image without batch', async () => {
    const [x, w] = [wave([2, 4, 4]), wave([3, 2, 2, 2])]
    const y = conv2d(x, w)
    expect(y.shape).toEqual([3, 3, 3])
    expect(await y.data()).toEqual(await conv2d(x.unsqueeze(0), w).data())
  })

  test.each<[string, () => unknown, Error]>([
    [
      'other channels',
      () => conv2d(zeros([2, 3, 8, 8]), zeros([4, 1, 3, 3])),
      new ShapeError('conv2d: the input has 1 channels, got [2, 3, 8, 8] for a weight [4, 1, 3, 3] in 1 group(s)'),
    ],
    [
      'no image',
      () => conv2d(zeros([2, 64]), zeros([4, 1, 3, 3])),
      new ShapeError('conv2d: takes [batch, channels, height, width] or [channels, height, width], got [2, 64]'),
    ],
    [
      'a kernel larger than the image',
      () => conv2d(zeros([1, 1, 2, 2]), zeros([4, 1, 3, 3])),
      new ShapeError('conv: the kernel is larger than the padded image, got kernel [3, 3] and image [1, 1, 2, 2]'),
    ],
    [
      'another dtype',
      () => conv2d(zeros([1, 1, 4, 4], { dtype: 'uint8' }), zeros([4, 1, 3, 3])),
      new DTypeError(
        "conv2d: input and weight have one dtype, got uint8[1, 1, 4, 4] and float32[4, 1, 3, 3]; cast the input, to('float32')",
      ),
    ],
    [
      'padding same with a stride',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 1, 3, 3]), null, { padding: 'same', stride: 2 }),
      new MisconfigurationError("conv2d: padding 'same' needs stride 1, got stride [2, 2]; give the padding in pixels"),
    ],
    [
      'a stride of 0',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 1, 3, 3]), null, { stride: 0 }),
      new OutOfRangeError('conv2d: the stride is a whole number ≥ 1, or two of them, got [0, 0]'),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

describe('Conv2d', () => {
  test('has PyTorch’s parameters', () => {
    const layer = new Conv2d(4, 6, [3, 2], { groups: 2 })
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [6, 2, 3, 2]],
      ['bias', [6]],
    ])
    expect(new Conv2d(1, 2, 3, { bias: false }).parameters()).toHaveLength(1)
  })

  test('applies them with its options', async () => {
    const layer = new Conv2d(2, 3, 3, { stride: 2, padding: 1, dtype: 'float64' })
    const x = wave([2, 2, 5, 5])
    const y = layer.forward(x)
    expect(y.shape).toEqual([2, 3, 3, 3])
    expect(await y.data()).toEqual(await conv2d(x, layer.weight, layer.bias, { stride: 2, padding: 1 }).data())
  })

  test('refuses groups that do not divide the channels', () => {
    expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      new MisconfigurationError('Conv2d: groups divides the channels, got 2 group(s) for 3 in and 4 out'),
    )
  })
})
