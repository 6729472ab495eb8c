import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Adam, AdamW } from '../../src/optim/adam.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { flat, loss, parameters } from './problem.ts'

function parameter(...numbers: number[]): Parameter {
  return new Parameter(tensor(numbers, { dtype: 'float64' }))
}

async function train(optimizer: Optimizer, [a, b]: readonly Parameter[], steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    optimizer.zeroGrad()
    loss(a!, b!).backward()
    await optimizer.step()
  }
}

test('a parameter without a gradient is skipped, state and all', async () => {
  const [used, idle] = [parameter(1), parameter(5)]
  const optimizer = new Adam([used, idle], { lr: 0.1, weightDecay: 1 })
  used.sum().backward()
  await optimizer.step()
  expect(await used.array()).not.toEqual([1])
  expect(await idle.array()).toEqual([5])
  expect(Object.keys(optimizer.stateDict().state)).toEqual(['0'])
})

test('each group has its own options, and one added later is learned from then on', async () => {
  const [x, y, z] = [parameter(1), parameter(1), parameter(1)]
  const optimizer = new SGD([{ params: [x] }, { params: [y], lr: 0.5 }], { lr: 0.25 })
  const step = async () => {
    optimizer.zeroGrad()
    x.add(y).add(z).sum().backward()
    await optimizer.step()
  }
  await step()
  expect(await Promise.all([x, y, z].map(flat))).toEqual([[0.75], [0.5], [1]])
  optimizer.addParamGroup({ params: [z], lr: 1 })
  await step()
  expect(await Promise.all([x, y, z].map(flat))).toEqual([[0.5], [0], [0]])
  expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.25, 0.5, 1])
})

test('zeroGrad empties gradients, or fills those that there are with zeros', async () => {
  const [x, y] = [parameter(1, 2), parameter(3)]
  const optimizer = new SGD([x, y])
  x.sum().backward()
  optimizer.zeroGrad({ setToNull: false })
  expect(await x.grad?.array()).toEqual([0, 0])
  expect(y.grad).toBeNull()
  optimizer.zeroGrad()
  expect(x.grad).toBeNull()
})

test('a closure is run once, with gradients recorded, and step gives what it gave', async () => {
  const x = parameter(3)
  const optimizer = new SGD([x], { lr: 0.1 })
  const closure = vi.fn(() => {
    optimizer.zeroGrad()
    const value = x.square().sum()
    value.backward()
    return value
  })
  const value = await optimizer.step(closure)
  expect(closure).toHaveBeenCalledOnce()
  expect(await value?.item()).toBe(9)
  expect(await x.item()).toBeCloseTo(3 - 0.1 * 6, 15)
  expect(await optimizer.step(async () => null)).toBeNull()
})

test('a closure that throws leaves everything as it was', async () => {
  const x = parameter(3)
  const optimizer = new SGD([x], { lr: 0.1, momentum: 0.9 })
  const failing = optimizer.step(() => {
    throw new Error('no data')
  })
  await expect(failing).rejects.toThrow('no data')
  expect(await x.item()).toBe(3)
  expect(optimizer.stateDict().state).toEqual({})
})

test('a learning rate that changes compiles nothing, not even where it meets another option', async () => {
  const accelerator = reference()
  await useAccelerator(accelerator)
  const params = parameters()
  const optimizer = new AdamW(params, { lr: 0.1, weightDecay: 0.01 })
  await train(optimizer, params, 2)
  const { compiles } = accelerator.stats()
  for (const lr of [0.05, 0.01, 0.9, 0.999, 1e-8]) {
    optimizer.paramGroups[0]!.lr = lr
    await train(optimizer, params, 1)
  }
  expect(accelerator.stats().compiles).toBe(compiles)
})

type OptimizerClass = new (params: Parameter[], options: object) => Optimizer

test.for<[string, OptimizerClass, object]>([
  ['SGD', SGD, { lr: 0.05, momentum: 0.9, dampening: 0.1 }],
  ['Adam', Adam, { lr: 0.05, amsgrad: true }],
  ['AdamW', AdamW, { lr: 0.05 }],
])('%s saved and loaded goes on equally, bit for bit', async ([, Class, options]) => {
  const params = parameters()
  const optimizer = new Class(params, options)
  await train(optimizer, params, 3)
  const state = optimizer.stateDict()
  const copies = await Promise.all(params.map(async (p) => new Parameter(tensor(await p.data(), { shape: p.shape }))))

  const resumed = new Class(copies, { ...options, lr: 9 })
  resumed.loadStateDict(state)
  await train(optimizer, params, 3)
  await train(resumed, copies, 3)
  expect(await Promise.all(copies.map(flat))).toEqual(await Promise.all(params.map(flat)))
})

test('a saved state is untouched by later steps', async () => {
  const params = parameters()
  const optimizer = new SGD(params, { lr: 0.05, momentum: 0.9 })
  await train(optimizer, params, 1)
  const { state } = optimizer.stateDict()
  const before = await flat(state[0]!.momentum_buffer!)
  await train(optimizer, params, 2)
  expect(await flat(state[0]!.momentum_buffer!)).toEqual(before)
})

test('a state takes the dtype of its parameter, but for the count of steps', async () => {
  const params = parameters('float64')
  const optimizer = new Adam(params, { lr: 0.05 })
  await train(optimizer, params, 2)
  const singles = parameters('float32')
  const loaded = new Adam(singles)
  loaded.loadStateDict(optimizer.stateDict())
  await train(loaded, singles, 1)
  const { state } = loaded.stateDict()
  expect([state[0]!.exp_avg!.dtype, state[0]!.step!.dtype]).toEqual(['float32', 'float32'])
  expect(await state[0]!.step!.item()).toBe(3)
})

test('a state that does not fit is refused, and nothing has changed', async () => {
  const params = parameters()
  const optimizer = new SGD(params, { lr: 0.05, momentum: 0.9 })
  await train(optimizer, params, 1)
  const state = optimizer.stateDict()
  const single = new SGD([parameter(1)], { lr: 0.3 })
  expect(() => single.loadStateDict(state)).toThrow('loadStateDict: the groups have 1 parameters, got a state of 2')
  const swapped = new SGD([params[1]!, params[0]!], { lr: 0.3 })
  expect(() => swapped.loadStateDict(state)).toThrow(ShapeError)
  expect(() => swapped.loadStateDict(state)).toThrow(
    'loadStateDict: momentum_buffer of parameter 0 has the shape [3], got [2, 2]',
  )
  expect(swapped.paramGroups[0]!.lr).toBe(0.3)
  expect(swapped.stateDict().state).toEqual({})
})

test('saved options that are out of range are refused, and nothing has changed', async () => {
  const params = parameters()
  const optimizer = new Adam(params, { lr: 0.05 })
  await train(optimizer, params, 1)
  const { state, paramGroups } = optimizer.stateDict()
  const other = new Adam(parameters(), { lr: 0.3 })
  const load = () => other.loadStateDict({ state, paramGroups: [{ ...paramGroups[0], betas: [0.9, null] }] as never })
  expect(load).toThrow(OutOfRangeError)
  expect(load).toThrow('Adam: betas[1] is in [0, 1), got null')
  expect(other.paramGroups[0]!.lr).toBe(0.3)
  expect(other.stateDict().state).toEqual({})
})

test.for<[string, () => unknown, string]>([
  ['lr below 0', () => new SGD([parameter(1)], { lr: -1 }), 'SGD: lr is a number ≥ 0, got -1'],
  ['an lr that is no number', () => new Adam([parameter(1)], { lr: Number.NaN }), 'Adam: lr is a number ≥ 0, got NaN'],
  ['momentum below 0', () => new SGD([parameter(1)], { momentum: -0.1 }), 'SGD: momentum is a number ≥ 0, got -0.1'],
  ['weight decay below 0', () => new SGD([parameter(1)], { weightDecay: -1 }), 'SGD: weightDecay is a number ≥ 0'],
  ['a beta of 1', () => new Adam([parameter(1)], { betas: [0.9, 1] }), 'Adam: betas[1] is in [0, 1), got 1'],
  ['a beta below 0', () => new AdamW([parameter(1)], { betas: [-1, 0] }), 'AdamW: betas[0] is in [0, 1), got -1'],
  ['eps below 0', () => new Adam([parameter(1)], { eps: -1 }), 'Adam: eps is a number ≥ 0, got -1'],
  ['a bad group', () => new SGD([{ params: [parameter(1)], lr: -2 }]), 'SGD: lr is a number ≥ 0, got -2'],
])('%s is refused', ([, make, message]) => {
  expect(make).toThrow(OutOfRangeError)
  expect(make).toThrow(message)
})

const shared = parameter(1)

test.for<[string, () => unknown, string]>([
  ['an empty list', () => new SGD([]), 'SGD: needs at least one parameter, got an empty list'],
  ['a parameter twice', () => new SGD([shared, shared]), 'SGD: a parameter is given twice'],
  [
    'a parameter in two groups',
    () => new SGD([{ params: [shared] }, { params: [shared] }]),
    'SGD: a parameter is given twice',
  ],
  [
    'a tensor',
    () => new Adam([tensor([1])] as never),
    'Adam: takes parameters, or groups { params } of them, got undefined',
  ],
  [
    'a module',
    () => new Adam(new Linear(1, 1) as never),
    'Adam: takes parameters, or groups { params } of them, got Linear; pass module.parameters()',
  ],
  [
    'nesterov without momentum',
    () => new SGD([shared], { nesterov: true }),
    'SGD: nesterov needs momentum and no dampening, got momentum 0 and dampening 0',
  ],
  [
    'nesterov with dampening',
    () => new SGD([shared], { nesterov: true, momentum: 0.9, dampening: 0.1 }),
    'SGD: nesterov needs momentum and no dampening, got momentum 0.9 and dampening 0.1',
  ],
])('%s is refused', ([, make, message]) => {
  expect(make).toThrow(MisconfigurationError)
  expect(make).toThrow(message)
})

test('a group of a known parameter is refused later, too, and the groups stay', () => {
  const optimizer = new SGD([shared])
  expect(() => optimizer.addParamGroup({ params: [parameter(2), shared] })).toThrow('a parameter is given twice')
  expect(optimizer.paramGroups).toHaveLength(1)
})

test('parameters and optimizers that are forgotten give their buffers back', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const accelerator = reference()
  await useAccelerator(accelerator)
  for (let i = 0; i < 20; i++) {
    const params = parameters()
    await train(new Adam(params), params, 2)
  }
  const { liveBuffers } = accelerator.stats()
  await vi.waitFor(
    () => {
      collect()
      expect(accelerator.stats().liveBuffers).toBeLessThan(liveBuffers / 4)
    },
    { timeout: 4000, interval: 20 },
  )
})
