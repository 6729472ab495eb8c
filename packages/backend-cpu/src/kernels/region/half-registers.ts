import type { Instruction } from '@voltaic/core/graph'
import type { Expression, FunctionBuilder } from '../../wasm/assembler/index.ts'
import { type HalfDType, isHalf, roundToHalf } from '../dtypes.ts'
import { expandHalf, packHalf } from '../lanes/half-lanes.ts'
import { scalarLanes } from '../lanes/scalar-lanes.ts'
import type { VectorLanes } from '../lanes/vector-lanes.ts'

type AnyLanes = typeof scalarLanes | VectorLanes

/** What is known of the half types in a program before it runs. */
export interface HalfRegisters {
  /** Registers that are stored as they were loaded: bits, which nobody reads as numbers. */
  readonly bits: ReadonlySet<number>
  /** Conversions to a half type that change nothing. */
  readonly unchanged: ReadonlySet<number>
}

/** Operations whose result is one of their operands, or a number that every type of its size holds. */
const exact: ReadonlySet<string> = new Set([
  ...['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'minimum', 'maximum', 'where'],
])

/** Finds the conversions that a program need not do. */
export function halfRegisters(program: readonly Instruction[]): HalfRegisters {
  const read = new Set(program.flatMap((instruction) => ('args' in instruction ? instruction.args : [])))
  const bits = new Set<number>()
  const unchanged = new Set<number>()
  /** By register, the half types that hold its number. */
  const held: ReadonlySet<HalfDType>[] = []
  for (const [register, instruction] of program.entries()) {
    const { op, dtype } = instruction
    if (isHalf(dtype) && op === 'load' && !read.has(register)) bits.add(register)
    if (isHalf(dtype) && op === 'cast' && held[instruction.args[0]!]!.has(dtype)) unchanged.add(register)
    held.push(new Set(halves.filter((half) => isHeld(half, instruction, held))))
  }
  return { bits, unchanged }
}

const halves: readonly HalfDType[] = ['float16', 'bfloat16']

/** Whether what an instruction makes is a number of a half type. */
function isHeld(half: HalfDType, instruction: Instruction, held: readonly ReadonlySet<HalfDType>[]): boolean {
  const { op, dtype } = instruction
  if (isHalf(dtype)) return dtype === half
  if (dtype !== 'float32') return false
  if (op === 'literal') return Object.is(roundToHalf(half, instruction.value), instruction.value)
  if (op !== 'cast' && !exact.has(op)) return false
  const args = 'args' in instruction ? instruction.args : []
  const numbers = op === 'where' ? args.slice(1) : args
  return numbers.every((arg) => held[arg]!.has(half))
}

/** The bits of a half type as the numbers of a register. */
export function expanded(lanes: AnyLanes, f: FunctionBuilder, dtype: HalfDType, bits: Expression): Expression {
  const named = f.let(bits)
  return lanes.count === 1
    ? expandHalf(scalarLanes, f, dtype, named as Expression<'i32'>)
    : expandHalf(lanes, f, dtype, named as Expression<'v128'>)
}

/** The numbers of a register, a local, as the bits of a half type. */
export function packed(lanes: AnyLanes, f: FunctionBuilder, dtype: HalfDType, x: Expression): Expression {
  return lanes.count === 1
    ? packHalf(scalarLanes, f, dtype, x as Expression<'f32'>)
    : packHalf(lanes, f, dtype, x as Expression<'v128'>)
}
