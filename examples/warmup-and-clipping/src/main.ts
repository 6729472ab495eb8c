import { parseArgs } from 'node:util'
import { chooseBackend } from '@voltaic/example-backends'
import { overrides } from './overrides.ts'
import type { Update } from './recorded.ts'
import { train } from './train.ts'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { backend: { type: 'string', default: 'cpu' } } })
  const accelerator = await chooseBackend(values.backend)
  for (const name of Object.keys(overrides) as (keyof typeof overrides)[]) {
    const records = await train(accelerator, name)
    console.log(`\n${name}`)
    console.log('batch   A: steps   rate   norm  clipped   B: steps   rate   norm  clipped')
    for (const [batch, [a, b]] of records.entries()) console.log(`${String(batch).padStart(5)}${format(a)}${format(b)}`)
  }
}

function format({ lr, norm, clipped, stepCount }: Update): string {
  const numbers = [lr.toFixed(2), norm?.toFixed(2) ?? '–', clipped.toFixed(2)]
  const [rate, before, after] = numbers as [string, string, string]
  return `${String(stepCount).padStart(11)}${rate.padStart(7)}${before.padStart(7)}${after.padStart(9)}`
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
