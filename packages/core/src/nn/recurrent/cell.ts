import { DTypeError, ShapeError } from '../../errors/errors.ts'
import { broadcastTo, literal, reshape } from '../../graph/build.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape, formatSpec, type Shape } from '../../graph/spec.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { Parameter } from '../../tensor/parameter.ts'
import { uniform } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from '../functional/autocast-policy.ts'
import type { Module } from '../module.ts'
import { checkSize, weightsOf } from './recurrent-parameters.ts'
import { type Cell, project, stepWeights } from './steps.ts'

export interface RecurrentCellOptions extends CreationOptions {
  /** Default true. */
  readonly bias?: boolean
}

/** The parameters of a module that is one step of time; each begins as U(±1/√hiddenSize). */
export interface CellParameters {
  /** `[gates·hiddenSize, inputSize]` */
  readonly weightIh: Parameter
  /** `[gates·hiddenSize, hiddenSize]` */
  readonly weightHh: Parameter
  /** `[gates·hiddenSize]` */
  readonly biasIh: Parameter | null
  /** `[gates·hiddenSize]` */
  readonly biasHh: Parameter | null
}

export interface CellSizes {
  readonly gates: number
  readonly inputSize: number
  readonly hiddenSize: number
}

/** @throws OutOfRangeError when a size is no whole number ≥ 1 */
export function cellParameters(
  who: string,
  { gates, inputSize, hiddenSize }: CellSizes,
  { bias = true, dtype = defaultDType() }: RecurrentCellOptions,
): CellParameters {
  checkSize(who, 'inputSize', inputSize)
  checkSize(who, 'hiddenSize', hiddenSize)
  const bound = 1 / Math.sqrt(hiddenSize)
  const begin = (shape: Shape) => new Parameter(uniform(shape, -bound, bound, { dtype }))
  const rows = gates * hiddenSize
  return {
    weightIh: begin([rows, inputSize]),
    weightHh: begin([rows, hiddenSize]),
    biasIh: bias ? begin([rows]) : null,
    biasHh: bias ? begin([rows]) : null,
  }
}

/**
 * The next states, shaped as `states0`: `[N, hiddenSize]`, or `[hiddenSize]` for an input `[inputSize]`.
 *
 * @param states0 - a tensor for each state of the cell, or null for zeros
 * @throws ShapeError or DTypeError when input or states do not fit
 */
export function runCell(
  module: Module & CellParameters,
  cell: Cell,
  given: Tensor,
  states0: readonly Tensor[] | null,
): readonly Tensor[] {
  const who = module.constructor.name
  const [input, initial] = [inHalf(given), states0?.map(inHalf) ?? null]
  const { dtype } = inHalf<Tensor>(module.weightIh)
  const [inputSize, hiddenSize] = [module.weightIh.shape[1]!, module.weightHh.shape[1]!]
  if ((input.ndim !== 1 && input.ndim !== 2) || input.shape.at(-1) !== inputSize) {
    throw new ShapeError(
      `${who}: takes [N, inputSize] or [inputSize], got ${formatShape(input.shape)} for inputSize ${inputSize}`,
    )
  }
  const shape = [...input.shape.slice(0, -1), hiddenSize]
  for (const state of initial ?? []) {
    if (!sameShape(state.shape, shape)) {
      throw new ShapeError(`${who}: a state is ${formatShape(shape)}, got ${formatShape(state.shape)}`)
    }
  }
  const wrong = [input, ...(initial ?? [])].find((x) => x.dtype !== dtype)
  if (wrong !== undefined) {
    throw new DTypeError(
      `${who}: input and states have the dtype of the cell, ${dtype}, got ${formatSpec(wrong.value.spec)}; cast it, to('${dtype}')`,
    )
  }
  const rows = input.ndim === 2 ? input.shape[0]! : 1
  const states = Array.from({ length: cell.states }, (_, i) => {
    const state = initial?.[i]
    const asRows = [rows, hiddenSize]
    return state === undefined ? broadcastTo(literal(0, dtype), asRows) : reshape(state.value, asRows)
  })
  const weights = weightsOf(module, '')
  const projected = project(cell, reshape(input.value, [rows, inputSize]), weights)
  return cell.step(projected, states, stepWeights(cell, weights)).map((state) => new Tensor(reshape(state, shape)))
}
