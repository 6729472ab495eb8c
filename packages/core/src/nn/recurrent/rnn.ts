import type { Parameter } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Module } from '../module.ts'
import { elmanCell, type RecurrentNonlinearity } from './nonlinearity.ts'
import { type Plan, planOf, type RecurrentOptions, recurrentParameters } from './recurrent-parameters.ts'
import { type RecurrentInputs, runLayers } from './run-layers.ts'

export interface RNNOptions extends RecurrentOptions {
  /** Default `tanh`. */
  readonly nonlinearity?: RecurrentNonlinearity
}

/**
 * Layers of h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu of it, over time (Elman 1990). All parameters begin as
 * U(±1/√hiddenSize).
 */
export class RNN extends Module {
  /** `weightIhL0` `[hiddenSize, inputSize]`, `weightHhL0` `[hiddenSize, hiddenSize]`, `weightIhL0Reverse`, … */
  [name: `weight${'Ih' | 'Hh'}L${string}`]: Parameter
  /** `biasIhL0` and `biasHhL0` `[hiddenSize]`, … */
  [name: `bias${'Ih' | 'Hh'}L${string}`]: Parameter
  readonly #plan: Plan

  /** @throws OutOfRangeError when a size is no whole number ≥ 1 */
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    super()
    const cell = elmanCell('RNN', options.nonlinearity)
    this.#plan = planOf({ who: 'RNN', cell, inputSize, hiddenSize }, options)
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
