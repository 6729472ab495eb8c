import { assembleModule, type ModuleParts } from './assemble-module.ts'
import { FunctionBuilder } from './function-builder.ts'
import type { Kind, Operand, ValueType, Variable, WasmFunction } from './values/expression.ts'
import { kindOf } from './values/kinds.ts'
import { globalOf, localOf } from './values/variables.ts'

/** The type of a function that is imported. */
export interface ImportSignature<R extends ValueType | undefined> {
  readonly params: readonly ValueType[]
  readonly result?: R
}

/** The type of a function that is defined: its parameters have names, and stand in the order of the record. */
export interface Signature<P extends Readonly<Record<string, ValueType>>, R extends ValueType | undefined> {
  readonly params: P
  readonly result?: R
}

/** The parameters as the body sees them: variables by name. */
export type Params<P extends Readonly<Record<string, ValueType>>> = { readonly [Name in keyof P]: Variable<P[Name]> }

/** Writes a function, and returns the expression of its result where one is declared. */
export type Body<P extends Readonly<Record<string, ValueType>>, R extends ValueType | undefined> = R extends ValueType
  ? (f: FunctionBuilder, params: Params<P>) => Operand<R>
  : (f: FunctionBuilder, params: Params<P>) => void

/**
 * Puts together one WebAssembly module.
 *
 * ```ts
 * const module = new ModuleBuilder()
 * module.importMemory('host', 'memory')
 * module.function('scale', { params: { x: 'i32', bytes: 'i32', by: 'f32' } }, (f, { x, bytes, by }) => {
 *   const factor = f.let(f32x4.splat(by))
 *   f.loop({ to: bytes, step: 16 }, (at) => {
 *     const address = f.let(i32.add(x, at))
 *     f.store(f32x4, address, f32x4.mul(f32x4.load(address), factor))
 *   })
 * })
 * const { scale } = new WebAssembly.Instance(new WebAssembly.Module(module.assemble()), { host: { memory } }).exports
 * ```
 */
export class ModuleBuilder {
  readonly #parts: ModuleParts = { imports: [], memory: undefined, globals: [], functions: [], data: [] }

  /** The memory that loads and stores reach; `minPages` of 64 KiB each are promised to be there. */
  importMemory(from: string, name: string, minPages = 0): void {
    if (this.#parts.memory !== undefined) throw new TypeError('wasm: a module has one memory, got a second; share it')
    this.#parts.memory = { from, name, minPages }
  }

  /** A function of the host. V8 calls `Math.exp` and its like directly when they are given as they are, over f64. */
  importFunction<R extends ValueType | undefined = undefined>(
    from: string,
    name: string,
    { params, result }: ImportSignature<R>,
  ): WasmFunction<R> {
    const imported: WasmFunction<R> = { name, params, result: result as R }
    this.#parts.imports.push({ from, callee: imported })
    return imported
  }

  /** A mutable variable of the module; it lives as long as the instance. */
  global<T extends ValueType>(type: T, initial: number | bigint): Variable<T> {
    const global = globalOf(type)
    this.#parts.globals.push({ global, initial: (kindOf[type] as Kind<T>).literal(initial) })
    return global
  }

  /** Bytes that are copied into the memory when the module is instantiated. */
  data(address: number, bytes: Uint8Array): void {
    this.#parts.data.push({ address: kindOf.i32.literal(address), bytes })
  }

  /**
   * Defines a function and exports it by its name. The body is written by the callback, which returns the result.
   *
   * @throws TypeError when the name is taken, or the callback does not give the declared result
   */
  function<const P extends Readonly<Record<string, ValueType>>, R extends ValueType | undefined = undefined>(
    name: string,
    { params, result }: Signature<P, R>,
    body: Body<P, R>,
  ): WasmFunction<R> {
    if (this.#parts.functions.some((other) => other.callee.name === name)) {
      throw new TypeError(`wasm: a function's name must be its own, got ${name} twice; rename one`)
    }
    const locals = Object.entries(params).map(([param, type]) => [param, localOf(type)] as const)
    const f = new FunctionBuilder(result)
    const value = body(f, Object.fromEntries(locals) as Params<P>)
    const defined: WasmFunction<R> = { name, params: Object.values(params), result: result as R }
    this.#parts.functions.push({
      callee: defined,
      params: locals.map(([, local]) => local),
      locals: f.locals,
      emit: f.finish(value ?? undefined),
    })
    return defined
  }

  /**
   * The binary.
   *
   * @throws TypeError when a function uses a local, label, global or function of elsewhere
   */
  assemble(): Uint8Array<ArrayBuffer> {
    return assembleModule(this.#parts)
  }
}
