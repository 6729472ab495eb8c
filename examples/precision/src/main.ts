import { parseArgs } from 'node:util'
import type { PrecisionName } from '@voltaic/core'
import { choice, chooseBackend, precisions } from '@voltaic/example-backends'
import { meanOf, type Run, runs } from './runs.ts'

const compared: readonly PrecisionName[] = ['32-true', '16-mixed', 'bf16-mixed']

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'cpu' },
      model: { type: 'string', multiple: true, default: Object.keys(runs) },
      precision: { type: 'string', multiple: true, default: compared as string[] },
    },
  })
  const names = values.model.map((name) => choice('--model', name, runs))
  const chosen = values.precision.map((name) => choice('--precision', name, precisions))
  const rows: string[] = []
  for (const name of names) {
    for (const precision of chosen) {
      const accelerator = await chooseBackend(values.backend)
      rows.push(formatRow(name, precision, await runs[name]!({ accelerator, precision })))
    }
  }
  console.log(
    '\n| model | precision | mean loss of 50 steps | accuracy | ms a batch |\n| --- | --- | --- | --- | --- |',
  )
  for (const row of rows) console.log(row)
}

function formatRow(name: string, precision: PrecisionName, { losses, accuracy, millisecondsPerBatch }: Run): string {
  const share = accuracy === null ? '' : `${(100 * accuracy).toFixed(1)} %`
  const cells = [name, precision, meanOf(losses, 50).toFixed(4), share, millisecondsPerBatch.toFixed(1)]
  return `| ${cells.join(' | ')} |`
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
