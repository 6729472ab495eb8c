import type { ValueType, Variable } from './expression.ts'

/** A local or parameter; a `FunctionBuilder` makes the locals, the module the parameters. */
export function localOf<T extends ValueType>(type: T): Variable<T> {
  const local: Variable<T> = {
    type,
    emit: (code) => {
      code.opcode(0x20)
      code.local(local)
    },
    emitSet: (code) => {
      code.opcode(0x21)
      code.local(local)
    },
  }
  return local
}

/** A mutable global; the module makes them. */
export function globalOf<T extends ValueType>(type: T): Variable<T> {
  const global: Variable<T> = {
    type,
    emit: (code) => {
      code.opcode(0x23)
      code.global(global)
    },
    emitSet: (code) => {
      code.opcode(0x24)
      code.global(global)
    },
  }
  return global
}
