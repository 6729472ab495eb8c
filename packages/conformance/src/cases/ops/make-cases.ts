import { DTypeError } from '@voltaic/core'
import { type DType, dtypes, isFloat } from '@voltaic/core/graph'
import { type Expectation, expectLikeReference, expectNumbers } from '../../check/expect.ts'
import { rounded } from '../../check/numbers.ts'
import { type Layout, leaf, Operands } from '../../check/operands.ts'
import type { CaseContext, ConformanceCase, Requirements } from '../../suite/case.ts'
import { requirementsOf } from '../../suite/requirements.ts'
import type { ToleranceKind } from '../../suite/tolerances.ts'
import { onEdges } from './edges.ts'
import { type Example, leafMaker, type OpCases } from './op-cases.ts'
import { ordinaryRows, type Row, specialRows, subnormalRows } from './points.ts'

/** The cases of one op, on every dtype that it takes. */
export function casesOfOp(name: string, table: OpCases | readonly OpCases[]): ConformanceCase[] {
  const entries = Array.isArray(table) ? (table as readonly OpCases[]) : [table as OpCases]
  return entries.flatMap((entry) => dtypesOf(name, entry).flatMap((dtype) => casesOn(name, entry, dtype)))
}

/** The dtypes that an op takes: those on which recording a use of it is not refused. */
export function dtypesOf(name: string, entry: OpCases): readonly DType[] {
  return entry.dtypes ?? dtypes.filter((dtype) => takes(name, entry, dtype))
}

function takes(name: string, { uses }: OpCases, dtype: DType): boolean {
  try {
    uses(new Operands(0, name, { layout: 'specs' }), dtype)
      [Symbol.iterator]()
      .next()
    return true
  } catch (error) {
    // Dtypes that differ, say, would be a mistake of the case.
    if (error instanceof DTypeError && error.message.includes(': takes ')) return false
    throw error
  }
}

function casesOn(name: string, entry: OpCases, dtype: DType): ConformanceCase[] {
  const { variant, movesBits = false } = entry
  const prefix = ['ops', name, dtype, ...(variant === undefined ? [] : [variant])].join('/')
  const ieee: Requirements = movesBits ? {} : { numerics: { nonFinite: 'ieee' } }
  const literal = (id: string, uses: () => readonly Use[], extra: Requirements = {}) =>
    literalCase(`${prefix}/${id}`, uses, extra)
  return [
    ...literal('values', () => [...pointUses(entry, dtype, ordinaryRows), ...exampleUses(entry, dtype, 'examples')]),
    ...literal(
      'non-finite',
      () => [...pointUses(entry, dtype, specialRows, true), ...exampleUses(entry, dtype, 'specials', true)],
      ieee,
    ),
    ...literal('subnormal', () => pointUses(entry, dtype, subnormalRows), { numerics: { subnormals: 'keep' } }),
    ...edgeCase(`${prefix}/edges`, entry, dtype),
    drawnCase(`${prefix}/random`, entry, dtype, 'plain'),
    drawnCase(`${prefix}/views`, entry, dtype, 'views'),
  ]
}

type Use = Example & { readonly kind: ToleranceKind; readonly signedZeros: boolean }

/** All rows as one use, on vectors. */
function pointUses(
  { pointwise, kind }: OpCases,
  dtype: DType,
  rowsOf: (points: (OpCases['pointwise'] & object)['points'], dtype: DType) => Row[],
  signedZeros = false,
): Use[] {
  if (pointwise === undefined) return []
  const rows = rowsOf(pointwise.points, dtype)
  if (rows.length === 0) return []
  const operands = Array.from({ length: rows[0]!.length - 1 }, (_, i) =>
    leaf(
      rows.map((row) => row[i]!),
      undefined,
      dtype,
    ),
  )
  const output = pointwise.apply(...operands)
  return [{ outputs: [output], expected: [rows.map((row) => row.at(-1)!)], kind, signedZeros }]
}

function exampleUses(entry: OpCases, dtype: DType, which: 'examples' | 'specials', signedZeros = false): Use[] {
  const uses = entry[which]?.(leafMaker(dtype), dtype) ?? []
  return uses.map((use) => ({ kind: entry.kind, ...use, signedZeros }))
}

/** Literal numbers: none where there are no uses. */
function literalCase(id: string, uses: () => readonly Use[], extra: Requirements): ConformanceCase[] {
  const outputs = uses().flatMap((use) => use.outputs)
  if (outputs.length === 0) return []
  const run = async (context: CaseContext) => expectNumbers(context, uses().flatMap(expectationsOf))
  return [{ id, layer: 2, requires: { ...requirementsOf(outputs), ...extra }, run }]
}

function expectationsOf({ outputs, expected, kind, signedZeros }: Use): Expectation[] {
  return outputs.map((output, i) => {
    const { dtype } = output.spec
    // Indices beside values, and what an op of bits makes of floats, are exact.
    const numbers = expected[i]!.map((x) => rounded(dtype, x))
    return { output, expected: numbers, comparison: { kind, signedZeros } }
  })
}

/** All combinations of numbers at which ops go wrong, against the reference. */
function edgeCase(id: string, { kind, pointwise, movesBits = false }: OpCases, dtype: DType): ConformanceCase[] {
  if (pointwise === undefined) return []
  const { apply, points } = pointwise
  const [row] = [...ordinaryRows(points, dtype), ...specialRows(points, dtype)]
  if (row === undefined) return []
  const output = () => onEdges(apply, row.length - 1, dtype)
  const asks: Requirements = isFloat(dtype) && !movesBits ? { numerics: { nonFinite: 'ieee' } } : {}
  const run = (context: CaseContext) => expectLikeReference(context, [output()], { kind })
  return [{ id, layer: 2, requires: { ...requirementsOf([output()]), ...asks }, run }]
}

/** Drawn numbers and shapes against the reference. */
function drawnCase(id: string, { kind, uses }: OpCases, dtype: DType, layout: Layout): ConformanceCase {
  const record = (seed: number, as: Layout) => [...uses(new Operands(seed, id, { layout: as }), dtype)].flat()
  // Which ops there are in views depends on what is drawn: all that may be.
  const requires = requirementsOf(record(0, 'specs'), layout === 'views' ? viewOps : [])
  const run = async (context: CaseContext) => {
    await expectLikeReference(context, record(context.seed, layout), { kind })
  }
  return { id, layer: 2, requires, run }
}

const viewOps = ['permute', 'slice', 'flip', 'reshape', 'broadcastTo']
