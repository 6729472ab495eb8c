import { appendFile } from 'node:fs/promises'
import type { Environment } from './environment.ts'
import type { Row } from './workload.ts'

/** The rows as a Markdown table. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.workload,
    row.system,
    row.precision,
    ...[row.medianMs, row.p10Ms, row.p90Ms, row.minMs].map((ms) => ms.toFixed(3)),
    String(row.samples),
  ])
  const header = ['workload', 'system', 'precision', 'median ms', 'p10', 'p90', 'min', 'samples']
  const rule = header.map((_, column) => (column < 3 ? '---' : '---:'))
  return [header, rule, ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/** One line on where the numbers were taken. */
export function formatEnvironment({ cpu, cores, threads, platform, versions, date }: Environment): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${cpu}, ${cores} cores, ${threads} threads, ${platform}, ${named.join(', ')}, ${date.slice(0, 10)}`
}

/** Appends the rows to `file`, one JSON object a line, each with its environment. */
export async function appendJsonl(file: string, rows: readonly Row[], environment: Environment): Promise<void> {
  await appendFile(file, rows.map((row) => `${JSON.stringify({ ...row, environment })}\n`).join(''))
}
