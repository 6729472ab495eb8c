import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../../src/nn/conv-transpose.ts'
import { conv2d } from '../../src/nn/functional/conv.ts'
import {
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from '../../src/nn/functional/conv-transpose.ts'
import type { OutputSizeOptions, Size, Spatial } from '../../src/nn/functional/spatial.ts'
import { zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-convolution.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, wave } from './support.ts'

const random = new SeededTensors(4)

type Options = ConvTransposeOptions<Size> & OutputSizeOptions<Size>
type AnyConvTranspose = (x: Tensor, weight: Tensor, bias: Tensor | null, options: Options) => Tensor

const functions = { 1: convTranspose1d, 2: convTranspose2d, 3: convTranspose3d } as const

interface Case {
  readonly x: Shape
  readonly w: Shape
  readonly options: Options
  /** Spatial size of the result. */
  readonly out: Shape
  /** What the options come to, where it is not 1, 0 and 1. */
  readonly stride?: Shape
  readonly cut?: Shape
  readonly dilation?: Shape
}

const cases: Record<string, Case> = {
  plain: { x: [2, 3, 3, 2], w: [3, 4, 2, 3], options: {}, out: [4, 4] },
  'stride and padding': {
    x: [1, 2, 3, 3],
    w: [2, 2, 3, 3],
    options: { stride: [2, 3], padding: [1, 2] },
    stride: [2, 3],
    cut: [1, 2],
    out: [5, 5],
  },
  'gaps between kernels': { x: [1, 1, 3, 2], w: [1, 1, 1, 2], options: { stride: 3 }, stride: [3, 3], out: [7, 5] },
  'output padding': {
    x: [1, 1, 2, 3],
    w: [1, 2, 2, 3],
    options: { stride: [3, 2], outputPadding: [2, 1], padding: [0, 1] },
    stride: [3, 2],
    cut: [0, 1],
    out: [7, 6],
  },
  'an output size': {
    x: [1, 1, 2, 3],
    w: [1, 2, 2, 3],
    options: { stride: [3, 2], padding: [0, 1], outputSize: [6, 5], outputPadding: 1 },
    stride: [3, 2],
    cut: [0, 1],
    out: [6, 5],
  },
  'output padding up to the dilation, which padding gives back': {
    x: [1, 1, 3],
    w: [1, 1, 2],
    options: { stride: 2, dilation: 4, padding: 3, outputPadding: 3 },
    stride: [2],
    dilation: [4],
    cut: [3],
    out: [6],
  },
  'output padding up to the dilation, beyond every kernel': {
    x: [1, 1, 3],
    w: [1, 1, 2],
    options: { dilation: 4, padding: 1, outputPadding: 3 },
    dilation: [4],
    cut: [1],
    out: [8],
  },
  groups: { x: [2, 4, 2, 3], w: [4, 3, 2, 2], options: { groups: 2 }, out: [3, 4] },
  'a group a channel': { x: [1, 3, 2, 2], w: [3, 1, 2, 2], options: { groups: 3 }, out: [3, 3] },
  'no image': { x: [0, 1, 2, 2], w: [1, 1, 2, 3], options: {}, out: [3, 4] },
  'signals and every option': {
    x: [2, 4, 3],
    w: [4, 1, 3],
    options: { stride: 3, padding: 2, dilation: 2, outputPadding: 2, groups: 2 },
    stride: [3],
    cut: [2],
    dilation: [2],
    out: [9],
  },
  'volumes and every option': {
    x: [1, 2, 2, 2, 1],
    w: [2, 1, 2, 1, 2],
    options: { stride: [1, 2, 2], padding: [1, 0, 0], dilation: [2, 1, 3], outputPadding: [0, 1, 0], groups: 2 },
    stride: [1, 2, 2],
    cut: [1, 0, 0],
    dilation: [2, 1, 3],
    out: [2, 4, 4],
  },
}

describe.each(Object.entries(cases))('with %s', (_, { x: shape, w: kernel, options, out, ...how }) => {
  const { groups = 1 } = options
  const [x, w, b] = [shape, kernel, [kernel[1]! * groups]].map((s) => random.tensor('float64', s))
  const function_ = functions[out.length as Spatial] as AnyConvTranspose
  const spread = (...[x, w, b]: Tensor[]) => function_(x!, w!, b!, options)

  test('is the sum over elements and taps that meet', async () => {
    const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
    const { stride = out.map(() => 1), cut = out.map(() => 0), dilation = out.map(() => 1) } = how
    const [perGroup, fromGroup] = [kernel[1]!, kernel[0]! / groups]
    const expected = fromFormula([shape[0]!, perGroup * groups, ...out], ([n, o, ...place]) => {
      const firstChannel = Math.floor(o! / perGroup) * fromGroup
      const met = total([fromGroup, ...kernel.slice(2)], ([c, ...tap]) => {
        const at = place.map((j, axis) => (j + cut[axis]! - tap[axis]! * dilation[axis]!) / stride[axis]!)
        if (!at.every(Number.isInteger)) return 0
        return atX([n!, firstChannel + c!, ...at]) * atW([firstChannel + c!, o! % perGroup, ...tap])
      })
      return atB([o!]) + met
    })
    await expectForward(spread, [x!, w!, b!], expected)
  })

  test('has the gradients of central differences', async () => {
    await expectGradients(spread, [x!, w!, b!])
  })
})

describe('convTranspose2d', () => {
  test('is the transpose of conv2d', async () => {
    const [x, w] = [wave([1, 2, 5, 6]), wave([3, 2, 3, 2], 1)]
    const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] } as const
    const y = conv2d(x, w, null, options)
    const g = wave(y.shape, 2)
    const back = convTranspose2d(g, w, null, { ...options, outputSize: [5, 6] })
    expect(await back.mul(x).sum().item()).toBeCloseTo(await g.mul(y).sum().item(), 12)
  })

  test('takes an image without batch', async () => {
    const [x, w] = [wave([2, 3, 3]), wave([2, 3, 2, 2])]
    const y = convTranspose2d(x, w, null, { stride: 2 })
    expect(y.shape).toEqual([3, 6, 6])
    expect(await y.data()).toEqual(await convTranspose2d(x.unsqueeze(0), w, null, { stride: 2 }).data())
  })

  test('can be differentiated twice', async () => {
    const [x, w] = [random.tensor('float64', [1, 2, 2, 2]), random.tensor('float64', [2, 1, 2, 2])]
    const f = (...[x, w]: Tensor[]) => convTranspose2d(x!, w!, null, { stride: 2, padding: 1, groups: 2 }).square()
    await expectGradients(f, [x, w], { twice: true })
  })

  test.each<[string, () => unknown, Error]>([
    [
      'other channels',
      () => convTranspose2d(zeros([2, 3, 8, 8]), zeros([4, 1, 3, 3])),
      new ShapeError(
        'convTranspose2d: the input has 4 channels, which the groups divide, got [2, 3, 8, 8] for a weight [4, 1, 3, 3] in 1 group(s)',
      ),
    ],
    [
      'groups that do not divide them',
      () => convTranspose2d(zeros([2, 4, 8, 8]), zeros([4, 1, 3, 3]), null, { groups: 3 }),
      new ShapeError(
        'convTranspose2d: the input has 4 channels, which the groups divide, got [2, 4, 8, 8] for a weight [4, 1, 3, 3] in 3 group(s)',
      ),
    ],
    [
      'no image',
      () => convTranspose1d(zeros([4]), zeros([4, 1, 3])),
      new ShapeError('convTranspose1d: takes [batch, channels, length] or [channels, length], got [4]'),
    ],
    [
      'a weight that is no kernel',
      () => convTranspose1d(zeros([1, 4, 2]), zeros([4, 1, 3, 3])),
      new ShapeError(
        'convTranspose1d: the weight is [inChannels, outChannels / groups, length] with at least one tap, got [4, 1, 3, 3]',
      ),
    ],
    [
      'padding that leaves nothing',
      () => convTranspose1d(zeros([1, 1, 2]), zeros([1, 1, 2]), null, { padding: 2 }),
      new ShapeError(
        'convTranspose1d: nothing is left, got a result of [-1] for an input [1, 1, 2] and a kernel [2]; use less padding',
      ),
    ],
    [
      'an image without cells',
      () => convTranspose1d(zeros([1, 1, 0]), zeros([1, 1, 3])),
      new ShapeError('convTranspose1d: needs at least one cell, got an input [1, 1, 0]'),
    ],
    [
      'output padding of stride and dilation',
      () => convTranspose1d(zeros([1, 1, 2]), zeros([1, 1, 2]), null, { stride: 2, dilation: 2, outputPadding: 2 }),
      new OutOfRangeError(
        'convTranspose1d: the output padding is less than the stride or the dilation, got [2] for stride [2] and dilation [2]',
      ),
    ],
    [
      'an output size that none gives',
      () => convTranspose1d(zeros([1, 1, 2]), zeros([1, 1, 2]), null, { stride: 2, outputSize: 6 }),
      new OutOfRangeError('convTranspose1d: the output size is from [4] to [5], got [6]'),
    ],
    [
      'another dtype',
      () => convTranspose1d(zeros([1, 1, 2], { dtype: 'float64' }), zeros([1, 1, 2])),
      new DTypeError(
        "convTranspose1d: input and weight have one dtype, got float64[1, 1, 2] and float32[1, 1, 2]; cast the input, to('float32')",
      ),
    ],
    [
      'a bias for other channels',
      () => convTranspose1d(zeros([1, 1, 2]), zeros([1, 3, 2]), zeros([1])),
      new ShapeError('convTranspose1d: the bias is [3], one number a channel, got [1]'),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

describe('the layers', () => {
  test('have PyTorch’s parameters', () => {
    const layer = new ConvTranspose2d(4, 6, [3, 2], { groups: 2 })
    expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [4, 3, 3, 2]],
      ['bias', [6]],
    ])
    expect(new ConvTranspose1d(1, 2, 3, { bias: false }).parameters()).toHaveLength(1)
    expect(new ConvTranspose3d(2, 4, [1, 2, 3], { dtype: 'float64' }).weight.dtype).toBe('float64')
  })

  test('begin uniform up to 1/√fanIn of PyTorch’s layout', async () => {
    const { weight, bias } = new ConvTranspose2d(500, 1000, [1, 2], { groups: 250 })
    const bound = 1 / Math.sqrt(4 * 2)
    for (const parameter of [weight, bias!]) {
      const sizes = Array.from(await parameter.data(), Math.abs)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(bound)
      expect(Math.max(...sizes)).toBeGreaterThan(0.98 * bound)
    }
  })

  test('have PyTorch’s numbers', async () => {
    const dtype = 'float64'
    const layers = {
      ConvTranspose1d: new ConvTranspose1d(2, 3, 3, { stride: 2, padding: 1, outputPadding: 1, dtype }),
      ConvTranspose2d: new ConvTranspose2d(2, 4, [3, 2], {
        stride: [2, 3],
        padding: [1, 0],
        outputPadding: [1, 2],
        groups: 2,
        dtype,
      }),
      'ConvTranspose2d without batch, dilated': new ConvTranspose2d(2, 1, 2, {
        dilation: [2, 3],
        padding: 1,
        bias: false,
        dtype,
      }),
      ConvTranspose3d: new ConvTranspose3d(1, 2, 2, { stride: [1, 2, 2], padding: [0, 1, 0], dtype }),
    }
    for (const [name, module] of Object.entries(layers)) {
      await expectRecorded(recorded, name, (x) => module.forward(x!), { module })
    }
    const module = new ConvTranspose2d(1, 2, 3, { stride: 3, padding: 1, dtype })
    await expectRecorded(recorded, 'ConvTranspose2d, output size', (x) => module.forward(x!, { outputSize: [9, 8] }), {
      module,
    })
  })

  test('refuse what does not fit when they are made', () => {
    expect(() => new ConvTranspose2d(3, 4, 3, { groups: 2 })).toThrow(
      new MisconfigurationError('ConvTranspose2d: groups divides the channels, got 2 group(s) for 3 in and 4 out'),
    )
    expect(() => new ConvTranspose1d(3, 4, 3, { outputPadding: 1 })).toThrow(
      new OutOfRangeError(
        'ConvTranspose1d: the output padding is less than the stride or the dilation, got [1] for stride [1] and dilation [1]',
      ),
    )
  })
})

test.each([2, 1, 0])('output padding of more than the stride is PyTorch’s, with padding %i', async (padding) => {
  const options = { stride: 2, padding, outputPadding: 3, dilation: 4 }
  await expectRecorded(recorded, `conv_transpose1d, output padding 3 of dilation 4, padding ${padding}`, (x, w, b) =>
    convTranspose1d(x!, w!, b, options),
  )
})
