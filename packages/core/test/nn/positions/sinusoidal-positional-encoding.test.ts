import { expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { SinusoidalPositionalEncoding } from '../../../src/nn/positions/sinusoidal-positional-encoding.ts'
import { zeros } from '../../../src/tensor/creation.ts'
import { expectWithin } from '../../support/close.ts'
import { fromFormula } from '../../support/naive.ts'
import { wave } from '../support.ts'

/** The formula of the paper. */
function encoding(position: number, column: number, dModel: number): number {
  const angle = position / 10000 ** ((2 * Math.floor(column / 2)) / dModel)
  return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
}

test.each([6, 5, 1])('adds sines and cosines of positions to %i features', async (dModel) => {
  const layer = new SinusoidalPositionalEncoding(dModel, { dtype: 'float64' })
  const expected = fromFormula([4, 2, dModel], ([position, , column]) => encoding(position!, column!, dModel))
  expectWithin(await layer.forward(zeros([4, 2, dModel], { dtype: 'float64' })).data(), expected, 1e-15)
})

test('takes the batch first, or no batch', async () => {
  const layer = new SinusoidalPositionalEncoding(4, { batchFirst: true, dtype: 'float64' })
  const x = wave([2, 3, 4])
  const y = await layer.forward(x).data()
  const one = await layer.forward(x.slice(0, 1, 2).squeeze(0)).data()
  expect(Array.from(y.slice(12))).toEqual(Array.from(one))
  expectWithin(
    y,
    Array.from(await x.data(), (v, i) => v + encoding(Math.floor(i / 4) % 3, i % 4, 4)),
    1e-15,
  )
})

test('positions are exact far out, in float32 too', async () => {
  const layer = new SinusoidalPositionalEncoding(2)
  const y = await layer.forward(zeros([5000, 2])).data()
  expect(y[9998]).toBe(Math.fround(Math.sin(4999)))
  expect(y[9999]).toBe(Math.fround(Math.cos(4999)))
})

test('passes gradients on, and has no state', async () => {
  const layer = new SinusoidalPositionalEncoding(4, { dtype: 'float64', maxLen: 10 })
  const x = wave([3, 2, 4], 0, { requiresGrad: true })
  const y = layer.forward(x)
  y.square().sum().backward()
  expectWithin(await x.grad!.data(), await y.mul(2).data(), 1e-15)
  expect([...layer.stateDict().keys()]).toEqual([])
  expect(layer.parameters()).toEqual([])
})

test('takes nothing, and no more than there is', () => {
  const layer = new SinusoidalPositionalEncoding(4, { maxLen: 3 })
  expect(layer.forward(zeros([0, 2, 4])).shape).toEqual([0, 2, 4])
  expect(layer.forward(zeros([3, 0, 4])).shape).toEqual([3, 0, 4])
  expect(() => layer.forward(zeros([4, 2, 4]))).toThrow(
    new OutOfRangeError('SinusoidalPositionalEncoding: a sequence has at most 3 elements, got 4; pass maxLen'),
  )
  expect(() => layer.forward(zeros([3, 2, 5]))).toThrow(
    new ShapeError('SinusoidalPositionalEncoding: takes [L, N, dModel] or [L, dModel], got [3, 2, 5] for dModel 4'),
  )
  expect(() => layer.forward(zeros([4]))).toThrow(ShapeError)
  expect(() => layer.forward(zeros([3, 4], { dtype: 'float64' }))).toThrow(DTypeError)
  expect(() => new SinusoidalPositionalEncoding(1.5)).toThrow(OutOfRangeError)
})
