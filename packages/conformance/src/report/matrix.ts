import type { DType } from '@voltaic/core'
import { dtypes } from '@voltaic/core/graph'
import type { CaseResult, CaseStatus } from '../suite/case.ts'
import type { Report } from '../suite/report.ts'

/** What is known of one op on one dtype. */
export interface Cell {
  readonly status: CaseStatus
  /** Why it does not pass; empty when it does. */
  readonly reason: string
  /** How many cases there were. */
  readonly cases: number
}

/** Ops by dtypes, as one report has them. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<DType, Cell>>

const order: readonly CaseStatus[] = ['fail', 'unavailable', 'pass', 'unsupported']
const known: ReadonlySet<string> = new Set(dtypes)

/** The cells of a report: of the cases `ops/<op>/<dtype>/…` and `gradients/<op>/<dtype>`, the worst that ran. */
export function matrixOf({ cases }: Pick<Report, 'cases'>): Matrix {
  const matrix = new Map<string, Map<DType, Cell>>()
  for (const result of cases) {
    const [subject, op, dtype] = result.id.split('/')
    if ((subject !== 'ops' && subject !== 'gradients') || !known.has(dtype!) || op === 'undeclared') continue
    const row = matrix.get(op!) ?? new Map<DType, Cell>()
    matrix.set(op!, row)
    row.set(dtype as DType, joined(row.get(dtype as DType), result))
  }
  return matrix
}

function joined(before: Cell | undefined, { status, reason, id }: CaseResult): Cell {
  const cases = (before?.cases ?? 0) + 1
  if (before !== undefined && order.indexOf(before.status) <= order.indexOf(status)) return { ...before, cases }
  return { status, reason: status === 'pass' ? '' : `${id}: ${reason}`, cases }
}

/** Every op of `matrices`, each once, in the order found. */
export function opsOf(matrices: readonly Matrix[]): string[] {
  return [...new Set(matrices.flatMap((matrix) => [...matrix.keys()]))]
}
