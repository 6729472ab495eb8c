import {
  AcceleratorError,
  crossEntropy,
  DataLoader,
  MisconfigurationError,
  Module,
  manualSeed,
  reference,
  SGD,
  Trainer,
  tensor,
  VoltaicError,
  zeros,
} from '@voltaic/core'
import { readCsv } from '@voltaic/core/node'
import { expect, test } from 'vitest'

class Empty extends Module {}

test.for<[string, () => unknown]>([
  ['VOLTAIC_SHAPE', () => zeros([2, 3]).matmul(zeros([2, 3]))],
  ['VOLTAIC_DTYPE', () => tensor([1], { dtype: 'int32' }).mean()],
  ['VOLTAIC_OUT_OF_RANGE', () => manualSeed(-1)],
  ['VOLTAIC_OUT_OF_RANGE', () => crossEntropy(zeros([1, 2]), tensor([5], { dtype: 'int32' })).item()],
  ['VOLTAIC_AUTOGRAD', () => zeros([]).backward()],
  ['VOLTAIC_MISCONFIGURATION', () => new SGD(new Empty().parameters())],
  ['VOLTAIC_MISCONFIGURATION', () => new Trainer({ maxEpochs: -7 })],
  ['VOLTAIC_MISCONFIGURATION', () => new DataLoader([1, 2], { shuffle: true, batchSampler: [] as never })],
  ['VOLTAIC_MISCONFIGURATION', () => readCsv('none.csv', { columns: {}, delimiter: ';;' })],
  ['VOLTAIC_ACCELERATOR', () => reference().synchronize()],
])('%s is the code of its error', async ([code, fails]) => {
  const error = await Promise.resolve()
    .then(fails)
    .then(
      () => null,
      (reason: unknown) => reason,
    )
  expect(error).toBeInstanceOf(VoltaicError)
  expect(error).toMatchObject({ code })
})

test('an expired tensor says so by its code', async () => {
  const x = tensor([1, 2])
  x.dispose()
  expect(() => x.add(1)).toThrow(expect.objectContaining({ code: 'VOLTAIC_EXPIRED_TENSOR' }))
})

test('each class is there to be matched', () => {
  expect(new MisconfigurationError('x')).toBeInstanceOf(Error)
  expect(new AcceleratorError('x').name).toBe('AcceleratorError')
})
