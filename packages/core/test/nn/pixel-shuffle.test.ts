import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { channelShuffle, pixelShuffle, pixelUnshuffle } from '../../src/nn/functional/pixel-shuffle.ts'
import { ChannelShuffle, PixelShuffle, PixelUnshuffle } from '../../src/nn/pixel-shuffle.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-rearrangement.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients, wave } from './support.ts'

describe('pixelShuffle', () => {
  test('deals channels out as pixels', async () => {
    const x = tensor([[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]])
    expect(await pixelShuffle(x, 2).array()).toEqual([
      [
        [1, 3, 2, 4],
        [5, 7, 6, 8],
      ],
    ])
  })

  test('and pixelUnshuffle undo each other', async () => {
    const x = wave([2, 3, 4, 6])
    expect(await pixelShuffle(pixelUnshuffle(x, 2), 2).array()).toEqual(await x.array())
  })

  test('take leading dimensions of any number, empty ones included', () => {
    expect(pixelShuffle(zeros([0, 2, 9, 1, 2]), 3).shape).toEqual([0, 2, 1, 3, 6])
    expect(pixelUnshuffle(zeros([0, 2, 1, 3, 6]), 3).shape).toEqual([0, 2, 9, 1, 2])
  })

  test('with r = 1 is a tensor of its own', async () => {
    const x = wave([1, 2, 2])
    pixelShuffle(x, 1).dispose()
    expect(await x.data()).toHaveLength(4)
  })
})

test('channelShuffle takes one channel of each group in turn', async () => {
  const x = tensor([[[1], [2], [3], [4], [5], [6]]])
  expect(await channelShuffle(x, 2).array()).toEqual([[[1], [4], [2], [5], [3], [6]]])
  expect(channelShuffle(zeros([0, 6, 2]), 3).shape).toEqual([0, 6, 2])
})

test('has the gradients of central differences', async () => {
  const random = new SeededTensors(1)
  await expectGradients((x) => pixelShuffle(x!, 2).square(), [random.tensor('float64', [2, 4, 1, 2])])
  await expectGradients((x) => pixelUnshuffle(x!, 2).square(), [random.tensor('float64', [1, 2, 4])])
  await expectGradients((x) => channelShuffle(x!, 2).square(), [random.tensor('float64', [1, 4, 2])])
})

test('the layers have PyTorch’s numbers', async () => {
  const layers = {
    PixelShuffle: new PixelShuffle(2),
    PixelUnshuffle: new PixelUnshuffle(3),
  }
  for (const [name, layer] of Object.entries(layers)) await expectRecorded(recorded, name, (x) => layer.forward(x!))
  // PyTorch 1.13 has no gradient of a channel shuffle.
  await expectRecorded(recorded, 'ChannelShuffle', (x) => new ChannelShuffle(3).forward(x!.detach()))
})

test.each<[string, () => unknown, Error]>([
  [
    'channels that r² does not divide',
    () => pixelShuffle(zeros([1, 6, 2, 2]), 2),
    new ShapeError('pixelShuffle: 2² divides the channels, got [1, 6, 2, 2]'),
  ],
  [
    'sizes that r does not divide',
    () => pixelUnshuffle(zeros([1, 6, 2, 3]), 2),
    new ShapeError('pixelUnshuffle: 2 divides height and width, got [1, 6, 2, 3]'),
  ],
  [
    'no image',
    () => pixelShuffle(zeros([4, 4]), 2),
    new ShapeError('pixelShuffle: takes […, channels, height, width], got [4, 4]'),
  ],
  [
    'a factor of 0',
    () => pixelShuffle(zeros([1, 6, 2, 2]), 0),
    new OutOfRangeError('pixelShuffle: the upscale factor is a whole number ≥ 1, got 0'),
  ],
  [
    'half a factor',
    () => pixelUnshuffle(zeros([1, 6, 2, 2]), 0.5),
    new OutOfRangeError('pixelUnshuffle: the downscale factor is a whole number ≥ 1, got 0.5'),
  ],
  [
    'groups that do not divide the channels',
    () => channelShuffle(zeros([1, 6, 2]), 4),
    new ShapeError(
      'channelShuffle: takes [batch, channels, …] of three dimensions or more, with channels that 4 divides, got [1, 6, 2]',
    ),
  ],
  [
    'no groups',
    () => channelShuffle(zeros([1, 6, 2]), Number.NaN),
    new OutOfRangeError('channelShuffle: the number of groups is a whole number ≥ 1, got NaN'),
  ],
])('refuses %s', (_, run, error) => {
  expect(run).toThrow(error)
})
