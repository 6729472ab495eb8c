import { expect, test } from 'vitest'
import { Lion, type LionOptions } from '../../src/optim/lion.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import { flat, loss, parameters } from './problem.ts'

const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false }

/** Algorithm 2 of Chen et al. 2023, element by element. */
class NaiveLion {
  readonly #options: LionOptions
  #m: number[] | undefined

  constructor(options: Partial<LionOptions>) {
    this.#options = { ...defaults, ...options }
  }

  step(theta: readonly number[], gradient: readonly number[]): number[] {
    const { lr, betas, weightDecay, maximize } = this.#options
    const [beta1, beta2] = betas
    const m = this.#m ?? theta.map(() => 0)
    const g = gradient.map((x) => (maximize ? -x : x))
    const c = m.map((x, i) => beta1 * x + (1 - beta1) * g[i]!)
    this.#m = m.map((x, i) => beta2 * x + (1 - beta2) * g[i]!)
    return theta.map((x, i) => x - lr * (Math.sign(c[i]!) + weightDecay * x))
  }
}

test.for<Partial<LionOptions>>([
  {},
  { lr: 0.02 },
  { lr: 0.02, betas: [0.5, 0.8] },
  { lr: 0.02, weightDecay: 0.3 },
  { lr: 0.02, weightDecay: 0.3, maximize: true },
  { lr: 0.02, betas: [0, 0] },
])('Lion %o takes the steps of the paper', async (options) => {
  const [a, b] = parameters()
  const optimizer = new Lion([a, b], options)
  const naive = [new NaiveLion(options), new NaiveLion(options)]
  for (let k = 0; k < 12; k++) {
    optimizer.zeroGrad()
    loss(a, b).backward()
    const params = [a, b]
    const expected = await Promise.all(params.map(async (p, i) => naive[i]!.step(await flat(p), await flat(p.grad!))))
    await optimizer.step()
    for (const [i, p] of params.entries()) expectWithin(await flat(p), expected[i]!, 1e-14)
  }
})

test('every step has one size, and a gradient of zeros makes none', async () => {
  const x = new Parameter(tensor([1, 2, 3], { dtype: 'float64' }))
  const optimizer = new Lion([x], { lr: 0.25 })
  x.grad = tensor([1e-9, -700, 0], { dtype: 'float64' })
  await optimizer.step()
  expect(await flat(x)).toEqual([0.75, 2.25, 3])
})

test('its state is one tensor a parameter', async () => {
  const x = new Parameter(tensor([1, 2]))
  const optimizer = new Lion([x])
  x.grad = tensor([1, 1])
  await optimizer.step()
  expect(Object.keys(optimizer.stateDict().state[0]!)).toEqual(['exp_avg'])
})
