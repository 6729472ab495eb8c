import { expect } from 'vitest'
import {
  type Expression,
  type FunctionBuilder,
  ModuleBuilder,
  type Stored,
  type ValueType,
} from '../../src/wasm/assembler/index.ts'

/** Where `execute` lets a body write; what it reads lies at 0. */
export const OUTPUT = 32768

/** Any of the typed arrays that tests compare. */
export type Numbers = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array

/** Assembles a function, runs it over a memory that starts with `input`, and gives what it wrote from `OUTPUT` on. */
export function execute(input: ArrayBufferView, body: (f: FunctionBuilder) => void): ArrayBuffer {
  const module = new ModuleBuilder()
  module.importMemory('host', 'memory')
  module.function('main', { params: {} }, body)
  const memory = new WebAssembly.Memory({ initial: 1 })
  new Uint8Array(memory.buffer).set(new Uint8Array(input.buffer, input.byteOffset, input.byteLength))
  const { main } = instantiate(module, { host: { memory } })
  main?.()
  return memory.buffer.slice(OUTPUT)
}

/** The functions of a module, which must be valid. */
export function instantiate(
  module: ModuleBuilder,
  imports: WebAssembly.Imports = {},
): Record<string, (...args: (number | bigint)[]) => number | bigint> {
  const bytes = module.assemble()
  expect(WebAssembly.validate(bytes)).toBe(true)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
  return exports as Record<string, (...args: (number | bigint)[]) => number | bigint>
}

/** What `map` needs to know of a kind of values, scalar or vector. */
export interface Mapped<T extends ValueType> extends Stored<T> {
  readonly bytes: number
  readonly load: (address: number, offset?: number) => Expression<T>
}

/** `op` over two arrays, a value at a time: as many lanes as the kind has. */
export function map<T extends ValueType, Array extends Numbers>(
  kind: Mapped<T>,
  x: Array,
  y: Array,
  op: (x: Expression<T>, y: Expression<T>) => Expression<T>,
): (number | bigint)[] {
  const both = new Uint8Array(x.byteLength + y.byteLength)
  both.set(new Uint8Array(x.buffer, x.byteOffset, x.byteLength))
  both.set(new Uint8Array(y.buffer, y.byteOffset, y.byteLength), x.byteLength)
  const output = execute(both, (f) => {
    for (let at = 0; at < x.byteLength; at += kind.bytes) {
      f.store(kind, OUTPUT, op(kind.load(0, at), kind.load(x.byteLength, at)), at)
    }
  })
  const view = x.slice()
  new Uint8Array(view.buffer).set(new Uint8Array(output, 0, view.byteLength))
  return Array.from(view as Iterable<number | bigint>)
}

/** Every pair of the given values, as two lists. */
export function pairs<Value>(values: readonly Value[]): [Value[], Value[]] {
  const [x, y]: [Value[], Value[]] = [[], []]
  for (const first of values) {
    for (const second of values) {
      x.push(first)
      y.push(second)
    }
  }
  return [x, y]
}
