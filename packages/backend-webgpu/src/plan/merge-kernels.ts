import type { BufferId, Kernel } from '../kernels/kernel.ts'

export interface MergeOptions {
  /** Distinct buffers that a kernel may bind. */
  readonly maxBuffers: number
  /** The buffer that a buffer lies in, what is written over an input among them. */
  readonly rootOf: (buffer: BufferId) => BufferId
}

/** What is worth merging: a dispatch of fewer workgroups costs less than starting it. */
const MAX_WORKGROUPS = 128
/** Characters of code: drivers take long for long kernels, and each merged one is a source of its own. */
const MAX_CODE = 4000

/**
 * Makes one dispatch of small kernels that do not wait for one another: the updates of several parameters, say, or a gradient and
 * the sum of a bias. Each workgroup runs one of them.
 *
 * A kernel joins the last dispatch before it that it can; so the order of the others stays.
 */
export function mergeKernels(kernels: readonly Kernel[], options: MergeOptions): Kernel[] {
  const batches: Kernel[][] = []
  const uses = new Uses(options.rootOf)
  for (const kernel of kernels) {
    const at = findBatch(batches, kernel, { ...options, ready: uses.readyFor(kernel) })
    if (at === batches.length) batches.push([kernel])
    else batches[at]!.push(kernel)
    uses.note(kernel, at)
  }
  return batches.map(merged)
}

/** The batches in which buffers were read and written last. */
class Uses {
  readonly #rootOf: MergeOptions['rootOf']
  readonly #read: Map<BufferId, number> = new Map()
  readonly #written: Map<BufferId, number> = new Map()

  constructor(rootOf: MergeOptions['rootOf']) {
    this.#rootOf = rootOf
  }

  /** The first batch in which all is written that `kernel` reads, and read that it writes over. */
  readyFor({ operands }: Kernel): number {
    return operands.reduce((ready, { buffer, access }) => {
      const root = this.#rootOf(buffer)
      const read = access === 'write' ? (this.#read.get(root) ?? -1) : -1
      return Math.max(ready, read + 1, (this.#written.get(root) ?? -1) + 1)
    }, 0)
  }

  note({ operands }: Kernel, batch: number): void {
    for (const { buffer, access } of operands) {
      const last = access === 'write' ? this.#written : this.#read
      const root = this.#rootOf(buffer)
      last.set(root, Math.max(last.get(root) ?? -1, batch))
    }
  }
}

/** The last batch, from `ready` on, that `kernel` can join; a new one, where there is none. */
function findBatch(
  batches: readonly (readonly Kernel[])[],
  kernel: Kernel,
  { ready, ...options }: MergeOptions & { readonly ready: number },
): number {
  if (!isSmall(kernel)) return batches.length
  for (let at = batches.length - 1; at >= ready; at--) {
    const batch = batches[at]!
    const [first] = batch as [Kernel]
    const together = [...batch, kernel]
    if (!isSmall(first) || first.threads !== kernel.threads || codeLength(together) > MAX_CODE) continue
    if (countBuffers(together, options) <= options.maxBuffers) return at
  }
  return batches.length
}

// What shares memory within a workgroup is left alone: side by side such kernels would take the memory of all.
function isSmall({ workgroups: [x, y, z], declarations }: Kernel): boolean {
  return y === 1 && z === 1 && x <= MAX_WORKGROUPS && !declarations.some((text) => text.startsWith('var<workgroup>'))
}

function codeLength(kernels: readonly Kernel[]): number {
  return kernels.reduce((sum, { declarations, main }) => sum + [...declarations, ...main].join().length, 0)
}

/** Buffers that kernels bind together. */
function countBuffers(kernels: readonly Kernel[], { rootOf }: MergeOptions): number {
  return new Set(kernels.flatMap(({ operands }) => operands.map(({ buffer }) => rootOf(buffer)))).size
}

/** One kernel of several: each becomes a function, called by the workgroups that were its own. */
function merged(batch: readonly Kernel[]): Kernel {
  const [only] = batch
  if (batch.length === 1) return only!
  const declarations: string[] = []
  const main: string[] = []
  let first = 0
  let start = 0
  for (const [i, kernel] of batch.entries()) {
    const { workgroups, operands } = kernel
    declarations.push(...asFunction(kernel, { name: `part${i}`, suffix: `_${i}`, firstOperand: first }))
    const end = start + workgroups[0]
    const isLast = i === batch.length - 1
    const test = isLast ? '' : `if (group.x < ${end}u) `
    main.push(`${i === 0 ? '' : 'else '}${test}{ part${i}(vec3<u32>(group.x - ${start}u, 0u, 0u), local); }`)
    start = end
    first += operands.length
  }
  const offsets = batch.map((_, i) => batch.slice(0, i).reduce((sum, { operands }) => sum + operands.length, 0))
  return {
    label: batch.map(({ label }) => label).join(' | '),
    operands: batch.flatMap(({ operands }) => operands),
    declarations,
    threads: batch[0]!.threads,
    main: [main.join(' ')],
    workgroups: [start, 1, 1],
    scalarBytes: Math.max(...batch.map(({ scalarBytes }) => scalarBytes)),
    checksIndices: batch.some(({ checksIndices }) => checksIndices === true),
    inPlace: batch.flatMap(({ inPlace }, i) =>
      inPlace.map(([to, from]): [number, number] => [to + offsets[i]!, from + offsets[i]!]),
    ),
  }
}

interface FunctionOptions {
  readonly name: string
  /** Of the names that the kernel declares. */
  readonly suffix: string
  /** The place of its first operand among those of all. */
  readonly firstOperand: number
}

/** A kernel's code as a function, under names of its own. */
function asFunction({ declarations, main }: Kernel, { name, suffix, firstOperand }: FunctionOptions): string[] {
  const declared = declarations.flatMap((text) => [...text.matchAll(/^fn (\w+)/gm)].map(([, found]) => found!))
  const own = declared.length === 0 ? undefined : new RegExp(`\\b(?:${declared.join('|')})\\b`, 'g')
  const rename = (line: string) => {
    const moved = line.replace(/\b(load|store|storeElement|length)(\d+)\(/g, (_, access: string, i: string) => {
      return `${access}${Number(i) + firstOperand}(`
    })
    return own === undefined ? moved : moved.replace(own, (found) => `${found}${suffix}`)
  }
  return [
    ...declarations.map(rename),
    `fn ${name}(group: vec3<u32>, local: u32) {`,
    ...main.map((line) => `  ${rename(line)}`),
    '}',
  ]
}
