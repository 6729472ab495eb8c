import type { CodeWriter } from '../code-writer.ts'
import { type Expression, type Kind, type Operand, resolve, type ValueType, type WasmFunction } from './expression.ts'
import { kindOf } from './kinds.ts'

/**
 * The result of a call.
 *
 * @throws TypeError when the arguments do not fit the parameters
 */
export function call<R extends ValueType>(
  callee: WasmFunction<R>,
  ...args: readonly Operand<ValueType>[]
): Expression<R> {
  return { type: callee.result, emit: invocation(callee, args) }
}

/**
 * What writes a call with its arguments.
 *
 * @throws TypeError when the arguments do not fit the parameters
 */
export function invocation(callee: WasmFunction, args: readonly Operand<ValueType>[]): (code: CodeWriter) => void {
  if (args.length !== callee.params.length) {
    throw new TypeError(`wasm: ${callee.name} takes ${callee.params.length} arguments, got ${args.length}; pass each`)
  }
  const resolved = callee.params.map((type, at) => resolve(kindOf[type] as Kind<ValueType>, args[at]!, callee.name))
  return (code) => {
    for (const argument of resolved) argument.emit(code)
    code.opcode(0x10)
    code.function(callee)
  }
}
