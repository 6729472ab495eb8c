import type { Parameter } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Module } from '../module.ts'
import { cellParameters, type RecurrentCellOptions, runCell } from './cell.ts'
import { elmanCell, type RecurrentNonlinearity } from './nonlinearity.ts'
import { type Cell, gruCell, lstmCell } from './steps.ts'

export interface RNNCellOptions extends RecurrentCellOptions {
  /** Default `tanh`. */
  readonly nonlinearity?: RecurrentNonlinearity
}

/** One step of an `RNN`. */
export class RNNCell extends Module {
  /** `[hiddenSize, inputSize]` */
  readonly weightIh: Parameter
  /** `[hiddenSize, hiddenSize]` */
  readonly weightHh: Parameter
  /** `[hiddenSize]` */
  readonly biasIh: Parameter | null
  /** `[hiddenSize]` */
  readonly biasHh: Parameter | null
  readonly #cell: Cell

  /** @throws OutOfRangeError when a size is no whole number ≥ 1 */
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    super()
    this.#cell = elmanCell('RNNCell', options.nonlinearity)
    const sizes = { gates: this.#cell.gates, inputSize, hiddenSize }
    const { weightIh, weightHh, biasIh, biasHh } = cellParameters('RNNCell', sizes, options)
    this.weightIh = weightIh
    this.weightHh = weightHh
    this.biasIh = biasIh
    this.biasHh = biasHh
  }

  /**
   * @param input - `[N, inputSize]`, or `[inputSize]`
   * @param h - `[N, hiddenSize]`, or `[hiddenSize]`; null (default) for zeros
   * @returns the next hidden state, shaped as `h`
   * @throws ShapeError when they do not fit
   */
  forward(input: Tensor, h: Tensor | null = null): Tensor {
    return runCell(this, this.#cell, input, h === null ? null : [h])[0]!
  }
}

/** One step of an `LSTM`. */
export class LSTMCell extends Module {
  /** `[4·hiddenSize, inputSize]` */
  readonly weightIh: Parameter
  /** `[4·hiddenSize, hiddenSize]` */
  readonly weightHh: Parameter
  /** `[4·hiddenSize]` */
  readonly biasIh: Parameter | null
  /** `[4·hiddenSize]` */
  readonly biasHh: Parameter | null

  /** @throws OutOfRangeError when a size is no whole number ≥ 1 */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super()
    const sizes = { gates: lstmCell.gates, inputSize, hiddenSize }
    const { weightIh, weightHh, biasIh, biasHh } = cellParameters('LSTMCell', sizes, options)
    this.weightIh = weightIh
    this.weightHh = weightHh
    this.biasIh = biasIh
    this.biasHh = biasHh
  }

  /**
   * @param input - `[N, inputSize]`, or `[inputSize]`
   * @param states - h and c, each `[N, hiddenSize]`, or `[hiddenSize]`; null (default) for zeros
   * @returns the next h and c
   * @throws ShapeError when they do not fit
   */
  forward(input: Tensor, states: readonly [h: Tensor, c: Tensor] | null = null): readonly [h: Tensor, c: Tensor] {
    const [h, c] = runCell(this, lstmCell, input, states)
    return [h!, c!]
  }
}

/** One step of a `GRU`. */
export class GRUCell extends Module {
  /** `[3·hiddenSize, inputSize]` */
  readonly weightIh: Parameter
  /** `[3·hiddenSize, hiddenSize]` */
  readonly weightHh: Parameter
  /** `[3·hiddenSize]` */
  readonly biasIh: Parameter | null
  /** `[3·hiddenSize]` */
  readonly biasHh: Parameter | null

  /** @throws OutOfRangeError when a size is no whole number ≥ 1 */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super()
    const sizes = { gates: gruCell.gates, inputSize, hiddenSize }
    const { weightIh, weightHh, biasIh, biasHh } = cellParameters('GRUCell', sizes, options)
    this.weightIh = weightIh
    this.weightHh = weightHh
    this.biasIh = biasIh
    this.biasHh = biasHh
  }

  /**
   * @param input - `[N, inputSize]`, or `[inputSize]`
   * @param h - `[N, hiddenSize]`, or `[hiddenSize]`; null (default) for zeros
   * @returns the next hidden state, shaped as `h`
   * @throws ShapeError when they do not fit
   */
  forward(input: Tensor, h: Tensor | null = null): Tensor {
    return runCell(this, gruCell, input, h === null ? null : [h])[0]!
  }
}
