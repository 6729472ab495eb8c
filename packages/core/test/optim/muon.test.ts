import { describe, expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { Muon, type MuonOptions } from '../../src/optim/muon.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import { flat } from './problem.ts'

type Matrix = readonly (readonly number[])[]

const defaults: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  nsSteps: 5,
  eps: 1e-7,
  adjustLrFn: 'original',
}

const transposed = (x: Matrix): Matrix => x[0]!.map((_, j) => x.map((row) => row[j]!))
const times = (x: Matrix, y: Matrix): Matrix =>
  x.map((row) => y[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * y[k]![j]!, 0)))
const combined = (f: (...xs: number[]) => number, ...xs: Matrix[]): Matrix =>
  xs[0]!.map((row, i) => row.map((_, j) => f(...xs.map((x) => x[i]![j]!))))

/** The algorithm of Jordan et al. 2024, on rows and columns as they are: X·Xᵀ·X for tall and for wide matrices. */
class NaiveMuon {
  readonly #options: MuonOptions
  #b: Matrix | undefined

  constructor(options: Partial<MuonOptions>) {
    this.#options = { ...defaults, ...options }
  }

  step(w: Matrix, g: Matrix): Matrix {
    const { lr, weightDecay, momentum, nesterov, nsCoefficients, nsSteps, eps, adjustLrFn } = this.#options
    const [a, b, c] = nsCoefficients
    const before = this.#b ?? combined(() => 0, g)
    this.#b = combined((x, y) => momentum * x + (1 - momentum) * y, before, g)
    const update = nesterov ? combined((x, y) => momentum * x + (1 - momentum) * y, this.#b, g) : this.#b
    const norm = Math.max(Math.hypot(...update.flat()), eps)
    let o = combined((x) => x / norm, update)
    for (let k = 0; k < nsSteps; k++) {
      const cubic = times(times(o, transposed(o)), o)
      const quintic = times(times(o, transposed(o)), cubic)
      o = combined((x, y, z) => a * x + b * y + c * z, o, cubic, quintic)
    }
    const [rows, columns] = [w.length, w[0]!.length]
    const factor =
      adjustLrFn === 'original' ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns))
    return combined((x, y) => x * (1 - lr * weightDecay) - lr * factor * y, w, o)
  }
}

function matrixOf(rows: number, columns: number, f: (k: number) => number): Matrix {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => f(i * columns + j)))
}

function parameterOf(w: Matrix): Parameter {
  return new Parameter(tensor(w as number[][], { dtype: 'float64' }))
}

test.for<[rows: number, columns: number, options: Partial<MuonOptions>]>([
  [3, 5, {}],
  [5, 3, {}],
  [4, 4, { lr: 0.1 }],
  [1, 4, { lr: 0.1, weightDecay: 0 }],
  [4, 1, { lr: 0.1, weightDecay: 0.5 }],
  [3, 5, { lr: 0.1, nesterov: false, momentum: 0.5 }],
  [5, 3, { lr: 0.1, nsSteps: 2, nsCoefficients: [1.5, -0.5, 0] }],
  [3, 5, { lr: 0.1, nsSteps: 0 }],
  [5, 3, { lr: 0.1, adjustLrFn: 'match_rms_adamw' }],
  [3, 5, { lr: 0.1, eps: 10, adjustLrFn: 'match_rms_adamw' }],
])('Muon on %d × %d with %o takes the steps of its paper', async ([rows, columns, options]) => {
  let w = matrixOf(rows, columns, (k) => Math.cos(3 * k))
  const parameter = parameterOf(w)
  const optimizer = new Muon([parameter], options)
  const naive = new NaiveMuon(options)
  for (let step = 0; step < 6; step++) {
    const g = matrixOf(rows, columns, (k) => Math.sin(1 + 2.3 * step + 1.7 * k) + 0.2)
    parameter.grad = tensor(g as number[][], { dtype: 'float64' })
    w = naive.step(w, g)
    await optimizer.step()
    expectWithin(await flat(parameter), w.flat(), 1e-12)
  }
})

/** U·diag(s)·Vᵀ with rotations U and V, of three rows and three columns or more rows of zeros. */
function withSingularValues(s: readonly [number, number, number], rows: number): Matrix {
  const rotation = (angle: number, i: number, j: number): Matrix => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const identity = matrixOf(3, 3, (k) => (k % 4 === 0 ? 1 : 0)).map((row) => [...row])
    identity[i]![i] = cos
    identity[j]![j] = cos
    identity[i]![j] = -sin
    identity[j]![i] = sin
    return identity
  }
  const u = times(times(rotation(0.4, 0, 1), rotation(-1.1, 1, 2)), rotation(2, 0, 2))
  const v = times(times(rotation(1.7, 1, 2), rotation(0.3, 0, 2)), rotation(-0.6, 0, 1))
  const square = times(
    times(u, [
      [s[0], 0, 0],
      [0, s[1], 0],
      [0, 0, s[2]],
    ]),
    transposed(v),
  )
  return [...square, ...Array.from({ length: rows - 3 }, () => [0, 0, 0])]
}

describe.for([3, 5])('the first update of a matrix of %d rows', (rows) => {
  const directionOf = async (g: Matrix, dtype: 'float32' | 'float64') => {
    const parameter = new Parameter(zeros([rows, 3], { dtype }))
    parameter.grad = tensor(g as number[][], { dtype })
    // A rate of 1 for the shape, too.
    await new Muon([parameter], { lr: 1 / Math.sqrt(rows / 3) }).step()
    return (await flat(parameter)).map((x) => -x)
  }

  test.for([
    [1, 1, 1],
    [5, 3, 0.5],
    [100, 10, 4],
    [1e-3, 2e-4, 5e-5],
  ] as const)('turns the singular values %o into others near 1, and leaves the singular vectors', async (s) => {
    const phi = (x: number) => 3.4445 * x - 4.775 * x ** 3 + 2.0315 * x ** 5
    const near = s.map((x) => phi(phi(phi(phi(phi(x / Math.hypot(...s))))))) as [number, number, number]
    // What the coefficients were chosen for.
    for (const x of near) {
      expect(x).toBeGreaterThan(0.68)
      expect(x).toBeLessThan(1.21)
    }
    const expected = withSingularValues(near, rows).flat()
    expectWithin(await directionOf(withSingularValues(s, rows), 'float64'), expected, 1e-12)
    expectWithin(await directionOf(withSingularValues(s, rows), 'float32'), expected, 1e-4)
  })
})

test('a gradient of zeros leaves the matrix to its decay', async () => {
  const parameter = parameterOf([[2, 4]])
  parameter.grad = zeros([1, 2], { dtype: 'float64' })
  await new Muon([parameter], { lr: 0.5, weightDecay: 0.5 }).step()
  expect(await flat(parameter)).toEqual([1.5, 3])
})

test.for([[[3]], [[]], [[2, 3, 4]]])('a parameter of shape %o is refused, and none is taken', ([shape]) => {
  const [matrix, strange] = [new Parameter(zeros([2, 2])), new Parameter(zeros(shape!))]
  const make = () => new Muon([matrix, strange])
  expect(make).toThrow(MisconfigurationError)
  expect(make).toThrow(`Muon: optimizes matrices, got a parameter [${shape!.join(', ')}]; give it to AdamW`)
  const optimizer = new Muon([matrix])
  expect(() => optimizer.addParamGroup({ params: [strange] })).toThrow(MisconfigurationError)
  expect(optimizer.paramGroups).toHaveLength(1)
})
