import type { CodeWriter, Label } from './code-writer.ts'
import { invocation } from './values/calls.ts'
import {
  type Expression,
  type Kind,
  type Operand,
  resolve,
  type ValueType,
  type Variable,
  type WasmFunction,
} from './values/expression.ts'
import { i32 } from './values/integers.ts'
import { kindOf } from './values/kinds.ts'
import { checkOffset, emitMemoryImmediate, type Stored } from './values/memory-access.ts'
import { localOf } from './values/variables.ts'

type Statement = (code: CodeWriter) => void

/** What a counting loop runs over. Bounds and index are unsigned. */
export interface LoopRange {
  /** Where the index starts; 0 by default. */
  readonly from?: Operand<'i32'>
  /** The first value that is not reached; computed once, before the loop. */
  readonly to: Operand<'i32'>
  /** A positive constant; 1 by default. `to` plus one step must stay below 2³². */
  readonly step?: number
}

/** Where the body of a loop can go on. */
export interface LoopLabels {
  /** On to the next index. */
  readonly next: Label
  /** Out of the loop. */
  readonly exit: Label
}

/**
 * Writes the body of a function, statement by statement, in the order of the calls.
 *
 * Control flow takes its inner statements as callbacks, so blocks always balance.
 *
 * @throws TypeError when types do not fit, and in `assemble()` when a local or label of elsewhere is used
 */
export class FunctionBuilder {
  readonly #result: ValueType | undefined
  readonly #locals: Variable[] = []
  #statements: Statement[] = []
  #open = true

  /** @param result - the type that the function returns, if it does */
  constructor(result?: ValueType) {
    this.#result = result
  }

  /** The locals that were made, parameters not among them. */
  get locals(): readonly Variable[] {
    return this.#locals
  }

  /** A new local of this type; it starts as `initial`, or with zeros. */
  local<T extends ValueType>(type: T, initial?: Operand<T>): Variable<T> {
    const local = localOf(type)
    this.#locals.push(local)
    if (initial !== undefined) this.set(local, initial)
    return local
  }

  /** Computes a value now, and names it. */
  let<T extends ValueType>(value: Expression<T>): Variable<T> {
    return this.local(value.type, value)
  }

  /** Assigns to a local, parameter or mutable global. */
  set<T extends ValueType>(variable: Variable<T>, value: Operand<T>): void {
    const expression = resolve<T>(kindOf[variable.type] as Kind<T>, value, 'set')
    this.#write((code) => {
      expression.emit(code)
      variable.emitSet(code)
    })
  }

  /** Writes to memory: `f.store(f32x4, address, value)`, `f.store(i32.low8, address, flag)`. */
  store<T extends ValueType>(form: Stored<T>, address: Operand<'i32'>, value: Operand<T>, offset = 0): void {
    const { name, opcode, bytes, lane } = form.storage
    const at = resolve(i32, address, name)
    const stored = resolve(form, value, name)
    checkOffset(offset, name)
    this.#write((code) => {
      at.emit(code)
      stored.emit(code)
      code.opcode(opcode)
      emitMemoryImmediate(code, bytes, offset)
      if (lane !== undefined) code.byte(lane)
    })
  }

  /** Copies bytes within memory; the ranges may overlap. */
  copy(to: Operand<'i32'>, from: Operand<'i32'>, bytes: Operand<'i32'>): void {
    this.#bulk('copy', [to, from, bytes], 0xfc0a, [0, 0])
  }

  /** Sets bytes of memory to the lowest 8 bits of `value`. */
  fill(to: Operand<'i32'>, value: Operand<'i32'>, bytes: Operand<'i32'>): void {
    this.#bulk('fill', [to, value, bytes], 0xfc0b, [0])
  }

  /** Runs `then` where the condition is not 0, else `otherwise`. */
  if(condition: Operand<'i32'>, then: () => void, otherwise?: () => void): void {
    const test = resolve(i32, condition, 'if')
    const [whenTrue, whenFalse] = [this.#inside(then), otherwise && this.#inside(otherwise)]
    this.#write((code) => {
      test.emit(code)
      code.nested(0x04, { label: true }, () => {
        emitAll(whenTrue, code)
        if (whenFalse === undefined) return
        code.opcode(0x05)
        emitAll(whenFalse, code)
      })
    })
  }

  /** Counts from `from` up to, and without, `to`. */
  loop({ from = 0, to, step = 1 }: LoopRange, body: (index: Expression<'i32'>, labels: LoopLabels) => void): void {
    if (!Number.isInteger(step) || step < 1) {
      throw new RangeError(`wasm: a loop takes a positive constant step, got ${step}; count down in the body`)
    }
    const index = this.local('i32', from)
    const end = this.local('i32', to)
    this.block((exit) => {
      this.branch(exit, i32.geU(index, end))
      this.#repeat((again) => {
        this.block((next) => body(index, { next, exit }))
        this.set(index, i32.add(index, step))
        this.branch(again, i32.ltU(index, end))
      })
    })
  }

  /** Repeats as long as the condition, computed before each round, is not 0. */
  while(condition: Operand<'i32'>, body: (labels: LoopLabels) => void): void {
    this.block((exit) => {
      this.#repeat((next) => {
        this.branch(exit, i32.eqz(condition))
        body({ next, exit })
        this.branch(next)
      })
    })
  }

  /** Statements that can be left early, by a branch to `exit`. */
  block(body: (exit: Label) => void): void {
    this.#nested(0x02, body)
  }

  /** Goes to a label around this place; with `when`, only where it is not 0. */
  branch(label: Label, when?: Operand<'i32'>): void {
    const test = when === undefined ? undefined : resolve(i32, when, 'branch')
    this.#write((code) => {
      test?.emit(code)
      code.opcode(test === undefined ? 0x0c : 0x0d)
      code.label(label)
    })
  }

  /** Calls a function for its effect; a result is dropped. To use the result, see `call`. */
  call(callee: WasmFunction, ...args: readonly Operand<ValueType>[]): void {
    const invoke = invocation(callee, args)
    this.#write((code) => {
      invoke(code)
      if (callee.result !== undefined) code.opcode(0x1a)
    })
  }

  /** Leaves the function early. The result at its end is what the callback of `ModuleBuilder.function` returns. */
  return(value?: Operand<ValueType>): void {
    const result = resultOf(this.#result, value, 'return')
    this.#write((code) => {
      result?.emit(code)
      code.opcode(0x0f)
    })
  }

  /** Traps: for what cannot happen. */
  unreachable(): void {
    this.#write((code) => code.opcode(0x00))
  }

  /** Ends the body with its result: from here on every call throws. Gives what writes the instructions. */
  finish(value?: Operand<ValueType>): (code: CodeWriter) => void {
    const result = resultOf(this.#result, value, 'the end of the function')
    this.#open = false
    return (code) => {
      emitAll(this.#statements, code)
      result?.emit(code)
    }
  }

  #bulk(name: string, operands: readonly Operand<'i32'>[], opcode: number, memories: readonly number[]): void {
    const resolved = operands.map((operand) => resolve(i32, operand, name))
    this.#write((code) => {
      for (const operand of resolved) operand.emit(code)
      code.opcode(opcode)
      code.bytes(memories)
    })
  }

  #repeat(body: (again: Label) => void): void {
    this.#nested(0x03, body)
  }

  #nested(opcode: number, body: (label: Label) => void): void {
    const label: Label = { label: true }
    const statements = this.#inside(() => body(label))
    this.#write((code) => code.nested(opcode, label, () => emitAll(statements, code)))
  }

  #inside(body: () => void): readonly Statement[] {
    const outer = this.#statements
    const inner: Statement[] = []
    this.#statements = inner
    try {
      body()
    } finally {
      this.#statements = outer
    }
    return inner
  }

  #write(statement: Statement): void {
    if (!this.#open) throw new TypeError('wasm: the function is already written; add statements inside its callback')
    this.#statements.push(statement)
  }
}

function resultOf(
  type: ValueType | undefined,
  value: Operand<ValueType> | undefined,
  user: string,
): Expression | undefined {
  if ((type === undefined) !== (value === undefined)) {
    const [takes, got] = [type ?? 'no result', value === undefined ? 'none' : 'one']
    throw new TypeError(`wasm: ${user} takes ${takes}, got ${got}; match the declared result`)
  }
  if (type === undefined || value === undefined) return undefined
  return resolve(kindOf[type] as Kind<ValueType>, value, user)
}

function emitAll(statements: readonly Statement[], code: CodeWriter): void {
  for (const statement of statements) statement(code)
}
