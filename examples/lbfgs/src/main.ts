import { parseArgs } from 'node:util'
import { chooseBackend } from '@voltaic/example-backends'
import { compare } from './train.ts'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { backend: { type: 'string', default: 'cpu' } } })
  const results = await compare(await chooseBackend(values.backend))
  console.log('                    steps  evaluations     loss')
  for (const [name, { steps, evaluations, loss }] of Object.entries(results)) {
    const numbers = [String(steps).padStart(9), String(evaluations).padStart(13), loss.toExponential(1).padStart(9)]
    console.log(`${name.padEnd(16)}${numbers.join('')}`)
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
