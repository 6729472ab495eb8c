import type { NumberType } from '../wgsl/layout.ts'
import { encodeExpression, isPacked, layoutOf } from '../wgsl/layout.ts'
import { u32 } from '../wgsl/numbers.ts'
import { gridOf, type Kernel, type KernelOperand } from './kernel.ts'

/** A kernel that computes the numbers at each index of its outputs apart from all others. */
export interface ElementKernel {
  readonly label: string
  /** Numbers of each output. */
  readonly size: number
  readonly operands: readonly KernelOperand[]
  /** Statements that compute the numbers at index `i`. */
  readonly statements: readonly string[]
  /** For each written operand the expression of its number. */
  readonly results: ReadonlyMap<number, string>
  readonly scalarBytes?: number
  readonly inPlace?: Kernel['inPlace']
}

const THREADS = 64

/** An invocation writes one number of each output, or as many as an element of the most packed of them holds. */
export function elementKernel({ label, size, operands, statements, results, ...options }: ElementKernel): Kernel {
  const perElement = (i: number) => layoutOf(operands[i]!.spec).perElement
  const lanes = Math.max(1, ...[...results.keys()].map(perElement))
  const invocations = Math.ceil(size / lanes)
  const { workgroups, index } = gridOf(Math.ceil(invocations / THREADS))
  const at = `${index} * ${THREADS}u + local`
  // Asked of the buffer, and not written into the code: kernels that differ in size alone are one pipeline.
  const length = `length${exactest(operands, results.keys())}()`
  const stores = [...results].map(([i, x]) => storeStatement(i, operands[i]!, x))
  const body =
    lanes === 1
      ? [`let i = ${at};`, `if (i >= ${length}) { return; }`, ...statements, ...stores]
      : [
          `let first = (${at}) * ${u32(lanes)};`,
          ...wordVariables(operands, results.keys()),
          `let end = min(first + ${u32(lanes)}, ${length});`,
          'for (var i = first; i < end; i++) {',
          ...[...statements, ...stores].map((line) => `  ${line}`),
          '}',
        ]
  return {
    label,
    operands,
    declarations: [],
    threads: THREADS,
    main: body,
    workgroups,
    scalarBytes: options.scalarBytes ?? 0,
    inPlace: options.inPlace ?? [],
  }
}

/**
 * The operand whose buffer says best how many numbers there are. A buffer holds whole elements, and whole words: asked of a packed
 * one, the last invocation would write past the end of others, which may hit their last element.
 */
function exactest(operands: readonly KernelOperand[], written: Iterable<number>): number {
  const room = (i: number) => {
    const { element, perElement } = layoutOf(operands[i]!.spec)
    return element === 'f16' ? 2 : perElement
  }
  return [...written].reduce((best, i) => (room(i) < room(best) ? i : best))
}

/** Statements that go with `storeStatement`: words of packed operands, empty. */
export function wordVariables(operands: readonly KernelOperand[], written: Iterable<number>): string[] {
  return [...written].filter((i) => isPacked(operands[i]!.spec)).map((i) => `var word${i} = 0u;`)
}

/**
 * Stores the number at `i`. The bits of packed ones are collected in `word…`, and stored with the last of their element, or at
 * `end`.
 */
export function storeStatement(i: number, { spec }: KernelOperand, x: string): string {
  const { perElement } = layoutOf(spec)
  if (perElement === 1) return `store${i}(i, ${x});`
  const bits = 32 / perElement
  const shift = Math.log2(bits)
  return [
    `word${i} |= ${encodeExpression(spec, x)} << ((i & ${perElement - 1}u) << ${shift}u);`,
    `if ((i & ${perElement - 1}u) == ${perElement - 1}u || i + 1u == end) {`,
    `storeElement${i}(i >> ${Math.log2(perElement)}u, word${i}); word${i} = 0u; }`,
  ].join(' ')
}

/** Zero of a type of numbers. */
export function zeroOf(type: NumberType): string {
  return { f32: '0.0', i32: '0', u32: '0u', bool: 'false' }[type]
}
