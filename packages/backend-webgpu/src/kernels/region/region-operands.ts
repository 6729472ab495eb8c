import type { Region, ValueId } from '@voltaic/core/graph'
import type { BufferId, KernelOperand } from '../kernel.ts'
import type { Lowering } from '../lowering.ts'

/** What a region's kernel binds, and how its program reads: inputs first, each buffer once. */
export interface RegionOperands {
  readonly operands: readonly KernelOperand[]
  readonly load: (input: number, at: string) => string
  /** Whether it reads runtime scalars. */
  readonly readsScalars: boolean
  /** The operand that input `input` is read through; `undefined` for a runtime scalar. */
  readonly operandOf: (input: number) => number | undefined
}

/** A value that a kernel has at hand when it comes to a region's program, as an expression. */
export interface GivenValue {
  readonly value: ValueId
  readonly expression: string
}

export interface RegionOperandOptions {
  /** Registers whose loads are wanted. */
  readonly needed: ReadonlySet<number>
  readonly written: readonly BufferId[]
  /** Operands of the kernel before those of the region. Default: none. */
  readonly first?: number
  readonly given?: GivenValue | undefined
}

/** Operands of those inputs of a region that are loaded, and behind them of what is written. */
export function regionOperands(
  lowering: Lowering,
  { inputs, program }: Pick<Region, 'inputs' | 'program'>,
  { needed, written, first = 0, given }: RegionOperandOptions,
): RegionOperands {
  const loaded = program.flatMap((instruction, register) =>
    needed.has(register) && instruction.op === 'load' ? [inputs[instruction.input]!.value] : [],
  )
  const buffers = [...new Set(loaded)].filter((value) => value !== given?.value && lowering.scalar(value) === undefined)
  const operandOf = (input: number) => {
    const at = buffers.indexOf(inputs[input]!.value)
    return at < 0 ? undefined : first + at
  }
  return {
    operands: [...buffers.map((buffer) => lowering.read(buffer)), ...written.map((buffer) => lowering.write(buffer))],
    load: (input, at) => {
      const { value } = inputs[input]!
      if (value === given?.value) return given.expression
      return lowering.scalar(value) ?? `load${operandOf(input)}(${at})`
    },
    readsScalars: loaded.some((value) => lowering.scalar(value) !== undefined),
    operandOf,
  }
}

/** What a kernel is called: its instructions in order. */
export function labelOf({ program, reductions, shape }: Region): string {
  const ops = program.flatMap(({ op }) => (op === 'load' || op === 'literal' || op === 'index' ? [] : [op]))
  const names = [...ops, ...reductions.map(({ op }) => op)]
  return `${names.join(' ') || 'copy'} over [${shape.join(', ')}]`
}
