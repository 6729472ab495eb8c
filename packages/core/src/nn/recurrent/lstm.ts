import type { Parameter } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Module } from '../module.ts'
import { type Plan, planOf, type RecurrentOptions, recurrentParameters } from './recurrent-parameters.ts'
import { type RecurrentInputs, runLayers } from './run-layers.ts'
import { lstmCell } from './steps.ts'

export interface LSTMOptions extends RecurrentOptions {
  /** Features to which the output is projected, fewer than `hiddenSize`. Default 0: it is not. */
  readonly projSize?: number
}

/**
 * Layers of long short-term memory over time (Hochreiter and Schmidhuber 1997): with i, f, g, o the quarters of
 * W_ih·x + b_ih + W_hh·h + b_hh, c′ = σ(f)·c + σ(i)·tanh g and h′ = σ(o)·tanh c′, which a projection makes W_hr·h′. All
 * parameters begin as U(±1/√hiddenSize).
 */
export class LSTM extends Module {
  /**
   * `weightIhL0` `[4·hiddenSize, inputSize]`, `weightHhL0` `[4·hiddenSize, outputSize]`, `weightHrL0`
   * `[projSize, hiddenSize]`, `weightIhL0Reverse`, …
   */
  [name: `weight${'Ih' | 'Hh' | 'Hr'}L${string}`]: Parameter
  /** `biasIhL0` and `biasHhL0` `[4·hiddenSize]`, … */
  [name: `bias${'Ih' | 'Hh'}L${string}`]: Parameter
  readonly #plan: Plan

  /** @throws OutOfRangeError when a size is no whole number ≥ 1, or `projSize` not below `hiddenSize` */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super()
    const { projSize = 0 } = options
    this.#plan = planOf({ who: 'LSTM', cell: lstmCell, inputSize, hiddenSize, projSize }, options)
    Object.assign(this, recurrentParameters(this.#plan, options))
  }

  /**
   * @param input - `[T, N, inputSize]`; with `batchFirst` `[N, T, inputSize]`; one sequence alone `[T, inputSize]`
   * @param initial - h `[numLayers·directions, N, outputSize]`, layer by layer, forward before back, and c with
   * `hiddenSize`; null (default) for zeros
   * @returns the outputs of the last layer, laid out as `input`, and the last states, shaped as `initial`
   * @throws ShapeError when input, states or lengths do not fit
   */
  forward(
    input: Tensor,
    initial: readonly [h0: Tensor, c0: Tensor] | null = null,
    inputs: RecurrentInputs = {},
  ): readonly [output: Tensor, states: readonly [hN: Tensor, cN: Tensor]] {
    const { output, states } = runLayers({ module: this, plan: this.#plan }, input, initial, inputs)
    return [output, [states[0]!, states[1]!]]
  }
}
