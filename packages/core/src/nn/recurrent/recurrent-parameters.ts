import { OutOfRangeError } from '../../errors/errors.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { Parameter } from '../../tensor/parameter.ts'
import { uniform } from '../../tensor/random.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from '../functional/autocast-policy.ts'
import { checkDropProbability } from '../functional/dropout.ts'
import type { Module } from '../module.ts'
import type { Cell, CellWeights } from './steps.ts'

export interface RecurrentOptions extends CreationOptions {
  /** Layers, each of which reads the output of the one before. Default 1. */
  readonly numLayers?: number
  /** Default true. */
  readonly bias?: boolean
  /** Whether the batch comes before the sequence. Default false. */
  readonly batchFirst?: boolean
  /** Probability to drop an output that another layer reads, while training. Default 0. */
  readonly dropout?: number
  /** Whether each layer also runs back over the sequence; the outputs of both lie side by side. Default false. */
  readonly bidirectional?: boolean
}

/** What a recurrent layer is made of. */
export interface Plan {
  readonly who: string
  readonly cell: Cell
  readonly inputSize: number
  readonly hiddenSize: number
  /** Features of the output, `hiddenSize` or those of the projection. */
  readonly outputSize: number
  readonly numLayers: number
  readonly directions: 1 | 2
  readonly batchFirst: boolean
  readonly dropout: number
}

/** @throws OutOfRangeError when a size is no whole number ≥ 1, or `dropout` no probability */
export function planOf(
  sizes: Pick<Plan, 'who' | 'cell' | 'inputSize' | 'hiddenSize'> & { readonly projSize?: number },
  options: RecurrentOptions,
): Plan {
  const { projSize = 0, ...named } = sizes
  const { who, inputSize, hiddenSize } = named
  const { numLayers = 1, batchFirst = false, dropout = 0, bidirectional = false } = options
  for (const [name, size] of Object.entries({ inputSize, hiddenSize, numLayers })) checkSize(who, name, size)
  if (!Number.isInteger(projSize) || projSize < 0 || projSize >= hiddenSize) {
    throw new OutOfRangeError(
      `${who}: projSize is a whole number below hiddenSize, or 0 for none, got ${projSize} for ${hiddenSize}`,
    )
  }
  checkDropProbability(dropout)
  const outputSize = projSize === 0 ? hiddenSize : projSize
  return { ...named, outputSize, numLayers, directions: bidirectional ? 2 : 1, batchFirst, dropout }
}

/** @throws OutOfRangeError when `size` is no whole number ≥ 1 */
export function checkSize(who: string, name: string, size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new OutOfRangeError(`${who}: ${name} is a whole number ≥ 1, got ${size}`)
  }
}

/** `L0`, `L0Reverse`, `L1`, …: what the names of the parameters of a layer and direction end in. */
export function suffix(layer: number, direction: number): string {
  return `L${layer}${direction === 1 ? 'Reverse' : ''}`
}

/** All parameters by property name, in PyTorch's order; each begins as U(±1/√hiddenSize). */
export function recurrentParameters(plan: Plan, options: RecurrentOptions): Record<string, Parameter> {
  const { cell, inputSize, hiddenSize, outputSize, numLayers, directions } = plan
  const { bias = true, dtype = defaultDType() } = options
  const bound = 1 / Math.sqrt(hiddenSize)
  const begin = (shape: number[]) => new Parameter(uniform(shape, -bound, bound, { dtype }))
  const rows = cell.gates * hiddenSize
  const parameters: Record<string, Parameter> = {}
  for (let layer = 0; layer < numLayers; layer++) {
    const width = layer === 0 ? inputSize : directions * outputSize
    for (let direction = 0; direction < directions; direction++) {
      const end = suffix(layer, direction)
      parameters[`weightIh${end}`] = begin([rows, width])
      parameters[`weightHh${end}`] = begin([rows, outputSize])
      if (bias) parameters[`biasIh${end}`] = begin([rows])
      if (bias) parameters[`biasHh${end}`] = begin([rows])
      if (outputSize !== hiddenSize) parameters[`weightHr${end}`] = begin([outputSize, hiddenSize])
    }
  }
  return parameters
}

/** The weights of one layer in one direction, as they are among the properties of `module`. */
export function weightsOf(module: Module, end: string): CellWeights {
  const properties = module as unknown as Readonly<Record<string, Parameter | undefined>>
  const valueOf = (name: string) => inHalf<Tensor | null>(properties[`${name}${end}`] ?? null)?.value ?? null
  return {
    weightIh: valueOf('weightIh')!,
    weightHh: valueOf('weightHh')!,
    biasIh: valueOf('biasIh'),
    biasHh: valueOf('biasHh'),
    weightHr: valueOf('weightHr'),
  }
}
