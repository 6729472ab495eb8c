import type { CodeWriter } from '../code-writer.ts'
import { type Expression, instruction, type Kind, type Operand, resolve, type ValueType } from './expression.ts'
import { i32Kind } from './kinds.ts'

/**
 * Reads from memory.
 *
 * @param address - in bytes, unsigned: pointers above 2³¹ are fine
 * @param offset - a constant added to the address, without wrapping around
 */
export type Load<T extends ValueType> = (address: Operand<'i32'>, offset?: number) => Expression<T>

/** A form in which a value is stored: what `FunctionBuilder.store` takes. `f32`, `f32x4` and their like are such forms. */
export interface Stored<T extends ValueType> extends Kind<T> {
  readonly storage: Storage
}

/** The instruction that stores. */
export interface Storage {
  readonly name: string
  readonly opcode: number
  /** How many bytes it writes. */
  readonly bytes: number
  /** The lane that is written, where it is only one of a vector's. */
  readonly lane?: number
}

/** A load of `bytes` bytes. Addresses need no alignment; the hint in the binary says the natural one. */
export function load<T extends ValueType>(name: string, type: T, opcode: number, bytes: number): Load<T> {
  return (address, offset = 0) => {
    const at = resolve(i32Kind, address, name)
    checkOffset(offset, name)
    return instruction(type, opcode, [at], (code) => emitMemoryImmediate(code, bytes, offset))
  }
}

/** The alignment hint and the constant offset that follow the opcode of every access. */
export function emitMemoryImmediate(code: CodeWriter, bytes: number, offset: number): void {
  code.u32(Math.log2(bytes))
  code.u32(offset)
}

/** @throws RangeError when `offset` is not an unsigned 32-bit integer */
export function checkOffset(offset: number, user: string): void {
  if (offset === offset >>> 0) return
  throw new RangeError(`wasm: ${user} takes an offset of 0 to 2^32 - 1, got ${offset}; add it to the address`)
}
