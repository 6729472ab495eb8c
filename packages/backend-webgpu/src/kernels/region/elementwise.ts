import { type Region, type Shape, stridesOf } from '@voltaic/core/graph'
import { collapse, coordinateLines, coordinateNames, type Place } from '../../wgsl/indexing.ts'
import { type ElementKernel, elementKernel } from '../element-kernel.ts'
import type { Lowering } from '../lowering.ts'
import { neededRegisters, programStatements } from './program.ts'
import { labelOf, type RegionOperandOptions, regionOperands } from './region-operands.ts'

/**
 * The outputs of a region, one kernel.
 *
 * @param inPlace - whether outputs may take the place of inputs that are read at the index at which they are written
 */
export function lowerElementwise(lowering: Lowering, region: Region, { inPlace }: { readonly inPlace: boolean }): void {
  const parts = elementwiseParts(lowering, region)
  lowering.emit(
    elementKernel({
      ...parts,
      label: labelOf({ ...region, reductions: [] }),
      size: lowering.spec(region.outputs[0]!.value).size,
      inPlace: inPlace ? parts.inPlace : [],
    }),
  )
}

/** What a kernel needs to write the outputs of a region at the row-major index `i`. */
export type ElementwiseParts = Required<
  Pick<ElementKernel, 'operands' | 'statements' | 'results' | 'scalarBytes' | 'inPlace'>
>

/** The outputs of a region as statements on the index `i`. */
export function elementwiseParts(
  lowering: Lowering,
  region: Region,
  { first = 0, given }: Pick<RegionOperandOptions, 'first' | 'given'> = {},
): ElementwiseParts {
  const { program, inputs, outputs } = region
  const needed = neededRegisters(
    program,
    outputs.map(({ register }) => register),
  )
  const written = outputs.map(({ value }) => value)
  const { operands, load, readsScalars, operandOf } = regionOperands(lowering, region, {
    needed,
    written,
    first,
    given,
  })
  const firstWritten = first + operands.length - outputs.length
  const indexed = [...needed].filter((register) => program[register]!.op === 'index').sort((a, b) => a - b)
  const indexPlaces = indexed.map((register) => program[register] as unknown as Place)
  const { shape, places } = collapse(region.shape, [...inputs, ...indexPlaces])
  return {
    operands,
    statements: [
      ...coordinateLines(shape, 'i', 'c'),
      ...programStatements(program, needed, {
        load,
        inputPlaces: places.slice(0, inputs.length),
        indexPlaces: new Map(indexed.map((register, i) => [register, places[inputs.length + i]!])),
        coordinates: coordinateNames(shape, 'c'),
      }),
    ],
    results: new Map(outputs.map(({ register }, i) => [firstWritten + i, `r${register}`])),
    scalarBytes: readsScalars ? lowering.graph.scalarBytes : 0,
    inPlace: inPlacePairs(region, operandOf, firstWritten),
  }
}

/** Pairs of an output and an input that is read only at the index at which the output is written. */
function inPlacePairs(
  { inputs, outputs, shape }: Region,
  operandOf: (input: number) => number | undefined,
  first: number,
): [number, number][] {
  return outputs.flatMap((_, i) =>
    inputs.flatMap((input, j): [number, number][] => {
      const operand = operandOf(j)
      const views = inputs.filter(({ value }) => value === input.value)
      return operand !== undefined && views.every((view) => isWholePlace(view, shape)) ? [[first + i, operand]] : []
    }),
  )
}

/** Whether a place is the row-major index itself. */
export function isWholePlace({ strides, offset }: Place, shape: Shape): boolean {
  const whole = stridesOf(shape)
  return offset === 0 && shape.every((n, axis) => n === 1 || strides[axis] === whole[axis])
}
