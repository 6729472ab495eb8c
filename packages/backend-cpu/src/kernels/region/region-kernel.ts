import { log2Bytes } from '../dtypes.ts'
import type { WasmKernel, Word } from '../kernel.ts'
import type { LoopNest } from './loop-nest.ts'
import { NestWriter } from './nest-writer.ts'

/** A nest in the order in which its loops run, with what its code depends on. */
export interface OrderedNest extends LoopNest {
  /** The loop whose steps are done several at a time; −1 where all is done one by one. */
  readonly vector: number
  /** How many at a time. */
  readonly lanes: 2 | 4
  /** How an operand moves along a loop: not at all, from element to neighbour along the vector loop, or by a stride. */
  readonly moves: readonly (readonly Move[])[]
}

export type Move = 'still' | 'next' | 'stride'

/** The kernel of a nest, and the words of a descriptor that runs it on the nest's operands. */
export function regionKernel(nest: LoopNest): { readonly kernel: WasmKernel; readonly words: readonly Word[] } {
  const ordered = order(nest)
  const { program, operandOf, stores, folds, operands, moves, reduced, vector, lanes } = ordered
  const dtypes = operands.map((operand) => operand.dtype)
  const code = program.map((instruction) => ({
    ...instruction,
    strides: undefined,
    offset: undefined,
    value: literalKey(instruction),
  }))
  const key = JSON.stringify(['region', code, [...operandOf], stores, folds, dtypes, moves, reduced, vector, lanes])
  const words: Word[] = [...ordered.sizes]
  for (const [k, { start, strides }] of operands.entries()) {
    words.push(start, ...strides.filter((_, loop) => moves[k]![loop] === 'stride'))
  }
  return {
    kernel: { kind: 'wasm', key, define: (f, d, imports) => new NestWriter(f, d, imports, ordered).write() },
    words,
  }
}

// JSON knows neither infinities nor NaN nor −0.
function literalKey(instruction: LoopNest['program'][number]): string | undefined {
  if (instruction.op !== 'literal') return undefined
  return Object.is(instruction.value, -0) ? '-0' : String(instruction.value)
}

/**
 * Kept loops outside, reduced loops inside. Several steps at a time go along the loop of neighbours in memory: the innermost
 * reduced loop, or where that is a kept one, the innermost kept loop.
 */
function order(nest: LoopNest): OrderedNest {
  const loops = nest.sizes.map((_, loop) => loop)
  const kept = loops.filter((loop) => !nest.reduced[loop])
  const folded = loops.filter((loop) => nest.reduced[loop])
  const sorted = [...kept, ...folded]
  const last = nest.sizes.length - 1
  const lanes = hasDoubles(nest) ? 2 : 4
  const vectorized = nest.sizes[last] !== undefined && nest.sizes[last] >= lanes ? sorted.indexOf(last) : -1
  const operands = nest.operands.map((operand) => ({
    ...operand,
    strides: sorted.map((loop) => operand.strides[loop]!),
  }))
  const indices = new Set(nest.program.flatMap(({ op }, i) => (op === 'index' ? [nest.operandOf.get(i)!] : [])))
  const moves = operands.map(({ dtype, strides }, k) =>
    strides.map((stride, loop): Move => {
      if (stride === 0) return 'still'
      const isNeighbour = loop === vectorized && !indices.has(k) && stride === 2 ** log2Bytes(dtype)
      return isNeighbour ? 'next' : 'stride'
    }),
  )
  return {
    ...nest,
    sizes: sorted.map((loop) => nest.sizes[loop]!),
    reduced: sorted.map((loop) => nest.reduced[loop]!),
    operands,
    vector: vectorized,
    lanes,
    moves,
  }
}

/** Whether a register of the program is a double: then two fill a vector. */
function hasDoubles({ program }: LoopNest): boolean {
  return program.some(({ dtype }) => dtype === 'float64')
}
