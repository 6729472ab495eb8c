import type { Graph, Instruction, Region } from '@voltaic/core/graph'
import { type Place, placeExpression } from '../../wgsl/indexing.ts'
import { rounded } from '../../wgsl/layout.ts'
import { constant } from '../../wgsl/numbers.ts'
import { elementwiseExpression } from './instructions.ts'

/** Registers that others need, and those that they are computed from. */
export function neededRegisters(program: Region['program'], wanted: readonly number[]): Set<number> {
  const needed = new Set(wanted)
  for (let i = program.length - 1; i >= 0; i--) {
    const instruction = program[i]!
    if (needed.has(i) && 'args' in instruction) for (const arg of instruction.args) needed.add(arg)
  }
  return needed
}

/** How the statements of a program find what they read. */
export interface ProgramContext {
  /** The expression of element `at` of a region's input. */
  readonly load: (input: number, at: string) => string
  /** Where an input, or an `index` instruction (by its register), is found at the current coordinates. */
  readonly inputPlaces: readonly Place[]
  readonly indexPlaces: ReadonlyMap<number, Place>
  readonly coordinates: readonly string[]
}

/** A statement for each needed register: `let r3 = …;` */
export function programStatements(
  program: Region['program'],
  needed: ReadonlySet<number>,
  context: ProgramContext,
): string[] {
  const name = (register: number) => `r${register}`
  return program.flatMap((instruction, register) => {
    if (!needed.has(register)) return []
    return [`let ${name(register)} = ${expression(program, instruction, register, context, name)};`]
  })
}

function expression(
  program: Region['program'],
  instruction: Instruction,
  register: number,
  { load, inputPlaces, indexPlaces, coordinates }: ProgramContext,
  name: (register: number) => string,
): string {
  switch (instruction.op) {
    case 'load':
      return load(instruction.input, placeExpression(inputPlaces[instruction.input]!, coordinates))
    case 'literal':
      return rounded(instruction.dtype, constant(instruction.dtype, instruction.value))
    case 'index':
      return indexExpression(instruction.dtype, placeExpression(indexPlaces.get(register)!, coordinates))
    default: {
      const args = instruction.args.map(name)
      const deciding = program[instruction.args[instruction.op === 'where' ? 1 : 0]!]!
      return elementwiseExpression(instruction.op, { from: deciding.dtype, to: instruction.dtype }, args)
    }
  }
}

/** The number of an index, which counts in unsigned integers and wraps. */
function indexExpression(dtype: Instruction['dtype'], at: string): string {
  if (dtype === 'bool') return `((${at}) != 0u)`
  if (dtype === 'int32') return `bitcast<i32>(${at})`
  if (dtype === 'uint32' || dtype === 'uint8') return rounded(dtype, `(${at})`)
  return rounded(dtype, `f32(bitcast<i32>(${at}))`)
}

/** Reads a runtime scalar of the graph, which lies in the uniform block at `offset` bytes. */
export function scalarExpression({ dtype, offset }: Graph['scalars'][number]): string {
  const word = `scalars[${offset >> 4}][${(offset >> 2) & 3}]`
  switch (dtype) {
    case 'bool':
      return `((${word} & 255u) != 0u)`
    case 'uint8':
      return `(${word} & 255u)`
    case 'uint32':
      return word
    case 'int32':
      return `bitcast<i32>(${word})`
    default:
      return rounded(dtype, `bitcast<f32>(${word})`)
  }
}
