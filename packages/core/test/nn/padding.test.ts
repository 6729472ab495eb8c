import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Layer } from '../../src/nn/module.ts'
import {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from '../../src/nn/padding.ts'
import { zeros } from '../../src/tensor/creation.ts'
import { pad } from '../../src/tensor/pad.ts'
import recorded from './fixtures/torch-padding.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { wave } from './support.ts'

test('the layers have PyTorch’s numbers', async () => {
  const layers: Record<string, Layer> = {
    ConstantPad1d: new ConstantPad1d([1, 2], 3.5),
    ConstantPad2d: new ConstantPad2d(1, -2),
    ConstantPad3d: new ConstantPad3d([0, 1, 1, 0, 2, 0], 1),
    ZeroPad2d: new ZeroPad2d([1, 0, -1, 2]),
    ReflectionPad1d: new ReflectionPad1d([3, 1]),
    ReflectionPad2d: new ReflectionPad2d([3, 1, 0, 2]),
    ReflectionPad3d: new ReflectionPad3d([1, 0, 2, 1, 1, 1]),
    ReplicationPad1d: new ReplicationPad1d(2),
    ReplicationPad2d: new ReplicationPad2d([0, 4, 1, 2]),
    ReplicationPad3d: new ReplicationPad3d(1),
  }
  for (const [name, layer] of Object.entries(layers)) await expectRecorded(recorded, name, (x) => layer.forward(x!))
})

describe('layers that PyTorch 1.13 has not', () => {
  test.each<[string, Layer, number[], number[], 'constant' | 'circular']>([
    ['ZeroPad1d', new ZeroPad1d([1, 2]), [2, 2, 3], [1, 2], 'constant'],
    ['ZeroPad3d', new ZeroPad3d(1), [1, 1, 2, 2, 2], [1, 1, 1, 1, 1, 1], 'constant'],
    ['CircularPad1d', new CircularPad1d(2), [2, 3], [2, 2], 'circular'],
    ['CircularPad2d', new CircularPad2d([1, 2, 0, 1]), [1, 2, 3], [1, 2, 0, 1], 'circular'],
    ['CircularPad3d', new CircularPad3d([0, 1, 1, 0, 2, 0]), [1, 2, 2, 2], [0, 1, 1, 0, 2, 0], 'circular'],
  ])('%s pads as the function does', async (_, layer, shape, padding, mode) => {
    const x = wave(shape)
    expect(await layer.forward(x).array()).toEqual(await pad(x, padding, { mode }).array())
  })
})

test('the layers refuse what is no padding', () => {
  expect(() => new ZeroPad2d([1, 2] as never)).toThrow(
    new OutOfRangeError('ZeroPad2d: the padding is a whole number or 4 of them, got [1, 2]'),
  )
  expect(() => new ReflectionPad1d(0.5)).toThrow(
    new OutOfRangeError('ReflectionPad1d: the padding is a whole number or 2 of them, got [0.5, 0.5]'),
  )
  expect(() => new ReflectionPad1d(3).forward(zeros([1, 1, 3]))).toThrow(ShapeError)
  expect(() => new ReplicationPad3d(1).forward(zeros([3, 3]))).toThrow(ShapeError)
})
