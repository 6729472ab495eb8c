import { concat, grad, Linear, manualSeed, mse, noGrad, randn, SGD, tensor, where } from '@voltaic/core'
import { expect, test } from 'vitest'

test('tensors broadcast, reduce and index', async () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(await x.add(tensor([10, 20, 30])).array()).toEqual([
    [11, 22, 33],
    [14, 25, 36],
  ])
  expect(await x.sum(1).array()).toEqual([6, 15])
  expect(await x.mean().item()).toBe(3.5)
  expect(await x.matmul(x.transpose(0, 1)).array()).toEqual([
    [14, 32],
    [32, 77],
  ])
  expect(await x.slice(1, 1).argmax(1).array()).toEqual([1, 1])
  expect(await concat([x, x.neg()]).shape).toEqual([4, 3])
  expect(await where(x.gt(3), x, 0).array()).toEqual([
    [0, 0, 0],
    [4, 5, 6],
  ])
})

test('a gradient is that of the maths, and so is the gradient of a gradient', async () => {
  const x = tensor([1, 2, 3], { requiresGrad: true })
  x.pow(3).sum().backward()
  expect(await x.grad?.array()).toEqual([3, 12, 27])
  const [first] = grad(x.pow(3).sum(), [x], { createGraph: true })
  const [second] = grad(first!.sum(), [x])
  expect(await second?.array()).toEqual([6, 12, 18])
  expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false)
})

test('a loop by hand fits a line', async () => {
  manualSeed(0)
  const line = new Linear(1, 1)
  const optimizer = new SGD(line.parameters(), { lr: 0.3 })
  const x = tensor([[-1], [0], [1], [2]])
  const y = x.mul(3).add(0.5)
  for (let i = 0; i < 60; i++) {
    optimizer.zeroGrad()
    mse(line.forward(x), y).backward()
    await optimizer.step()
  }
  expect(await line.weight.item()).toBeCloseTo(3, 3)
  expect(await line.bias?.item()).toBeCloseTo(0.5, 3)
})

test('one seed makes one sequence of numbers', async () => {
  manualSeed(42)
  const first = await randn([5]).array()
  manualSeed(42)
  expect(await randn([5]).array()).toEqual(first)
})
