import { ByteWriter } from './byte-writer.ts'
import type { Expression, Variable, WasmFunction } from './values/expression.ts'

/** A place that a branch goes to; made by the blocks and loops of a `FunctionBuilder`, valid inside of them. */
export interface Label {
  readonly label: true
}

const END = 0x0b
const NO_RESULT = 0x40

/** Where names of one function stand in the index spaces of the binary. */
export interface CodeIndices {
  readonly functions: ReadonlyMap<WasmFunction, number>
  readonly globals: ReadonlyMap<Variable, number>
  readonly locals: ReadonlyMap<Expression, number>
}

/**
 * Writes the instructions of one function body, and resolves what they name to indices.
 *
 * Every lookup throws when the name belongs to another function or module.
 */
export class CodeWriter extends ByteWriter {
  readonly #indices: CodeIndices
  readonly #openLabels: Label[] = []

  constructor(indices: CodeIndices) {
    super()
    this.#indices = indices
  }

  /** An opcode. Those behind a prefix byte are written as one number: `0xfde4` is `0xfd` and then LEB128 of `0xe4`. */
  opcode(opcode: number): void {
    if (opcode <= 0xff) {
      this.byte(opcode)
      return
    }
    this.byte(opcode >> 8)
    this.u32(opcode & 0xff)
  }

  /** A `block`, `loop` or `if` without result: what `emit` writes is inside, and may branch to `label`. */
  nested(opcode: number, label: Label, emit: () => void): void {
    this.opcode(opcode)
    this.byte(NO_RESULT)
    this.#openLabels.push(label)
    emit()
    this.#openLabels.pop()
    this.opcode(END)
  }

  /** The number of blocks between here and `label`. */
  label(label: Label): void {
    const at = this.#openLabels.lastIndexOf(label)
    if (at < 0) throw new TypeError('wasm: a branch to a label outside of its block; branch only within the block')
    this.u32(this.#openLabels.length - 1 - at)
  }

  /** The index of a local or parameter. */
  local(local: Expression): void {
    this.u32(known(this.#indices.locals.get(local), 'a local of another function'))
  }

  /** The index of a global. */
  global(global: Variable): void {
    this.u32(known(this.#indices.globals.get(global), 'a global of another module'))
  }

  /** The index of a function. */
  function(callee: WasmFunction): void {
    this.u32(known(this.#indices.functions.get(callee), 'a function of another module'))
  }
}

function known(index: number | undefined, what: string): number {
  if (index === undefined) throw new TypeError(`wasm: ${what} is used; use what this builder made`)
  return index
}
