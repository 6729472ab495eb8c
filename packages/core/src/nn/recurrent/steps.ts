import { add, matmul, mul, sigmoid, sub, tanh } from '../../graph/build.ts'
import { relu } from '../../graph/composites/relu.ts'
import { chunk } from '../../graph/composites/split.ts'
import type { Value } from '../../graph/value.ts'

/** The weights of one layer in one direction, or of a cell. */
export interface CellWeights {
  /** `[gates·hidden, input]` */
  readonly weightIh: Value
  /** `[gates·hidden, output]` */
  readonly weightHh: Value
  /** `[gates·hidden]` */
  readonly biasIh: Value | null
  /** `[gates·hidden]` */
  readonly biasHh: Value | null
  /** `[output, hidden]`: projects the output of an LSTM. */
  readonly weightHr: Value | null
}

/** A recurrent network's step of time. */
export interface Cell {
  /** Parts of a weight. */
  readonly gates: number
  /** Tensors that go from step to step, the output first. */
  readonly states: number
  /** Whether the step adds the hidden bias, since a gate acts on it. */
  readonly addsHiddenBias: boolean
  /**
   * @param projected - x·W_ihᵀ + b_ih (+ b_hh), `[batch, gates·hidden]`
   * @param weights - W_hh, then b_hh if the step adds it, then the projection W_hr, as far as there are any
   * @returns the next states, each `[batch, …]`
   */
  step(projected: Value, states: readonly Value[], weights: readonly Value[]): readonly Value[]
}

/** x·Wᵀ */
function times(x: Value, weight: Value): Value {
  return matmul(x, weight, { transposeB: true })
}

function elman(activation: (x: Value) => Value): Cell {
  return {
    gates: 1,
    states: 1,
    addsHiddenBias: false,
    step: (projected, [h], [weightHh]) => [activation(add(projected, times(h!, weightHh!)))],
  }
}

/** h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu of it (Elman 1990). */
export const elmanCells: { readonly tanh: Cell; readonly relu: Cell } = { tanh: elman(tanh), relu: elman(relu) }

/**
 * i, f, g, o = the quarters of W_ih·x + b_ih + W_hh·h + b_hh; c′ = σ(f)·c + σ(i)·tanh g; h′ = σ(o)·tanh c′
 * (Hochreiter and Schmidhuber 1997, Gers et al. 2000), and W_hr·h′ with a projection (Sak et al. 2014).
 */
export const lstmCell: Cell = {
  gates: 4,
  states: 2,
  addsHiddenBias: false,
  step: (projected, [h, c], [weightHh, weightHr]) => {
    const [i, f, g, o] = chunk(add(projected, times(h!, weightHh!)), 1, 4)
    const next = add(mul(sigmoid(f!), c!), mul(sigmoid(i!), tanh(g!)))
    const output = mul(sigmoid(o!), tanh(next))
    return [weightHr === undefined ? output : times(output, weightHr), next]
  },
}

/**
 * r = σ(W_ir·x + b_ir + W_hr·h + b_hr), z = σ(W_iz·x + b_iz + W_hz·h + b_hz),
 * n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)); h′ = (1 − z)·n + z·h (Cho et al. 2014).
 */
export const gruCell: Cell = {
  gates: 3,
  states: 1,
  addsHiddenBias: true,
  step: (projected, [h], [weightHh, biasHh]) => {
    const product = times(h!, weightHh!)
    const [xr, xz, xn] = chunk(projected, 1, 3)
    const [hr, hz, hn] = chunk(biasHh === undefined ? product : add(product, biasHh), 1, 3)
    const r = sigmoid(add(xr!, hr!))
    const z = sigmoid(add(xz!, hz!))
    const n = tanh(add(xn!, mul(r, hn!)))
    return [add(n, mul(z, sub(h!, n)))]
  },
}

/** The input's part of what `step` adds up, `[rows, gates·hidden]`, of inputs `[rows, input]`. */
export function project(cell: Cell, x: Value, { weightIh, biasIh, biasHh }: CellWeights): Value {
  const product = times(x, weightIh)
  if (biasIh === null || biasHh === null) return product
  return add(product, cell.addsHiddenBias ? biasIh : add(biasIh, biasHh))
}

/** The weights that `step` takes. */
export function stepWeights(cell: Cell, { weightHh, weightHr, biasHh }: CellWeights): readonly Value[] {
  return [weightHh, cell.addsHiddenBias ? biasHh : null, weightHr].filter((weight) => weight !== null)
}
