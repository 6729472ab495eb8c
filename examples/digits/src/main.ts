import { chooseBackend } from '@voltaic/example-backends'
import { readArguments } from './arguments.ts'
import { formatReport } from './report.ts'
import { train } from './train.ts'

async function main(): Promise<void> {
  const { backend, allowCpu, threads, ...options } = readArguments()
  const accelerator = await chooseBackend(backend, { allowCpu, ...(threads === undefined ? {} : { threads }) })
  const result = await train({ ...options, accelerator })
  console.log(`\n${await formatReport(result)}\n`)
  console.log(`test accuracy ${result.accuracy.toFixed(3)}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
