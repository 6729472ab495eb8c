import { formatNumber } from '../check/compare.ts'
import { ConformanceFailure } from './case.ts'

/**
 * What went wrong, in words: the error; and of a `ConformanceFailure` op, shapes, dtype, inputs, what was expected, what
 * came, and where results first differ.
 */
export function formatFailure(error: unknown): string {
  if (!(error instanceof ConformanceFailure)) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  const { op, shapes, dtype, inputs, expected, got, firstDifference, seed } = error
  const lines = [
    op === undefined ? '' : `op: ${op}(${(shapes ?? []).join(', ')})`,
    dtype === undefined ? '' : `dtype: ${dtype}`,
    inputs === undefined
      ? ''
      : `inputs: ${inputs.map((numbers) => `[${numbers.map(formatNumber).join(', ')}]`).join(', ')}`,
    expected === undefined ? '' : `expected: ${formatAny(expected)}`,
    got === undefined ? '' : `got: ${formatAny(got)}`,
    firstDifference === undefined ? '' : `first difference: ${firstDifference}`,
    seed === undefined ? '' : `seed: ${seed}`,
  ]
  return [error.message, ...lines.filter((line) => line !== '').map((line) => `  ${line}`)].join('\n')
}

function formatAny(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value)
  if (ArrayBuffer.isView(value)) return formatAny(Array.from(value as unknown as ArrayLike<number>))
  if (Array.isArray(value)) return `[${value.map(formatAny).join(', ')}]`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The command that runs just one case again. */
export function commandFor(id: string, seed: number, command = 'npx voltaic-conformance <module>'): string {
  return `${command} --case ${id} --seed ${seed}`
}
