import type { CodeWriter } from '../code-writer.ts'

/** The types of WebAssembly's values. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Their encoding. */
export const valueTypeCodes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
}

/**
 * A recipe for a value: a tree of instructions, written out where it is used.
 *
 * Used twice, it is computed twice; and a load is done where the value is used, not where it was written down. Name
 * a value with `FunctionBuilder.let` to compute it once, there and then.
 */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T
  emit(code: CodeWriter): void
}

/** An expression that can be assigned: a local, a parameter, a mutable global. */
export interface Variable<T extends ValueType = ValueType> extends Expression<T> {
  /** Writes the instruction that pops a value into the variable. */
  emitSet(code: CodeWriter): void
}

/** A function to call: imported, or defined in the same module. */
export interface WasmFunction<R extends ValueType | undefined = ValueType | undefined> {
  readonly name: string
  readonly params: readonly ValueType[]
  readonly result: R
}

/** What an operation takes: an expression, or a literal. A literal beside vectors stands for all lanes. */
export type Operand<T extends ValueType> = Expression<T> | number | bigint

/** How operands are read: the wasm type, and what a literal means. `v128` has four kinds for floats and integers. */
export interface Kind<T extends ValueType> {
  readonly name: string
  readonly type: T
  /** @throws RangeError when the value does not fit */
  literal(value: number | bigint): Expression<T>
}

/** An operation on one operand. */
export type Unary<T extends ValueType, R extends ValueType = T> = (x: Operand<T>) => Expression<R>

/** An operation on two operands. */
export type Binary<T extends ValueType, R extends ValueType = T> = (x: Operand<T>, y: Operand<T>) => Expression<R>

/**
 * The operand as an expression of its kind.
 *
 * @param user - what takes the operand, for the error
 * @throws TypeError when its type is not the kind's
 */
export function resolve<T extends ValueType>(kind: Kind<T>, operand: Operand<T>, user: string): Expression<T> {
  if (typeof operand !== 'object') return kind.literal(operand)
  if (operand.type !== kind.type) {
    throw new TypeError(`wasm: ${user} takes ${kind.type}, got ${operand.type}; convert it first`)
  }
  return operand
}

/** One instruction behind its operands; `immediates` writes what follows the opcode. */
export function instruction<T extends ValueType>(
  type: T,
  opcode: number,
  operands: readonly Expression[],
  immediates?: (code: CodeWriter) => void,
): Expression<T> {
  const emit = (code: CodeWriter): void => {
    for (const operand of operands) operand.emit(code)
    code.opcode(opcode)
    immediates?.(code)
  }
  return { type, emit }
}

/** Unary operations by name, from a table of opcodes. */
export function unaries<Name extends string, T extends ValueType, R extends ValueType>(
  kind: Kind<T>,
  result: R,
  opcodes: Readonly<Record<Name, number>>,
): Record<Name, Unary<T, R>> {
  return fromTable(opcodes, (name, opcode) => (x) => {
    return instruction(result, opcode, [resolve(kind, x, `${kind.name}.${name}`)])
  })
}

/** Binary operations by name, from a table of opcodes. */
export function binaries<Name extends string, T extends ValueType, R extends ValueType>(
  kind: Kind<T>,
  result: R,
  opcodes: Readonly<Record<Name, number>>,
): Record<Name, Binary<T, R>> {
  return fromTable(opcodes, (name, opcode) => (x, y) => {
    const user = `${kind.name}.${name}`
    return instruction(result, opcode, [resolve(kind, x, user), resolve(kind, y, user)])
  })
}

/** The same table with each entry made into an operation. */
function fromTable<Name extends string, Entry, Made>(
  table: Readonly<Record<Name, Entry>>,
  make: (name: Name, entry: Entry) => Made,
): Record<Name, Made> {
  const entries = Object.entries(table) as [Name, Entry][]
  return Object.fromEntries(entries.map(([name, entry]) => [name, make(name, entry)])) as Record<Name, Made>
}
