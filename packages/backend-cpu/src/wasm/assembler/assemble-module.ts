import { ByteWriter } from './byte-writer.ts'
import { type CodeIndices, CodeWriter } from './code-writer.ts'
import {
  type Expression,
  type ValueType,
  type Variable,
  valueTypeCodes,
  type WasmFunction,
} from './values/expression.ts'

/** What a module is made of, in the order in which it was said. */
export interface ModuleParts {
  readonly imports: { readonly from: string; readonly callee: WasmFunction }[]
  memory: { readonly from: string; readonly name: string; readonly minPages: number } | undefined
  readonly globals: { readonly global: Variable; readonly initial: Expression }[]
  readonly functions: DefinedFunction[]
  readonly data: { readonly address: Expression; readonly bytes: Uint8Array }[]
}

/** A function with its body. */
export interface DefinedFunction {
  readonly callee: WasmFunction
  readonly params: readonly Variable[]
  readonly locals: readonly Variable[]
  emit(code: CodeWriter): void
}

const END = 0x0b
const noLocals: ReadonlyMap<Expression, number> = new Map()

/** The binary of a module: https://webassembly.github.io/spec/core/binary/modules.html */
export function assembleModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  // Imported functions come first in the index space, whenever they were imported.
  const callees = [...parts.imports, ...parts.functions].map(({ callee }) => callee)
  const functions = numbered(callees)
  const globals = numbered(parts.globals.map(({ global }) => global))
  const indices = { functions, globals, locals: noLocals }

  const module = new ByteWriter()
  module.bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
  // Each function has a type of its own, so a function's index is also that of its type.
  section(module, 1, callees, (out, callee) => {
    out.byte(0x60)
    valueTypes(out, callee.params)
    valueTypes(out, callee.result === undefined ? [] : [callee.result])
  })
  importSection(module, parts)
  section(module, 3, parts.functions, (out, { callee }) => out.u32(functions.get(callee)!))
  section(module, 6, parts.globals, (out, { global, initial }) => {
    out.bytes([valueTypeCodes[global.type], 1])
    out.bytes(constant(indices, initial))
  })
  section(module, 7, parts.functions, (out, { callee }) => {
    out.name(callee.name)
    out.byte(0)
    out.u32(functions.get(callee)!)
  })
  section(module, 10, parts.functions, (out, defined) => out.sized(functionBody(indices, defined)))
  section(module, 11, parts.data, (out, { address, bytes }) => {
    out.byte(0)
    out.bytes(constant(indices, address))
    out.sized(bytes)
  })
  return module.finish()
}

function importSection(module: ByteWriter, { imports, memory }: ModuleParts): void {
  const writeFunctions = imports.map(({ from, callee }, index) => (out: ByteWriter) => {
    out.name(from)
    out.name(callee.name)
    out.byte(0)
    out.u32(index)
  })
  const writeMemory = (out: ByteWriter) => {
    out.name(memory!.from)
    out.name(memory!.name)
    out.bytes([2, 0])
    out.u32(memory!.minPages)
  }
  section(module, 2, memory === undefined ? writeFunctions : [...writeFunctions, writeMemory], (out, write) =>
    write(out),
  )
}

function functionBody(indices: CodeIndices, { params, locals, emit }: DefinedFunction): Uint8Array {
  const code = new CodeWriter({ ...indices, locals: numbered<Expression>([...params, ...locals]) })
  code.u32(locals.length)
  for (const { type } of locals) code.bytes([1, valueTypeCodes[type]])
  emit(code)
  code.byte(END)
  return code.finish()
}

function constant(indices: CodeIndices, expression: Expression): Uint8Array {
  const code = new CodeWriter(indices)
  expression.emit(code)
  code.byte(END)
  return code.finish()
}

/** A section is left out where it has no items. */
function section<Item>(
  module: ByteWriter,
  id: number,
  items: readonly Item[],
  write: (out: ByteWriter, item: Item) => void,
): void {
  if (items.length === 0) return
  const out = new ByteWriter()
  out.u32(items.length)
  for (const item of items) write(out, item)
  module.byte(id)
  module.sized(out.finish())
}

function valueTypes(out: ByteWriter, types: readonly ValueType[]): void {
  out.u32(types.length)
  for (const type of types) out.byte(valueTypeCodes[type])
}

function numbered<Item>(items: readonly Item[]): ReadonlyMap<Item, number> {
  return new Map(items.map((item, index) => [item, index]))
}
