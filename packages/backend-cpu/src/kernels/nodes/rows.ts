import { type DType, type Graph, type PrimitiveNode, sizeOf, type ValueId } from '@voltaic/core/graph'
import {
  type Binary,
  type Expression,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i32,
  i32x4,
  type Load,
  type Stored,
  type ValueType,
  v128,
} from '../../wasm/assembler/index.ts'
import { type HalfDType, log2Bytes } from '../dtypes.ts'
import type { KernelCall, KernelImports, WasmKernel } from '../kernel.ts'
import { addressOf } from '../region/loop-nest.ts'
import { cloneCall } from './movement.ts'

type I32 = Expression<'i32'>

/** Rows read at indices along an axis. */
export function indexSelectCalls(graph: Graph, node: PrimitiveNode<'indexSelect'>): KernelCall[] {
  const {
    inputs: [x, indices],
    outputs: [out],
    attributes: { axis },
  } = node
  const dtype = graph.values[x!]!.dtype
  const rows = rowWords(graph, x!, indices!, axis)
  const words = [...rows, addressOf(x!, dtype), addressOf(indices!, 'int32'), addressOf(out!, dtype)]
  const reads = [...new Set([x!, indices!])]
  return [{ label: 'indexSelect', kernel: select, words, reads, writes: [out!], inPlace: [], mayThrow: true }]
}

/** A copy of the operand, with rows added to it at indices along an axis, in order. */
export function indexAddCalls(graph: Graph, node: PrimitiveNode<'indexAdd'>): KernelCall[] {
  const {
    inputs: [x, indices, updates],
    outputs: [out],
    attributes: { axis },
  } = node
  const dtype = graph.values[x!]!.dtype
  const rows = rowWords(graph, x!, indices!, axis)
  const words = [...rows, addressOf(out!, dtype), addressOf(indices!, 'int32'), addressOf(updates!, dtype)]
  const kernel = addRows[dtype as Exclude<DType, 'bool' | HalfDType>]
  const reads = [...new Set([indices!, updates!])]
  const add: KernelCall = { label: 'indexAdd', kernel, words, reads, writes: [out!], inPlace: [], mayThrow: true }
  return [cloneCall(graph, x!, out!), add]
}

/** Words: outer positions, indices, length of the axis, bytes of a row. */
function rowWords(graph: Graph, x: ValueId, indices: ValueId, axis: number): number[] {
  const { shape, dtype } = graph.values[x]!
  const rowBytes = sizeOf(shape.slice(axis + 1)) * 2 ** log2Bytes(dtype)
  return [sizeOf(shape.slice(0, axis)), graph.values[indices]!.size, shape[axis]!, rowBytes]
}

/** Walks the pairs of a row of the whole and a row at its index. */
function forEachRow(who: string, visit: Visit): WasmKernel['define'] {
  return (f, d, imports: KernelImports) => {
    const words = Array.from({ length: 7 }, (_, at) => f.let(i32.load(d, 4 * at)))
    const [outer, count, length, bytes, wholeStart, indices, selectedStart] = words
    const whole = f.let(wholeStart!)
    const selected = f.let(selectedStart!)
    f.loop({ to: outer! }, () => {
      f.loop({ to: count! }, (at) => {
        const index = f.let(i32.load(i32.add(indices!, i32.shl(at, 2))))
        f.if(i32.geU(index, length!), () => f.call(imports.outOfRange(who), index, length!))
        visit(f, f.let(i32.add(whole, i32.mul(index, bytes!))), selected, bytes!)
        f.set(selected, i32.add(selected, bytes!))
      })
      f.set(whole, i32.add(whole, i32.mul(length!, bytes!)))
    })
  }
}

const select: WasmKernel = {
  kind: 'wasm',
  key: 'indexSelect',
  define: forEachRow('indexSelect', (f, row, selected, bytes) => {
    // A call into the system costs more than a small row.
    f.if(
      i32.eq(bytes, 4),
      () => f.store(i32, selected, i32.load(row)),
      () => f.copy(selected, row, bytes),
    )
  }),
}

const addInt32 = addKernel('int32', { vectors: i32x4.add, form: i32, load: i32.load, add: i32.add })

const addRows = {
  float32: addKernel('float32', { vectors: f32x4.add, form: f32, load: f32.load, add: f32.add }),
  float64: addKernel('float64', { vectors: f64x2.add, form: f64, load: f64.load, add: f64.add }),
  int32: addInt32,
  uint32: addInt32,
  uint8: addKernel('uint8', { vectors: i8x16.add, form: i32.low8, load: i32.load8U, add: i32.add }),
} as const satisfies Partial<Record<DType, WasmKernel>>

type Visit = (f: FunctionBuilder, row: I32, selected: I32, bytes: I32) => void

/** How numbers of a dtype are added: sixteen bytes of them, and one that is loaded and stored alone. */
interface Addition<T extends ValueType> {
  readonly vectors: Binary<'v128'>
  readonly form: Stored<T>
  readonly load: Load<T>
  readonly add: Binary<T>
}

/** Adds a row to another: sixteen bytes at a time, then what is left. */
function addKernel<T extends ValueType>(name: string, { vectors, form, load, add }: Addition<T>): WasmKernel {
  const addRow: Visit = (f, row, selected, bytes) => {
    const whole = f.let(i32.and(bytes, -16))
    f.loop({ to: whole, step: 16 }, (at) => {
      const to = f.let(i32.add(row, at))
      f.store(v128, to, vectors(v128.load(to), v128.load(i32.add(selected, at))))
    })
    f.loop({ from: whole, to: bytes, step: form.storage.bytes }, (at) => {
      const to = f.let(i32.add(row, at))
      f.store(form, to, add(load(to), load(i32.add(selected, at))))
    })
  }
  return { kind: 'wasm', key: `indexAdd ${name}`, define: forEachRow('indexAdd', addRow) }
}
