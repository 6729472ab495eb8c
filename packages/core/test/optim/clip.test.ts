import { expect, test } from 'vitest'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { clipGradNorm, clipGradValue } from '../../src/optim/clip.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import recorded from './fixtures/clipping.json' with { type: 'json' }
import { flat, loss, parameters } from './problem.ts'

// Numbers of PyTorch 1.13.1.
async function gradients(params: readonly Parameter[]): Promise<number[][]> {
  return Promise.all(params.map((parameter) => flat(parameter.grad!)))
}

function afterBackward(): Parameter[] {
  const [a, b] = parameters()
  loss(a, b).backward()
  return [a, b]
}

test.for(recorded.norm)('a $normType-norm above $maxNorm is scaled down to it', async (entry) => {
  const { maxNorm, normType, after, returned } = entry
  const params = afterBackward()
  const norm = clipGradNorm(params, maxNorm, { normType: Number(normType) })
  expectWithin([await norm.item()], [returned], 1e-12)
  for (const [i, gradient] of (await gradients(params)).entries()) expectWithin(gradient, after[i]!, 1e-12)
})

test.for(recorded.value)('every element is limited to ±$clipValue', async ({ clipValue, after }) => {
  const params = afterBackward()
  clipGradValue(params, clipValue)
  for (const [i, gradient] of (await gradients(params)).entries()) expectWithin(gradient, after[i]!, 1e-12)
})

test('parameters without a gradient are left alone, and without any the norm is 0', async () => {
  const [a] = parameters()
  const idle = new Parameter(tensor([1, 2], { dtype: 'float64' }))
  a.sum().backward()
  await clipGradNorm([a, idle], 1).item()
  expect(idle.grad).toBeNull()
  expect(await clipGradNorm([idle], 1).item()).toBe(0)
})

test.for([-1, Number.NaN])('a limit of %d is refused', (limit) => {
  const [a] = parameters()
  expect(() => clipGradNorm([a], limit)).toThrow(OutOfRangeError)
  expect(() => clipGradNorm([a], limit)).toThrow(`clipGradNorm: maxNorm is a number ≥ 0, got ${limit}`)
  expect(() => clipGradValue([a], limit)).toThrow(`clipGradValue: clipValue is a number ≥ 0, got ${limit}`)
})

test('the norm of any other order is that of all elements', async () => {
  const [a, b] = [tensor([1, -2]), tensor([[3]])].map((x) => new Parameter(x))
  a!
    .mul(tensor([1, -2]))
    .sum()
    .add(b!.mul(3).sum())
    .backward()
  expect(await clipGradNorm([a!, b!], 100, { normType: 3 }).item()).toBeCloseTo(36 ** (1 / 3), 5)
})

test.for([0, -1, Number.NaN])('a norm of order %d is refused', (normType) => {
  const [a] = parameters()
  expect(() => clipGradNorm([a], 1, { normType })).toThrow(`clipGradNorm: normType is a number > 0, got ${normType}`)
})

test('squares of float16 gradients do not overflow', async () => {
  const x = new Parameter(tensor([0, 0]).to('float16'))
  x.grad = tensor([3000, 4000]).to('float16')
  const norm = clipGradNorm([x], 5)
  expect(norm.dtype).toBe('float32')
  expect(await norm.item()).toBe(5000)
  expect(await flat(x.grad!.to('float32'))).toEqual([3, 4])
})

test('gradients of several dtypes have one norm', async () => {
  const [x, y] = [new Parameter(tensor([0])), new Parameter(tensor([0], { dtype: 'float64' }))]
  x.grad = tensor([30])
  y.grad = tensor([40], { dtype: 'float64' })
  const norm = clipGradNorm([x, y], 5)
  expect(await norm.item()).toBe(50)
  expect([x.grad!.dtype, y.grad!.dtype]).toEqual(['float32', 'float64'])
  expectWithin([...(await flat(x.grad!)), ...(await flat(y.grad!))], [3, 4], 1e-7)
})
