import { expect, test } from 'vitest'
import { ExpiredTensorError, OutOfRangeError } from '../../../src/errors/errors.ts'
import { broadcastTensors, cat, concat, hstack, meshgrid } from '../../../src/tensor/combine.ts'
import { tensor } from '../../../src/tensor/creation.ts'
import { einsum } from '../../../src/tensor/einsum.ts'

const m = tensor(
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  { dtype: 'float64' },
)

test('shape, dtype, ndim, numel and size', () => {
  expect([m.shape, m.dtype, m.ndim, m.numel, m.size(-1)]).toEqual([[2, 3], 'float64', 2, 6, 3])
  expect(() => m.size(2)).toThrow(OutOfRangeError)
})

test('a shape that its owner changes later is not seen', async () => {
  const shape = [3, 2]
  const x = m.reshape(shape)
  shape[0] = 6
  shape[1] = 1
  expect(await m.reshape(shape).array()).toEqual([[1], [2], [3], [4], [5], [6]])
  expect(await m.reshape([3, 2]).array()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  expect(await x.array()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
})

test('a method that has nothing to do gives a tensor of its own', async () => {
  const x = tensor([1, 2])
  for (const same of [
    x.detach(),
    x.reshape([2]),
    x.view([-1]),
    x.viewAs(x),
    x.flatten(),
    x.ravel(),
    x.unflatten(0, [2]),
    x.squeeze(),
    x.to('float32'),
    x.permute([0]),
    x.transpose(0, 0),
    x.T,
    x.movedim(0, 0),
    x.expand([2]),
    x.expandAs(x),
    x.flip([]),
    x.roll(2),
    x.repeat([1]),
    x.tile([]),
    x.repeatInterleave(1),
    x.slice(0),
    x.narrow(0, 0, 2),
    x.at(),
    ...x.split(2),
    ...x.chunk(1),
    ...x.tensorSplit(1),
    concat([x]),
    cat([x]),
    hstack([x]),
    ...broadcastTensors([x]),
    ...meshgrid([x]),
    einsum('i', x),
  ]) {
    expect(same).not.toBe(x)
    expect(await same.array()).toEqual([1, 2])
    same.dispose()
  }
  expect(await x.array()).toEqual([1, 2])
})

test('a tensor that was disposed is refused', () => {
  const x = tensor([1])
  x.dispose()
  expect(() => x.unsqueeze(0)).toThrow(new ExpiredTensorError('tensor: it was disposed, got float32[1]'))
})
