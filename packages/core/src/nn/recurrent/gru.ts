import type { Parameter } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Module } from '../module.ts'
import { type Plan, planOf, type RecurrentOptions, recurrentParameters } from './recurrent-parameters.ts'
import { type RecurrentInputs, runLayers } from './run-layers.ts'
import { gruCell } from './steps.ts'

/**
 * Layers of gated recurrent units over time (Cho et al. 2014): with r, z, n the thirds of the weights and biases,
 * r = σ(W_ir·x + b_ir + W_hr·h + b_hr), z likewise, n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)) and h′ = (1 − z)·n + z·h.
 * All parameters begin as U(±1/√hiddenSize).
 */
export class GRU extends Module {
  /** `weightIhL0` `[3·hiddenSize, inputSize]`, `weightHhL0` `[3·hiddenSize, hiddenSize]`, `weightIhL0Reverse`, … */
  [name: `weight${'Ih' | 'Hh'}L${string}`]: Parameter
  /** `biasIhL0` and `biasHhL0` `[3·hiddenSize]`, … */
  [name: `bias${'Ih' | 'Hh'}L${string}`]: Parameter
  readonly #plan: Plan

  /** @throws OutOfRangeError when a size is no whole number ≥ 1 */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super()
    this.#plan = planOf({ who: 'GRU', cell: gruCell, inputSize, hiddenSize }, options)
    Object.assign(this, recurrentParameters(this.#plan, options))
  }

  /**
   * @param input - `[T, N, inputSize]`; with `batchFirst` `[N, T, inputSize]`; one sequence alone `[T, inputSize]`
   * @param h0 - `[numLayers·directions, N, hiddenSize]`, layer by layer, forward before back; null (default) for zeros
   * @returns the outputs of the last layer, laid out as `input`, and the last hidden states, shaped as `h0`
   * @throws ShapeError when input, state or lengths do not fit
   */
  forward(
    input: Tensor,
    h0: Tensor | null = null,
    inputs: RecurrentInputs = {},
  ): readonly [output: Tensor, hN: Tensor] {
    const { output, states } = runLayers({ module: this, plan: this.#plan }, input, h0 === null ? null : [h0], inputs)
    return [output, states[0]!]
  }
}
