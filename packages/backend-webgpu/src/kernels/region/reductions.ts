import { type DType, type ReductionName, type Region, reducedShape, sizeOf, stridesOf } from '@voltaic/core/graph'
import { collapse, coordinateLines, coordinateNames, type Place, placeExpression } from '../../wgsl/indexing.ts'
import { numberType, rounded } from '../../wgsl/layout.ts'
import { extreme, u32 } from '../../wgsl/numbers.ts'
import { type BufferId, gridOf, type Kernel } from '../kernel.ts'
import type { Lowering } from '../lowering.ts'
import { lowerElementwise } from './elementwise.ts'
import { neededRegisters, programStatements } from './program.ts'
import { labelOf, regionOperands } from './region-operands.ts'

/** How the rows of a reduction are shared out. */
export interface ReductionVariant {
  /** Invocations that fold a row together, in a tree at the end. */
  readonly threads: number
  /** Stretches of each row that are folded apart, and their results in a second kernel. */
  readonly parts: number
}

/** Rows of `length` elements to fold. */
export interface ReductionShape {
  readonly rows: number
  readonly length: number
  /** Whether neighbouring elements of a row, rather than neighbouring rows, lie beside one another. */
  readonly contiguous: boolean
}

const SERIAL_LENGTH = 16
const ENOUGH_GROUPS = 64
const ENOUGH_INVOCATIONS = 8192

/** The variant for rows: enough invocations to fill a device, neighbours reading neighbours. */
export function chooseReduction({ rows, length, contiguous }: ReductionShape, maxThreads: number): ReductionVariant {
  if (length <= SERIAL_LENGTH) return { threads: 1, parts: 1 }
  if (!contiguous && rows >= 32) {
    const parts = length <= 128 ? 1 : Math.min(Math.ceil(length / 64), Math.ceil(ENOUGH_INVOCATIONS / rows))
    return { threads: 1, parts }
  }
  const threads = Math.min(maxThreads, 256, 2 ** Math.ceil(Math.log2(length / 2)))
  const isShort = rows >= ENOUGH_GROUPS || length < 8192
  const parts = isShort ? 1 : Math.min(Math.ceil(length / 2048), Math.ceil((4 * ENOUGH_GROUPS) / rows))
  return { threads, parts }
}

/** Reductions of a region that fold the same rows, and its outputs beside them. */
export function lowerReductions(lowering: Lowering, region: Region): void {
  const { shape, reducedAxes, reductions, inputs } = region
  if (sizeOf(shape) === 0) return lowerEmpty(lowering, region)
  const kept = reducedShape(shape, reducedAxes, false)
  const rows = sizeOf(kept)
  const length = reducedAxes.reduce((product, axis) => product * shape[axis]!, 1)
  const last = reducedAxes.includes(shape.length - 1)
  const contiguous =
    inputs.length === 0 ? last : inputs.some(({ strides }) => reducedAxes.some((axis) => strides[axis] === 1))
  const variant = chooseReduction({ rows, length, contiguous }, lowering.limits.maxThreads)
  const { parts, threads } = variant
  if (parts > 1) {
    const partial = reductions.map(({ value }) => lowering.temporary(lowering.spec(value).dtype, rows * parts))
    emitRows(lowering, region, { targets: partial, parts, threads, round: false })
    for (const [i, reduction] of reductions.entries()) {
      const buffer = partial[i]!
      lowerReductions(lowering, {
        nodes: [],
        shape: [parts, rows],
        inputs: [{ value: buffer, strides: [rows, 1], offset: 0 }],
        program: [{ op: 'load', dtype: lowering.spec(buffer).dtype, input: 0 }],
        outputs: [],
        reducedAxes: [0],
        reductions: [{ ...reduction, register: 0 }],
      })
    }
    return
  }
  const targets = reductions.map(({ value }) => lowering.target(value))
  emitRows(lowering, region, { targets, parts, threads, round: true })
  for (const [i, { value }] of reductions.entries()) {
    const packing = lowering.packing(targets[i]!, value)
    if (packing !== undefined) lowerElementwise(lowering, packing, { inPlace: false })
  }
}

/** Reductions over nothing: 0 or 1. */
function lowerEmpty(lowering: Lowering, { reductions }: Region): void {
  for (const { value, op } of reductions) {
    const { dtype, size } = lowering.spec(value)
    lowerElementwise(
      lowering,
      {
        nodes: [],
        shape: [size],
        inputs: [],
        program: [{ op: 'literal', dtype, value: op === 'prod' ? 1 : 0 }],
        outputs: [{ value, register: 0 }],
        reducedAxes: [],
        reductions: [],
      },
      { inPlace: false },
    )
  }
}

interface RowOptions {
  /** Where the results go: of all rows for the first part, then for the next. */
  readonly targets: readonly BufferId[]
  readonly parts: number
  /** Invocations that share a row. */
  readonly threads: number
  readonly round: boolean
}

function emitRows(lowering: Lowering, region: Region, options: RowOptions): void {
  const { targets, parts, threads } = options
  const { program, inputs, outputs, reductions, reducedAxes } = region
  const needed = neededRegisters(
    program,
    [...outputs, ...reductions].map(({ register }) => register),
  )
  const written = [...outputs.map(({ value }) => value), ...targets]
  const { operands, load, readsScalars } = regionOperands(lowering, region, { needed, written })
  const firstOutput = operands.length - written.length
  const firstTarget = firstOutput + outputs.length
  const indexed = [...needed].filter((register) => program[register]!.op === 'index').sort((a, b) => a - b)
  const whole: Place = { strides: stridesOf(region.shape), offset: 0 }
  const space = new RowSpace(region.shape, reducedAxes, [
    ...inputs,
    ...indexed.map((register) => program[register] as unknown as Place),
    whole,
  ])
  const folds = reductions.map(({ op, register }, i) => new Fold(op, lowering.spec(targets[i]!).dtype, i, register))

  const rows = space.rows
  const length = space.length
  const partLength = Math.ceil(length / parts)
  const loop = [
    `for (var at = begin; at < end; at += ${u32(threads)}) {`,
    ...[
      ...coordinateLines(space.reduced, 'at', 'd'),
      ...programStatements(program, needed, {
        load,
        inputPlaces: space.places.slice(0, inputs.length),
        indexPlaces: new Map(indexed.map((register, i) => [register, space.places[inputs.length + i]!])),
        coordinates: space.coordinates,
      }),
      ...outputs.map(
        ({ register }, i) =>
          `store${firstOutput + i}(${placeExpression(space.places.at(-1)!, space.coordinates)}, r${register});`,
      ),
      ...folds.map((fold) => fold.step()),
    ].map((line) => `  ${line}`),
    '}',
  ]
  const keptRow = parts === 1 ? 'row' : `(row % ${u32(rows)})`
  const bounds =
    parts === 1
      ? [`let begin = ${threads === 1 ? '0u' : 'local'};`, `let end = ${u32(length)};`]
      : [
          `let part = row / ${u32(rows)} * ${u32(partLength)};`,
          `let begin = part${threads === 1 ? '' : ' + local'};`,
          `let end = min(part + ${u32(partLength)}, ${u32(length)});`,
        ]
  const stores = folds.map((fold, i) => `store${firstTarget + i}(row, ${fold.result(options)});`)
  const starts = [...coordinateLines(space.kept, keptRow, 'k'), ...bounds, ...folds.map((fold) => fold.start())]
  const label = `${labelOf(region)}${parts === 1 ? '' : ` in ${parts} parts`}`
  const shared = { label, operands, scalarBytes: readsScalars ? lowering.graph.scalarBytes : 0, inPlace: [] }
  lowering.emit(
    threads === 1
      ? { ...shared, ...serialBody(rows * parts, [...starts, ...loop, ...stores]) }
      : { ...shared, ...groupBody(rows * parts, threads, folds, [...starts, ...loop], stores) },
  )
}

const SERIAL_THREADS = 64

type KernelCode = Pick<Kernel, 'declarations' | 'threads' | 'main' | 'workgroups'>

function serialBody(rows: number, lines: readonly string[]): KernelCode {
  const { workgroups, index } = gridOf(Math.ceil(rows / SERIAL_THREADS))
  const head = [`let row = ${index} * ${SERIAL_THREADS}u + local;`, `if (row >= ${u32(rows)}) { return; }`]
  return { declarations: [], threads: SERIAL_THREADS, main: [...head, ...lines], workgroups }
}

function groupBody(
  rows: number,
  threads: number,
  folds: readonly Fold[],
  lines: readonly string[],
  stores: readonly string[],
): KernelCode {
  const { workgroups, index } = gridOf(rows)
  const body = [
    `let row = ${index};`,
    `if (row >= ${u32(rows)}) { return; }`,
    ...lines,
    ...folds.map((fold) => fold.share()),
    `for (var step = ${u32(threads / 2)}; step > 0u; step >>= 1u) {`,
    '  workgroupBarrier();',
    `  if (local < step) { ${folds.map((fold) => fold.meet()).join(' ')} }`,
    '}',
    `if (local == 0u) { ${stores.join(' ')} }`,
  ]
  const memory = folds.map((fold) => fold.memory(threads))
  return { declarations: memory, threads, main: body, workgroups }
}

/** One reduction as statements on the accumulator `a{i}`. */
class Fold {
  readonly #op: ReductionName
  readonly #dtype: DType
  readonly #i: number
  readonly #register: number

  constructor(op: ReductionName, dtype: DType, i: number, register: number) {
    this.#op = op
    this.#dtype = dtype
    this.#i = i
    this.#register = register
  }

  start(): string {
    const type = numberType(this.#dtype)
    return `var a${this.#i}: ${type} = ${identity(this.#op, this.#dtype)};`
  }

  step(): string {
    return `a${this.#i} = ${combination(this.#op, this.#dtype, `a${this.#i}`, `r${this.#register}`)};`
  }

  memory(threads: number): string {
    return `var<workgroup> shared${this.#i}: array<${numberType(this.#dtype)}, ${threads}>;`
  }

  share(): string {
    return `shared${this.#i}[local] = a${this.#i};`
  }

  meet(): string {
    const memory = `shared${this.#i}`
    return `${memory}[local] = ${combination(this.#op, this.#dtype, `${memory}[local]`, `${memory}[local + step]`)};`
  }

  /** The row's result: the accumulator, or where a tree ended. */
  result({ threads, round }: RowOptions): string {
    const x = threads === 1 ? `a${this.#i}` : `shared${this.#i}[0]`
    return round ? rounded(this.#dtype, x) : x
  }
}

function identity(op: ReductionName, dtype: DType): string {
  if (op === 'max') return extreme(dtype, 'least')
  if (op === 'min') return extreme(dtype, 'largest')
  const x = op === 'sum' ? 0 : 1
  return { f32: `${x}.0`, i32: `${x}`, u32: `${x}u`, bool: 'false' }[numberType(dtype)]
}

function combination(op: ReductionName, dtype: DType, x: string, y: string): string {
  const type = numberType(dtype)
  if (op === 'sum') return `${x} + ${y}`
  if (op === 'prod') return `${x} * ${y}`
  if (type === 'bool') return op === 'max' ? `${x} || ${y}` : `${x} && ${y}`
  return type === 'f32' ? `f_${op}(${x}, ${y})` : `${op}(${x}, ${y})`
}

/** An index space cut into rows: coordinates `k0…` number the rows, `d0…` the elements of one. */
class RowSpace {
  readonly kept: readonly number[]
  readonly reduced: readonly number[]
  readonly rows: number
  readonly length: number
  readonly coordinates: readonly string[]
  readonly places: readonly Place[]

  constructor(shape: readonly number[], axes: readonly number[], places: readonly Place[]) {
    const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
    const along = (which: readonly number[]) =>
      collapse(
        which.map((axis) => shape[axis]!),
        places.map(({ strides, offset }) => ({ strides: which.map((axis) => strides[axis]!), offset })),
      )
    const [outer, inner] = [along(others), along(axes)]
    this.kept = outer.shape
    this.reduced = inner.shape
    this.rows = sizeOf(outer.shape)
    this.length = sizeOf(inner.shape)
    this.coordinates = [...coordinateNames(outer.shape, 'k'), ...coordinateNames(inner.shape, 'd')]
    this.places = places.map(({ offset }, i) => ({
      strides: [...outer.places[i]!.strides, ...inner.places[i]!.strides],
      offset,
    }))
  }
}
