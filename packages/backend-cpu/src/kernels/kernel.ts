import type { ValueId } from '@voltaic/core/graph'
import type { Expression, FunctionBuilder, WasmFunction } from '../wasm/assembler/index.ts'

/** A word of a descriptor: a constant, or the address of a value, `bytes` past its start. */
export type Word = number | { readonly value: ValueId; readonly bytes: number }

/** Functions of the host that kernels may call. */
export interface KernelImports {
  /** A function of doubles, by its name in `hostMath`. */
  math(name: string): WasmFunction<'f64'>
  /** Throws for an index and the length of the axis it is not in; `who` is the op for the message. */
  outOfRange(who: string): WasmFunction<undefined>
}

/** The function being written, and what it may call. */
export interface KernelCode {
  readonly f: FunctionBuilder
  readonly imports: KernelImports
}

/** A function of a descriptor, generated as WebAssembly. Kernels with one key are one function. */
export interface WasmKernel {
  readonly kind: 'wasm'
  /** Says all that the code depends on. */
  readonly key: string
  /** Writes the body; the descriptor's words are 32-bit, one after the other from `descriptor` on. */
  readonly define: (f: FunctionBuilder, descriptor: Expression<'i32'>, imports: KernelImports) => void
}

/** A function of a descriptor, in JavaScript: for what is rare and branches much. */
export interface HostKernel {
  readonly kind: 'host'
  /** @param words - the descriptor's; addresses are unsigned */
  readonly run: (memory: ArrayBuffer, words: Uint32Array) => void
}

export type Kernel = WasmKernel | HostKernel

/** One call of a kernel, as a plan holds it. */
export interface KernelCall {
  /** For the printed plan. */
  readonly label: string
  readonly kernel: Kernel
  readonly words: readonly Word[]
  readonly reads: readonly ValueId[]
  readonly writes: readonly ValueId[]
  /** Pairs of a written and a read value that may share their bytes: each index is read before it is written. */
  readonly inPlace: readonly (readonly [written: ValueId, read: ValueId])[]
  /** Whether it may throw: for an index out of range. */
  readonly mayThrow: boolean
}
