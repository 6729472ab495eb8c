import type { DType, Region, ValueId } from '@voltaic/core/graph'
import { isPacked, numberType, rounded } from '../../wgsl/layout.ts'
import { u32 } from '../../wgsl/numbers.ts'
import { storeStatement, wordVariables, zeroOf } from '../element-kernel.ts'
import { type BufferId, gridOf, type Kernel, type KernelOperand } from '../kernel.ts'
import type { Lowering } from '../lowering.ts'
import { type ElementwiseParts, elementwiseParts } from '../region/elementwise.ts'
import { lowerReductions } from '../region/reductions.ts'
import { labelOf } from '../region/region-operands.ts'
import { type ContractionVariant, chooseContraction } from './contraction-variants.ts'
import type { Epilogue, NodeContext } from './node-context.ts'

/**
 * Products summed over `k`: out[batch, m, n] = Σ_k a[batch, m, k] · b[batch, k, n]. Matrix products, convolutions and their
 * gradients differ only in where the numbers are found.
 */
export interface Contraction {
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  /** Statements of a function of `batch`, `m`, `k` (or `batch`, `k`, `n`) that return the number there. */
  readonly a: readonly string[]
  readonly b: readonly string[]
  /** The expression of the index of the output in its buffer, of `batch`, `m`, `n`. */
  readonly out: string
  /** How many outputs beside one another along `n`, from a multiple of it on, lie beside one another in the buffer. */
  readonly run: number
  /** Along which axis neighbouring numbers lie beside one another. */
  readonly aContiguous: 'm' | 'k'
  readonly bContiguous: 'k' | 'n'
  /** Two operands that are read; the functions call `load0` and `load1`. */
  readonly operands: readonly [KernelOperand, KernelOperand]
}

/** Kernels of a contraction, with the region that reads it at their end where that can be. */
export function lowerContraction(context: NodeContext, contraction: Contraction): void {
  const { lowering } = context
  const [value] = context.outputs as [number]
  const { dtype, size } = lowering.spec(value)
  const variant = chooseContraction(contraction, lowering.limits)
  if (variant.parts > 1) {
    const partial = lowering.temporary(dtype, size * variant.parts)
    emit(context, contraction, { variant, store: storeInto(lowering, partial), isPartial: true })
    lowerReductions(lowering, sumOfParts(partial, value, { parts: variant.parts, size, dtype }))
    return
  }
  const end = context.epilogue && epilogueStore(lowering, value, context.epilogue)
  if (end !== undefined && canStore(contraction, end)) {
    emit(context, contraction, { variant, store: end, isPartial: false })
    context.takeEpilogue()
    return
  }
  const own = storeInto(lowering, value)
  if (canStore(contraction, own)) emit(context, contraction, { variant, store: own, isPartial: false })
  else {
    context.fill(0, (target) => {
      emit(context, contraction, { variant, store: storeInto(lowering, target), isPartial: false })
    })
  }
}

/** What happens to a finished sum, which is `sum`, at index `i` of the output. */
type Store = ElementwiseParts

/** The operands of a contraction come first. */
const FIRST = 2

function storeInto(lowering: Lowering, buffer: BufferId): Store {
  return {
    operands: [lowering.write(buffer)],
    statements: [],
    results: new Map([[FIRST, 'sum']]),
    scalarBytes: 0,
    inPlace: [],
  }
}

/** The outputs of a region that reads the sums, and the sums themselves where others want them too. */
function epilogueStore(lowering: Lowering, value: ValueId, { region, keepsValue }: Epilogue): Store {
  const parts = elementwiseParts(lowering, region, { first: FIRST, given: { value, expression: 'sum' } })
  if (!keepsValue) return parts
  const results = new Map([...parts.results, [FIRST + parts.operands.length, 'sum']])
  return { ...parts, operands: [...parts.operands, lowering.write(value)], results }
}

/** An invocation writes whole elements of packed outputs only where it has neighbours of a run. */
function canStore({ run }: Contraction, { operands, results }: Store): boolean {
  return run % 4 === 0 || ![...results.keys()].some((i) => isPacked(operands[i - FIRST]!.spec))
}

function sumOfParts(
  partial: BufferId,
  value: BufferId,
  { parts, size, dtype }: { readonly parts: number; readonly size: number; readonly dtype: DType },
): Region {
  return {
    nodes: [],
    shape: [parts, size],
    inputs: [{ value: partial, strides: [size, 1], offset: 0 }],
    program: [{ op: 'load', dtype, input: 0 }],
    outputs: [],
    reducedAxes: [0],
    reductions: [{ op: 'sum', value, register: 0 }],
  }
}

interface EmitOptions {
  readonly variant: ContractionVariant
  readonly store: Store
  /** Whether the sums are of parts of `k`, to be added up and only then rounded. */
  readonly isPartial: boolean
}

function emit(context: NodeContext, contraction: Contraction, { variant, store, isPartial }: EmitOptions): void {
  const { lowering } = context
  const { a, b, out, batch, m, n, run } = contraction
  const { dtype } = lowering.spec(context.outputs[0]!)
  const type = numberType(dtype)
  const operands = [...contraction.operands, ...store.operands]
  const part = isPartial ? `part * ${u32(batch * m * n)} + ` : ''
  const stores = [...store.results].map(([i, x]) => storeStatement(i, operands[i]!, x))
  const finish = [`let sum = ${isPartial ? 'x' : rounded(dtype, 'x')};`, ...store.statements, ...stores]
  // Four at once, where they fill whole elements of all that is written.
  const width = run % 4 === 0 ? 4 : 1
  const put =
    width === 1
      ? [`fn put(part: u32, batch: u32, m: u32, n: u32, x: ${type}) {`, `  let i = ${part}${out};`, ...finish, '}']
      : [
          `fn put(part: u32, batch: u32, m: u32, n: u32, xs: vec4<${type}>) {`,
          `  let first = ${part}${out};`,
          '  let end = first + 4u;',
          ...wordVariables(operands, store.results.keys()),
          '  for (var i = first; i < end; i++) {',
          '  let x = xs[i - first];',
          ...finish,
          '  }',
          '}',
        ]
  const functions = [
    `fn a_at(batch: u32, m: u32, k: u32) -> ${type} {\n  ${a.join('\n  ')}\n}`,
    `fn b_at(batch: u32, k: u32, n: u32) -> ${type} {\n  ${b.join('\n  ')}\n}`,
    ...put,
  ]
  const rendered =
    variant.kind === 'serial'
      ? serial(contraction, variant, { type, width })
      : tiled(contraction, variant, { type, width })
  const tile = variant.kind === 'serial' ? 'serial' : `${variant.tileM}×${variant.tileN}`
  const end = store.statements.length > 0 ? `, ${labelOf(context.epilogue!.region)}` : ''
  lowering.emit({
    label: `${context.label()}, ${tile}${variant.parts > 1 ? ` in ${variant.parts} parts` : ''}${end}`,
    operands,
    ...rendered,
    declarations: [...functions, ...rendered.declarations],
    scalarBytes: store.scalarBytes,
    inPlace: store.inPlace,
  })
}

const SERIAL_THREADS = 64

type KernelCode = Pick<Kernel, 'declarations' | 'threads' | 'main' | 'workgroups'>

/** How sums are computed and handed to `put`. */
interface Rendering {
  readonly type: string
  /** Outputs along `n` that `put` takes at once. */
  readonly width: 1 | 4
}

/** An invocation computes one output, or four beside one another. */
function serial(
  { batch, m, n, k }: Contraction,
  { parts, partLength }: ContractionVariant,
  { type, width }: Rendering,
): KernelCode {
  const columns = n / width
  const outputs = batch * m * columns
  const { workgroups, index } = gridOf(Math.ceil((outputs * parts) / SERIAL_THREADS))
  const sum = width === 1 ? type : `vec4<${type}>`
  const zero = zeroOf(type as 'f32')
  const four = ['n', 'n + 1u', 'n + 2u', 'n + 3u'].map((at) => `b_at(batch, k, ${at})`).join(', ')
  const lines = [
    `let i = ${index} * ${SERIAL_THREADS}u + local;`,
    `if (i >= ${u32(outputs * parts)}) { return; }`,
    `let n = (i % ${u32(columns)}) * ${width}u;`,
    `let m = (i / ${u32(columns)}) % ${u32(m)};`,
    `let batch = (i / ${u32(m * columns)}) % ${u32(batch)};`,
    `let part = i / ${u32(outputs)};`,
    `var x = ${sum}(${zero});`,
    `for (var k = part * ${u32(partLength)}; k < min((part + 1u) * ${u32(partLength)}, ${u32(k)}); k++) {`,
    `  x = x + a_at(batch, m, k) * ${width === 1 ? 'b_at(batch, k, n)' : `${sum}(${four})`};`,
    '}',
    'put(part, batch, m, n, x);',
  ]
  return { declarations: [], threads: SERIAL_THREADS, main: lines, workgroups }
}

/**
 * A workgroup computes a tile of outputs, an invocation 4×4 of them, from stretches of `k` that all have loaded to shared
 * memory.
 */
function tiled(
  { batch, m, n, k, aContiguous, bContiguous }: Contraction,
  variant: ContractionVariant & { readonly kind: 'tiled' },
  { type, width }: Rendering,
): KernelCode {
  const { tileM, tileN, tileK, parts, partLength } = variant
  const [rows, columns] = [tileM / 4, tileN / 4]
  const threads = rows * columns
  const [tilesM, tilesN] = [Math.ceil(m / tileM), Math.ceil(n / tileN)]
  const { workgroups, index } = gridOf(tilesM * tilesN * batch * parts)
  const four = `vec4<${type}>`
  const zero = zeroOf(type as 'f32')
  const guardM = m % tileM === 0 ? '' : `m < ${u32(m)} && `
  const guardN = n % tileN === 0 ? '' : `n < ${u32(n)} && `
  const helpers = [
    `var<workgroup> tile_a: array<${four}, ${tileK * rows}>;`,
    `var<workgroup> tile_b: array<${four}, ${tileK * columns}>;`,
    `fn a_in(batch: u32, m: u32, k: u32, end: u32) -> ${type} {`,
    `  if (${guardM}k < end) { return a_at(batch, m, k); }`,
    `  return ${zero};`,
    '}',
    `fn b_in(batch: u32, k: u32, n: u32, end: u32) -> ${type} {`,
    `  if (${guardN}k < end) { return b_at(batch, k, n); }`,
    `  return ${zero};`,
    '}',
  ]
  const split = (contiguous: boolean, width: number) =>
    contiguous ? ['e', `% ${u32(tileK)}`, `/ ${u32(tileK)}`] : ['e', `/ ${u32(width)}`, `% ${u32(width)}`]
  const [ea, ka, ma] = split(aContiguous === 'k', rows)
  const [eb, kb, nb] = split(bContiguous === 'k', columns)
  const lines = [
    `let tile = ${index};`,
    `if (tile >= ${u32(tilesM * tilesN * batch * parts)}) { return; }`,
    `let column = tile % ${u32(tilesN)};`,
    `let row = (tile / ${u32(tilesN)}) % ${u32(tilesM)};`,
    `let batch = (tile / ${u32(tilesN * tilesM)}) % ${u32(batch)};`,
    `let part = tile / ${u32(tilesN * tilesM * batch)};`,
    `let own_m = local / ${u32(columns)};`,
    `let own_n = local % ${u32(columns)};`,
    ...[0, 1, 2, 3].map((i) => `var x${i} = ${four}(${zero});`),
    `let end = min((part + 1u) * ${u32(partLength)}, ${u32(k)});`,
    `for (var start = part * ${u32(partLength)}; start < end; start += ${u32(tileK)}) {`,
    `  for (var e = local; e < ${u32(tileK * rows)}; e += ${u32(threads)}) {`,
    `    let k = start + ${ea} ${ka};`,
    `    let m4 = ${ea} ${ma};`,
    `    let m = row * ${u32(tileM)} + m4 * 4u;`,
    `    tile_a[(k - start) * ${u32(rows)} + m4] = ${four}(a_in(batch, m, k, end), a_in(batch, m + 1u, k, end), a_in(batch, m + 2u, k, end), a_in(batch, m + 3u, k, end));`,
    '  }',
    `  for (var e = local; e < ${u32(tileK * columns)}; e += ${u32(threads)}) {`,
    `    let k = start + ${eb} ${kb};`,
    `    let n4 = ${eb} ${nb};`,
    `    let n = column * ${u32(tileN)} + n4 * 4u;`,
    `    tile_b[(k - start) * ${u32(columns)} + n4] = ${four}(b_in(batch, k, n, end), b_in(batch, k, n + 1u, end), b_in(batch, k, n + 2u, end), b_in(batch, k, n + 3u, end));`,
    '  }',
    '  workgroupBarrier();',
    `  for (var k = 0u; k < ${u32(tileK)}; k++) {`,
    `    let a = tile_a[k * ${u32(rows)} + own_m];`,
    `    let b = tile_b[k * ${u32(columns)} + own_n];`,
    ...[0, 1, 2, 3].map((i) => `    x${i} = x${i} + a[${i}] * b;`),
    '  }',
    '  workgroupBarrier();',
    '}',
    `let m = row * ${u32(tileM)} + own_m * 4u;`,
    `let n = column * ${u32(tileN)} + own_n * 4u;`,
    ...[0, 1, 2, 3].flatMap((i) => {
      const inside = (j: number) => `m + ${i}u < ${u32(m)} && n + ${j}u < ${u32(n)}`
      if (width === 4) return [`if (${inside(0)}) { put(part, batch, m + ${i}u, n, x${i}); }`]
      return [0, 1, 2, 3].map((j) => `if (${inside(j)}) { put(part, batch, m + ${i}u, n + ${j}u, x${i}[${j}]); }`)
    }),
  ]
  return { declarations: helpers, threads, main: lines, workgroups }
}
