import { expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { Adafactor, type AdafactorOptions } from '../../src/optim/adafactor.ts'
import { Adam } from '../../src/optim/adam.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import { flat } from './problem.ts'

const defaults: AdafactorOptions = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
}

const rms = (xs: readonly number[]) => Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0) / xs.length)

/** Algorithm 4 of Shazeer and Stern 2018 on a matrix, and what it says of vectors; ε₁ bounds from below, as in PyTorch. */
class NaiveAdafactor {
  readonly #options: AdafactorOptions
  readonly #rows: number
  readonly #columns: number
  readonly #factored: boolean
  #r: number[]
  #c: number[]
  #v: number[]
  #t = 0

  constructor(shape: readonly number[], options: Partial<AdafactorOptions>) {
    this.#options = { ...defaults, ...options }
    this.#factored = shape.length > 1
    const [rows, columns] = this.#factored ? shape : [1, shape[0]]
    this.#rows = rows!
    this.#columns = columns!
    this.#r = new Array(this.#rows).fill(0)
    this.#c = new Array(this.#columns).fill(0)
    this.#v = new Array(this.#columns).fill(0)
  }

  step(x: readonly number[], gradient: readonly number[]): number[] {
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = this.#options
    const eps1 = eps[0] ?? Number.EPSILON
    this.#t++
    const g = gradient.map((y) => (maximize ? -y : y))
    const rest = this.#t ** beta2Decay
    const rho = Math.min(lr, 1 / Math.sqrt(this.#t))
    const alpha = Math.max(eps[1], rms(x)) * rho
    const u = this.#factored ? this.#byRowsAndColumns(g, rest, eps1) : this.#byElements(g, rest, eps1)
    const clipped = u.map((y) => y / Math.max(1, rms(u) / d))
    return x.map((y, i) => y * (1 - lr * weightDecay) - alpha * clipped[i]!)
  }

  #byRowsAndColumns(g: readonly number[], rest: number, eps1: number): number[] {
    const [n, m] = [this.#rows, this.#columns]
    const square = (i: number, j: number) => g[i * m + j]! ** 2
    const sum = (count: number, f: (k: number) => number) => Array.from({ length: count }, (_, k) => f(k))
    const total = (xs: readonly number[]) => xs.reduce((x, y) => x + y, 0)
    this.#r = this.#r.map((r, i) => r * (1 - rest) + (rest * total(sum(m, (j) => square(i, j)))) / m)
    this.#c = this.#c.map((c, j) => c * (1 - rest) + (rest * total(sum(n, (i) => square(i, j)))) / n)
    const mean = Math.max(total(this.#r) / n, eps1)
    return g.map((y, k) => {
      const v = (this.#r[Math.floor(k / m)]! * this.#c[k % m]!) / mean
      return y / Math.sqrt(Math.max(v, eps1 * eps1))
    })
  }

  #byElements(g: readonly number[], rest: number, eps1: number): number[] {
    this.#v = this.#v.map((v, i) => v * (1 - rest) + rest * g[i]! ** 2)
    return g.map((y, i) => y / Math.sqrt(Math.max(this.#v[i]!, eps1 * eps1)))
  }
}

const gradientAt = (k: number, size: number) =>
  Float64Array.from({ length: size }, (_, j) => Math.sin(1 + 2.3 * k + 1.7 * j) + 0.2)

test.for<[readonly number[], Partial<AdafactorOptions>]>([
  [[3, 4], {}],
  [[5], {}],
  [[3, 4], { lr: 0.3 }],
  [[3, 4], { lr: 0.3, beta2Decay: -0.5, weightDecay: 0.2 }],
  [[5], { lr: 0.3, beta2Decay: -0.5, weightDecay: 0.2, maximize: true }],
  [[3, 4], { lr: 0.3, d: 1.5, maximize: true }],
  [[3, 4], { lr: 0.3, eps: [0.5, 3] }],
  [[5], { lr: 0.3, eps: [0.5, 3] }],
  [[4, 1], { lr: 0.3 }],
  [[1, 4], { lr: 0.3 }],
])('Adafactor on %o with %o takes the steps of the paper', async ([shape, options]) => {
  const size = shape.reduce((product, n) => product * n, 1)
  const start = Float64Array.from({ length: size }, (_, i) => Math.cos(3 * i))
  const x = new Parameter(tensor(start, { shape }))
  const optimizer = new Adafactor([x], options)
  const naive = new NaiveAdafactor(shape, options)
  let expected = [...start]
  for (let k = 0; k < 8; k++) {
    const gradient = gradientAt(k, size)
    x.grad = tensor(gradient, { shape })
    expected = naive.step(expected, [...gradient])
    await optimizer.step()
    expectWithin(await flat(x), expected, 1e-13)
  }
})

test('of the first step on a single number only its sign counts', async () => {
  const x = new Parameter(tensor([2], { dtype: 'float64' }))
  const optimizer = new Adafactor([x], { lr: 0.1 })
  x.grad = tensor([-500], { dtype: 'float64' })
  await optimizer.step()
  // RMS(x)·min(lr, 1)·sign
  expectWithin(await flat(x), [2 + 2 * 0.1], 1e-15)
})

test.for<[readonly number[], Readonly<Record<string, readonly number[]>>]>([
  [[], { step: [], variance: [] }],
  [[7], { step: [], variance: [7] }],
  [[3, 4], { step: [], row_var: [3, 1], col_var: [1, 4] }],
  // Kernels of a convolution: a batch of matrices.
  [[8, 2, 3, 5], { step: [], row_var: [8, 2, 3, 1], col_var: [8, 2, 1, 5] }],
])('of a parameter of shape %o it keeps %o', async ([shape, expected]) => {
  const x = new Parameter(zeros(shape))
  const optimizer = new Adafactor([x])
  x.grad = zeros(shape)
  await optimizer.step()
  const entries = Object.entries(optimizer.stateDict().state[0]!)
  expect(Object.fromEntries(entries.map(([name, piece]) => [name, piece.shape]))).toEqual(expected)
})

test('a batch of matrices is learned as each matrix alone, but for the size of the step', async () => {
  const [shape, size] = [[2, 3, 4], 24]
  const both = new Parameter(zeros(shape, { dtype: 'float64' }))
  const gradient = gradientAt(0, size)
  both.grad = tensor(gradient, { shape })
  // Parameters of zeros: the step is ε₂·lr, not clipped.
  const options = { lr: 0.1, d: 1e6 }
  await new Adafactor([both], options).step()
  const alone = await Promise.all(
    [0, 1].map(async (i) => {
      const x = new Parameter(zeros([3, 4], { dtype: 'float64' }))
      x.grad = tensor(gradient.slice(12 * i, 12 * i + 12), { shape: [3, 4] })
      await new Adafactor([x], options).step()
      return flat(x)
    }),
  )
  expectWithin(await flat(both), alone.flat(), 1e-15)
})

test('its state of a large matrix takes a hundredth of what Adam takes', async () => {
  const bytesOfState = async (Class: typeof Adam | typeof Adafactor) => {
    const accelerator = reference()
    await useAccelerator(accelerator)
    const x = new Parameter(zeros([256, 512]))
    x.grad = zeros([256, 512])
    await x.grad.data()
    await new Class([x]).step()
    return accelerator.stats().liveBytes - 2 * 256 * 512 * 4
  }
  const [adam, adafactor] = [await bytesOfState(Adam), await bytesOfState(Adafactor)]
  expect(adafactor).toBeGreaterThan(0)
  expect(adafactor).toBeLessThan(adam / 100)
})

test('a state is loaded by its shapes', async () => {
  const make = (shape: readonly number[]) => {
    const x = new Parameter(zeros(shape))
    x.grad = zeros(shape)
    return new Adafactor([x])
  }
  const saved = make([3, 4])
  await saved.step()
  const other = make([3, 5])
  expect(() => other.loadStateDict(saved.stateDict())).toThrow(
    'loadStateDict: col_var of parameter 0 has the shape [1, 5], got [1, 4]',
  )
})
