import { DTypeError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { broadcastTo, concat, iota, less, literal, permute, reshape } from '../../graph/build.ts'
import { chunk } from '../../graph/composites/split.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape, formatSpec, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { tensor } from '../../tensor/creation.ts'
import { int32Indices } from '../../tensor/indices.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from '../functional/autocast-policy.ts'
import { dropout } from '../functional/dropout.ts'
import type { Module } from '../module.ts'
import { type Plan, suffix, weightsOf } from './recurrent-parameters.ts'
import { runThroughTime } from './time-loop.ts'

export interface RecurrentInputs {
  /**
   * Elements of each sequence, `[N]`, from 0 to T. Beyond its end a sequence keeps its states and its outputs are zeros, and
   * back it runs from its end, as a packed sequence of PyTorch does. Default null: all are of length T.
   */
  readonly lengths?: Tensor | readonly number[] | null
}

export interface LayersRun {
  /** Laid out as the input. */
  readonly output: Tensor
  /** `[numLayers·directions, N, …]`, or without N. */
  readonly states: readonly Tensor[]
}

/** What runs: a module that has its parameters as properties, and what they were made by. */
export interface Layers {
  readonly module: Module
  readonly plan: Plan
}

/**
 * Runs all layers of a recurrent network over a batch of sequences, or over one.
 *
 * @param states0 - a tensor for each state of the cell, or null for zeros
 */
export function runLayers(
  { module, plan }: Layers,
  given: Tensor,
  states0: readonly Tensor[] | null,
  { lengths = null }: RecurrentInputs,
): LayersRun {
  const [input, initial] = [inHalf(given), states0?.map(inHalf) ?? null]
  checkInput(plan, input, weightsOf(module, suffix(0, 0)).weightIh)
  const isBatch = input.ndim === 3
  let x = sequencesFirst(plan, input)
  const [time, batch] = x.spec.shape
  const isWithin = lengths === null ? null : withinLengths(plan.who, lengths, [time!, batch!])
  const before = initialStates(plan, initial, { like: x, isBatch })
  const after: (readonly Value[])[] = []
  for (let layer = 0; layer < plan.numLayers; layer++) {
    const outputs: Value[] = []
    for (let direction = 0; direction < plan.directions; direction++) {
      const weights = weightsOf(module, suffix(layer, direction))
      const states = before[layer * plan.directions + direction]!
      const run = runThroughTime(plan.cell, { x, isWithin }, states, { weights, reverse: direction === 1 })
      outputs.push(run.output)
      after.push(run.states)
    }
    x = concat(outputs, 2)
    if (layer < plan.numLayers - 1) x = dropout(new Tensor(x), plan.dropout, { training: module.training }).value
  }
  const states = Array.from({ length: plan.cell.states }, (_, i) => stacked(after.map((states) => states[i]!)))
  return {
    output: new Tensor(asGiven(plan, x, isBatch)),
    states: states.map((state) => new Tensor(isBatch ? state : reshape(state, withoutBatch(state.spec.shape)))),
  }
}

function checkInput({ who, inputSize, batchFirst }: Plan, input: Tensor, weight: Value): void {
  if ((input.ndim !== 2 && input.ndim !== 3) || input.shape.at(-1) !== inputSize) {
    const layout = batchFirst ? '[N, T, inputSize]' : '[T, N, inputSize]'
    throw new ShapeError(
      `${who}: takes ${layout} or [T, inputSize], got ${formatShape(input.shape)} for inputSize ${inputSize}`,
    )
  }
  if (input.shape[batchFirst ? input.ndim - 2 : 0] === 0) {
    throw new ShapeError(`${who}: a sequence has at least one element, got ${formatShape(input.shape)}`)
  }
  const { dtype } = weight.spec
  if (input.dtype !== dtype) {
    throw new DTypeError(
      `${who}: the input has the dtype of the layer, ${dtype}, got ${formatSpec(input.value.spec)}; cast it, to('${dtype}')`,
    )
  }
}

/** `[T, N, inputSize]` */
function sequencesFirst({ batchFirst }: Plan, { value, shape }: Tensor): Value {
  if (shape.length === 2) return reshape(value, [shape[0]!, 1, shape[1]!])
  return batchFirst ? permute(value, [1, 0, 2]) : value
}

/** Undoes `sequencesFirst`. */
function asGiven({ batchFirst }: Plan, output: Value, isBatch: boolean): Value {
  if (!isBatch) return reshape(output, withoutBatch(output.spec.shape))
  return batchFirst ? permute(output, [1, 0, 2]) : output
}

function withoutBatch([first, , ...rest]: Shape): Shape {
  return [first!, ...rest]
}

const words = { one: 'length', many: 'lengths', choices: 'possible lengths' }

/** bool `[T, N, 1]`: whether a sequence has an element at a time. */
function withinLengths(
  who: string,
  given: Tensor | readonly number[],
  [time, batch]: readonly [time: number, batch: number],
): Value {
  if (!(given instanceof Tensor) && !given.every(Number.isInteger)) {
    throw new OutOfRangeError(`${who}: lengths are whole numbers, got [${given.join(', ')}]`)
  }
  const lengths = given instanceof Tensor ? given : tensor([...given], { dtype: 'int32' })
  if (!sameShape(lengths.shape, [batch])) {
    throw new ShapeError(`${who}: there is a length for each sequence, ${batch}, got ${formatShape(lengths.shape)}`)
  }
  const ends = int32Indices(lengths.value, time + 1, { who, ...words })
  return less(iota([time, 1, 1], 0, 'int32'), reshape(ends, [1, batch, 1]))
}

interface InitialOptions {
  /** The input, `[T, N, inputSize]`. */
  readonly like: Value
  readonly isBatch: boolean
}

/** Of each layer and direction, its states `[N, …]`. */
function initialStates(
  plan: Plan,
  initial: readonly Tensor[] | null,
  { like, isBatch }: InitialOptions,
): readonly (readonly Value[])[] {
  const { who, cell, hiddenSize, outputSize, numLayers, directions } = plan
  const runs = numLayers * directions
  const [, batch] = like.spec.shape
  const { dtype } = like.spec
  const widths = [outputSize, hiddenSize].slice(0, cell.states)
  if (initial === null) {
    const zeros = widths.map((width) => broadcastTo(literal(0, dtype), [batch!, width]))
    return Array.from({ length: runs }, () => zeros)
  }
  const columns = widths.map((width, i) => {
    const state = initial[i]
    const wanted = isBatch ? [runs, batch!, width] : [runs, width]
    if (state === undefined || !sameShape(state.shape, wanted) || state.dtype !== dtype) {
      throw new ShapeError(
        `${who}: initial states are ${widths.map((n) => `${dtype}${formatShape(isBatch ? [runs, batch!, n] : [runs, n])}`).join(' and ')}, got ${initial.map((t) => formatSpec(t.value.spec)).join(' and ')}`,
      )
    }
    return chunk(reshape(state.value, [runs, batch!, width]), 0, runs).map((of) => reshape(of, [batch!, width]))
  })
  return Array.from({ length: runs }, (_, run) => columns.map((column) => column[run]!))
}

/** `[N, …]` each as `[count, N, …]`. */
function stacked(states: readonly Value[]): Value {
  return concat(
    states.map((state) => reshape(state, [1, ...state.spec.shape])),
    0,
  )
}
