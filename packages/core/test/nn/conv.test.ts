import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { Conv1d, Conv2d, Conv3d } from '../../src/nn/conv.ts'
import { type ConvOptions, conv1d, conv2d, conv3d, type PaddingMode } from '../../src/nn/functional/conv.ts'
import type { Size, Spatial } from '../../src/nn/functional/spatial.ts'
import { zeros } from '../../src/tensor/creation.ts'
import { pad } from '../../src/tensor/pad.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-convolution.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, wave } from './support.ts'

const random = new SeededTensors(4)

const functions = { 1: conv1d, 2: conv2d, 3: conv3d } as const
type AnyConv = (x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions<Size>) => Tensor

interface Case {
  readonly x: Shape
  readonly w: Shape
  readonly options: ConvOptions<Size>
  /** Spatial size of the result. */
  readonly out: Shape
  /** What the options come to, where it is not 1, 0 and 1. */
  readonly stride?: Shape
  readonly before?: Shape
  readonly dilation?: Shape
}

const cases: Record<string, Case> = {
  plain: { x: [2, 3, 5, 4], w: [4, 3, 3, 2], options: {}, out: [3, 3] },
  'a pointwise kernel': { x: [1, 2, 3, 3], w: [5, 2, 1, 1], options: {}, out: [3, 3] },
  'stride and padding': {
    x: [1, 2, 5, 6],
    w: [2, 2, 3, 3],
    options: { stride: [2, 3], padding: [1, 2] },
    stride: [2, 3],
    before: [1, 2],
    out: [3, 3],
  },
  dilation: { x: [1, 1, 6, 6], w: [1, 1, 2, 3], options: { dilation: [3, 2] }, dilation: [3, 2], out: [3, 2] },
  groups: { x: [2, 4, 3, 3], w: [6, 2, 2, 2], options: { groups: 2 }, out: [2, 2] },
  'a group a channel': { x: [1, 3, 3, 3], w: [3, 1, 2, 2], options: { groups: 3 }, out: [2, 2] },
  'padding same': { x: [1, 1, 4, 5], w: [1, 1, 2, 3], options: { padding: 'same' }, before: [0, 1], out: [4, 5] },
  'padding valid': { x: [1, 1, 4, 5], w: [1, 1, 2, 3], options: { padding: 'valid' }, out: [3, 3] },
  'no image': { x: [0, 1, 4, 5], w: [1, 1, 2, 3], options: {}, out: [3, 3] },
  'signals and every option': {
    x: [2, 4, 9],
    w: [2, 2, 3],
    options: { stride: 2, padding: 2, dilation: 3, groups: 2 },
    stride: [2],
    before: [2],
    dilation: [3],
    out: [4],
  },
  'volumes and every option': {
    x: [1, 2, 3, 2, 4],
    w: [2, 1, 2, 1, 2],
    options: { stride: [1, 2, 1], padding: [1, 0, 0], dilation: [2, 1, 3], groups: 2 },
    stride: [1, 2, 1],
    before: [1, 0, 0],
    dilation: [2, 1, 3],
    out: [3, 1, 1],
  },
}

describe.each(Object.entries(cases))('convolution with %s', (_, { x: shape, w: kernel, options, out, ...how }) => {
  const [x, w, b] = [shape, kernel, [kernel[0]!]].map((s) => random.tensor('float64', s))
  const function_ = functions[out.length as Spatial] as AnyConv
  const convolve = (...[x, w, b]: Tensor[]) => function_(x!, w!, b!, options)

  test('is the sum over taps and channels', async () => {
    const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
    const { stride = out.map(() => 1), before = out.map(() => 0), dilation = out.map(() => 1) } = how
    const perGroup = kernel[0]! / (options.groups ?? 1)
    const expected = fromFormula([shape[0]!, kernel[0]!, ...out], ([n, o, ...place]) => {
      const firstChannel = Math.floor(o! / perGroup) * kernel[1]!
      const taps = total(kernel.slice(1), ([c, ...tap]) => {
        const at = place.map((i, axis) => i * stride[axis]! + tap[axis]! * dilation[axis]! - before[axis]!)
        return atX([n!, firstChannel + c!, ...at]) * atW([o!, c!, ...tap])
      })
      return atB([o!]) + taps
    })
    await expectForward(convolve, [x!, w!, b!], expected)
  })

  test('has the gradients of central differences', async () => {
    await expectGradients(convolve, [x!, w!, b!])
  })
})

describe.each(['reflect', 'replicate', 'circular'] as const)('padding mode %s', (paddingMode) => {
  test('is a convolution of what pad() makes', async () => {
    const [x, w, b] = [wave([2, 2, 4, 5]), wave([2, 1, 3, 2], 1), wave([2], 2)]
    const y = conv2d(x, w, b, { padding: [2, 1], stride: 2, groups: 2, paddingMode })
    const padded = pad(x, [1, 1, 2, 2], { mode: paddingMode })
    expect(await y.data()).toEqual(await conv2d(padded, w, b, { stride: 2, groups: 2 }).data())
  })

  test('pads same with the odd cell at the end, also without batch', async () => {
    const [x, w] = [wave([1, 5]), wave([1, 1, 4], 1)]
    const y = conv1d(x, w, null, { padding: 'same', paddingMode })
    expect(await y.data()).toEqual(await conv1d(pad(x, [1, 2], { mode: paddingMode }), w).data())
  })

  test('has the gradients of central differences', async () => {
    const [x, w] = [random.tensor('float64', [1, 1, 3, 3, 2]), random.tensor('float64', [1, 1, 2, 2, 2])]
    await expectGradients((x, w) => conv3d(x!, w!, null, { padding: 1, dilation: [1, 2, 1], paddingMode }), [x, w])
  })

  test('has PyTorch’s numbers', async () => {
    const signals = new Conv1d(1, 2, 4, { padding: 'same', paddingMode, dtype: 'float64' })
    await expectRecorded(recorded, `Conv1d, padding mode ${paddingMode}`, (x) => signals.forward(x!), {
      module: signals,
    })
    const images = new Conv2d(1, 1, 3, { stride: [1, 2], padding: [1, 2], paddingMode, dtype: 'float64' })
    await expectRecorded(recorded, `Conv2d, padding mode ${paddingMode}`, (x) => images.forward(x!), { module: images })
  })
})

describe('conv2d', () => {
  test('takes an image without batch', async () => {
    const [x, w] = [wave([2, 4, 4]), wave([3, 2, 2, 2])]
    const y = conv2d(x, w)
    expect(y.shape).toEqual([3, 3, 3])
    expect(await y.data()).toEqual(await conv2d(x.unsqueeze(0), w).data())
  })

  test('can be differentiated twice', async () => {
    const [x, w] = [random.tensor('float64', [1, 2, 3, 3]), random.tensor('float64', [2, 1, 2, 2])]
    await expectGradients((x, w) => conv2d(x!, w!, null, { padding: 1, groups: 2 }).square(), [x, w], { twice: true })
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
    [
      'a padding that is no number',
      () => conv1d(zeros([1, 1, 4]), zeros([4, 1, 3]), null, { padding: Number.NaN }),
      new OutOfRangeError('conv1d: the padding is a whole number ≥ 0, got [NaN]'),
    ],
    [
      'sizes of other images',
      () => conv3d(zeros([1, 1, 4, 4, 4]), zeros([4, 1, 3, 3, 3]), null, { dilation: [1, 2] as never }),
      new OutOfRangeError('conv3d: the dilation is a whole number ≥ 1, or three of them, got [1, 2]'),
    ],
    [
      'a weight that is no kernel',
      () => conv1d(zeros([1, 1, 4]), zeros([4, 1])),
      new ShapeError(
        'conv1d: the weight is [outChannels, inChannels / groups, length] with at least one tap, got [4, 1]',
      ),
    ],
    [
      'a kernel without taps',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 1, 0, 3])),
      new ShapeError(
        'conv2d: the weight is [outChannels, inChannels / groups, height, width] with at least one tap, got [4, 1, 0, 3]',
      ),
    ],
    [
      'a bias for other channels, which would broadcast',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 1, 3, 3]), zeros([1])),
      new ShapeError('conv2d: the bias is [4], one number a channel, got [1]'),
    ],
    [
      'a bias of another dtype',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 1, 3, 3]), zeros([4], { dtype: 'float64' })),
      new DTypeError('conv2d: bias and result have one dtype, got float64[4] and float32[1, 4, 2, 2]; cast the bias'),
    ],
    [
      'half a group',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 2, 3, 3]), null, { groups: 0.5 }),
      new OutOfRangeError('conv2d: the number of groups is whole and ≥ 1, got 0.5'),
    ],
    [
      'groups that do not divide the kernels',
      () => conv2d(zeros([1, 2, 4, 4]), zeros([3, 1, 3, 3]), null, { groups: 2 }),
      new ShapeError('conv: channels do not match in 2 group(s), got image [1, 2, 4, 4] and kernel [3, 1, 3, 3]'),
    ],
    [
      'a padding mode that there is none of',
      () => conv2d(zeros([1, 1, 4, 4]), zeros([4, 1, 3, 3]), null, { paddingMode: 'mirror' as PaddingMode }),
      new MisconfigurationError('conv2d: the padding mode is one of zeros, reflect, replicate, circular, got mirror'),
    ],
    [
      'more to reflect than there is',
      () => conv1d(zeros([1, 1, 4]), zeros([4, 1, 3]), null, { padding: 4, paddingMode: 'reflect' }),
      new ShapeError(
        'conv1d: mode reflect has at most 3 elements for an end of dimension 2 of [1, 1, 4], got 4 before and 4 after',
      ),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

describe('the layers', () => {
  test('have PyTorch’s parameters', () => {
    const layer = new Conv2d(4, 6, [3, 2], { groups: 2 })
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [6, 2, 3, 2]],
      ['bias', [6]],
    ])
    expect(new Conv1d(1, 2, 3, { bias: false }).parameters()).toHaveLength(1)
    expect(new Conv3d(2, 4, [1, 2, 3]).weight.shape).toEqual([4, 2, 1, 2, 3])
  })

  test.each([
    ['Conv1d', new Conv1d(8, 500, 4, { groups: 2 }), 4 * 4],
    ['Conv2d', new Conv2d(3, 500, [2, 3]), 3 * 6],
    ['Conv3d', new Conv3d(2, 500, [1, 2, 3]), 2 * 6],
  ])('%s begins uniform up to 1/√fanIn', async (_, { weight, bias }, fanIn) => {
    const bound = 1 / Math.sqrt(fanIn)
    for (const parameter of [weight, bias!]) {
      const sizes = Array.from(await parameter.data(), Math.abs)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(bound)
      expect(Math.max(...sizes)).toBeGreaterThan(0.98 * bound)
      expect(sizes.reduce((sum, x) => sum + x) / sizes.length).toBeCloseTo(bound / 2, 1)
    }
  })

  test('have PyTorch’s numbers', async () => {
    const dtype = 'float64'
    const layers = {
      Conv2d: new Conv2d(2, 3, 3, { stride: 2, padding: 1, dtype }),
      'Conv2d without batch, dilated, in groups': new Conv2d(4, 6, [2, 3], { dilation: [2, 1], groups: 2, dtype }),
      'Conv2d, padding same': new Conv2d(1, 2, [2, 3], { padding: 'same', bias: false, dtype }),
      Conv1d: new Conv1d(2, 3, 3, { stride: 2, padding: 2, dilation: 2, dtype }),
      Conv3d: new Conv3d(2, 2, [2, 1, 2], { stride: [1, 2, 1], padding: [1, 0, 1], groups: 2, dtype }),
      'Conv3d, padding mode reflect': new Conv3d(1, 1, 2, { padding: 1, paddingMode: 'reflect', dtype }),
    }
    for (const [name, module] of Object.entries(layers)) {
      await expectRecorded(recorded, name, (x) => module.forward(x!), { module })
    }
  })

  test('refuse what does not fit when they are made', () => {
    expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      new MisconfigurationError('Conv2d: groups divides the channels, got 2 group(s) for 3 in and 4 out'),
    )
    expect(() => new Conv1d(3, 1.5, 3)).toThrow(
      new OutOfRangeError('Conv1d: the number of channels is whole and ≥ 0, got 1.5'),
    )
    expect(() => new Conv3d(3, 4, [3, 3, 0])).toThrow(
      new OutOfRangeError('Conv3d: the kernel size is a whole number ≥ 1, or three of them, got [3, 3, 0]'),
    )
    expect(() => new Conv1d(3, 4, 3, { padding: 'same', stride: 2 })).toThrow(MisconfigurationError)
  })
})

test('the functions have PyTorch’s numbers', async () => {
  await expectRecorded(recorded, 'conv1d', (x, w, b) =>
    conv1d(x!, w!, b, { stride: 2, padding: 1, dilation: 2, groups: 2 }),
  )
  await expectRecorded(recorded, 'conv2d', (x, w) => conv2d(x!, w!, null, { padding: 'same' }))
  await expectRecorded(recorded, 'conv3d', (x, w, b) => conv3d(x!, w!, b, { dilation: [1, 2, 1] }))
})
