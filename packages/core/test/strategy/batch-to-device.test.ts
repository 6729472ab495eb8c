import { expect, test } from 'vitest'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { batchSizeOf, toTensors } from '../../src/strategy/batch-to-device.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Tensor } from '../../src/tensor/tensor.ts'

test('host tensors and typed arrays become tensors, however deep; all else stays as it is', async () => {
  const already = tensor([1])
  const date = new Date(0)
  const batch = {
    image: hostTensor(Float32Array.of(1, 2), [1, 2]),
    nested: [Int32Array.of(3), { deep: Float64Array.of(4) }],
    already,
    text: 'label',
    none: null,
    date,
  }
  const moved = toTensors(batch) as typeof batch & { image: Tensor; nested: [Tensor, { deep: Tensor }] }
  expect(await moved.image.array()).toEqual([[1, 2]])
  expect([moved.nested[0].dtype, moved.nested[1].deep.dtype]).toEqual(['int32', 'float64'])
  expect(moved.already).toBe(already)
  expect(moved.date).toBe(date)
  expect([moved.text, moved.none]).toEqual(['label', null])
  expect(toTensors(Float32Array.of(1, 2, 3))).toBeInstanceOf(Tensor)
})

test.for<[unknown, number]>([
  [tensor([[1], [2], [3]]), 3],
  [{ label: 'a', x: hostTensor(Float32Array.of(1, 2), [2, 1]) }, 2],
  [[{ deep: [Int32Array.of(1, 2, 3, 4)] }], 4],
  [tensor(1), 1],
  ['text', 1],
  [null, 1],
  [{}, 1],
])('the size of a batch is the first dimension of its first tensor', ([batch, size]) => {
  expect(batchSizeOf(batch)).toBe(size)
})
