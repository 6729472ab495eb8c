import { functionsOf } from '../wgsl/functions.ts'
import { type BufferSpec, bytesOf, encodeExpression, layoutOf, loadExpression, numberType } from '../wgsl/layout.ts'

/** A buffer of a plan: a value of the graph by its id, or one that only kernels know, numbered behind them. */
export type BufferId = number

/** A buffer as a kernel uses it. */
export interface KernelOperand {
  readonly buffer: BufferId
  readonly spec: BufferSpec
  readonly access: 'read' | 'write'
}

/** One dispatch. */
export interface Kernel {
  /** For the printed plan. */
  readonly label: string
  /**
   * The code calls operand `i` as `load{i}(at)`; written ones as `length{i}()` and `store{i}(at, x)`, or those that are packed
   * as `storeElement{i}(at, word)`.
   */
  readonly operands: readonly KernelOperand[]
  /** Functions and variables of the workgroup. */
  readonly declarations: readonly string[]
  /** Invocations of a workgroup. */
  readonly threads: number
  /** What an invocation does: statements that may name `group` and `local`. */
  readonly main: readonly string[]
  readonly workgroups: readonly [x: number, y: number, z: number]
  /** Bytes of runtime scalars that it may read; 0 for none. */
  readonly scalarBytes: number
  /** Whether it calls `checked`, and so binds the device's record of faults. */
  readonly checksIndices?: boolean
  /** Pairs of operands, a written and a read one, that may be one buffer: each index is read before it is written. */
  readonly inPlace: readonly (readonly [written: number, read: number])[]
}

/** What is bound: the bytes that a buffer's numbers take, so that kernels can ask how many there are. */
export interface KernelBinding {
  readonly buffer: BufferId
  readonly bytes: number
  readonly writes: boolean
}

/** A kernel whose operands are known to be buffers: WGSL, and what is bound to it in order. */
export interface BoundKernel {
  readonly label: string
  readonly source: string
  readonly bindings: readonly KernelBinding[]
  readonly workgroups: readonly [x: number, y: number, z: number]
  readonly usesScalars: boolean
  readonly checksIndices: boolean
}

/**
 * The WGSL of a kernel.
 *
 * @param rootOf - the buffer that a buffer lies in: of two operands in one place only one is bound, for both
 */
export function bindKernel(kernel: Kernel, rootOf: (buffer: BufferId) => BufferId): BoundKernel {
  const { label, operands, workgroups, scalarBytes, checksIndices = false } = kernel
  const roots = [...new Set(operands.map(({ buffer }) => rootOf(buffer)))]
  const usesScalars = scalarBytes > 0
  const bindings = roots.map((root) => {
    const here = operands.filter(({ buffer }) => rootOf(buffer) === root)
    return { buffer: root, bytes: bytesOf(here[0]!.spec), writes: here.some(({ access }) => access === 'write') }
  })
  const lines = bindings.map(({ buffer, writes }, at) => {
    const { spec } = operands.find((operand) => rootOf(operand.buffer) === buffer)!
    const { element } = layoutOf(spec)
    return `@group(0) @binding(${at}) var<storage, ${writes ? 'read_write' : 'read'}> buffer${at}: array<${element}>;`
  })
  if (usesScalars) {
    const words = Math.ceil(scalarBytes / 16)
    lines.push(`@group(0) @binding(${bindings.length}) var<uniform> scalars: array<vec4<u32>, ${words}>;`)
  }
  if (checksIndices) lines.push(faultRecord(bindings.length + (usesScalars ? 1 : 0)))
  for (const [i, operand] of operands.entries()) {
    lines.push(accessor(i, operand, `buffer${roots.indexOf(rootOf(operand.buffer))}`))
  }
  const text = [...lines, ...kernel.declarations, entryPoint(kernel)].join('\n')
  const library = functionsOf(text)
  const enable = /\bf16\b/.test(text + library) ? 'enable f16;' : ''
  const source = [enable, library, text].filter(Boolean).join('\n')
  return { label, source, bindings, workgroups, usesScalars, checksIndices }
}

/** Ops whose indices are checked; a fault is recorded by the place of its op, counted from 1. */
export const indexingOps = ['indexSelect', 'indexAdd', 'gather', 'scatterAdd', 'scatter'] as const

/** The name of an op that indexes. */
export type IndexingOp = (typeof indexingOps)[number]

/** Words of the record of faults: the op, the index, the length of the axis. The first fault stays. */
export const FAULT_WORDS = 4

function faultRecord(binding: number): string {
  return `@group(0) @binding(${binding}) var<storage, read_write> faults: array<atomic<u32>, ${FAULT_WORDS}>;
fn checked(index: i32, length: u32, op: u32) -> u32 {
  let at = bitcast<u32>(index);
  if (at < length) { return at; }
  if (atomicCompareExchangeWeak(&faults[0], 0u, op).exchanged) {
    atomicStore(&faults[1], at);
    atomicStore(&faults[2], length);
  }
  return 0u;
}`
}

/** The expression of an index that is checked to lie below `length`; 0 where it does not. */
export function checkedIndex(op: IndexingOp, index: string, length: number): string {
  return `checked(${index}, ${length}u, ${indexingOps.indexOf(op) + 1}u)`
}

function accessor(i: number, { spec, access }: KernelOperand, array: string): string {
  const type = numberType(spec.dtype)
  if (access === 'read') return `fn load${i}(at: u32) -> ${type} { return ${loadExpression(spec, array, 'at')}; }`
  const { perElement } = layoutOf(spec)
  const length = `fn length${i}() -> u32 { return arrayLength(&${array}) * ${perElement}u; }`
  if (perElement > 1) return `${length}\nfn storeElement${i}(at: u32, word: u32) { ${array}[at] = word; }`
  return `${length}\nfn store${i}(at: u32, x: ${type}) { ${array}[at] = ${encodeExpression(spec, 'x')}; }`
}

/** The largest number of workgroups in a dimension of a dispatch, on every device. */
const MAX_WORKGROUPS = 65535

/** A grid of `count` workgroups; beyond what one dimension takes it goes on in the second, with some to spare. */
export function gridOf(count: number): { workgroups: readonly [number, number, number]; index: string } {
  if (count <= MAX_WORKGROUPS) return { workgroups: [Math.max(1, count), 1, 1], index: 'group.x' }
  const rows = Math.ceil(count / MAX_WORKGROUPS)
  const columns = Math.ceil(count / rows)
  return { workgroups: [columns, rows, 1], index: `(group.y * ${columns}u + group.x)` }
}

function entryPoint({ threads, main }: Kernel): string {
  return [
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {',
    ...main.map((line) => `  ${line}`),
    '}',
  ].join('\n')
}
