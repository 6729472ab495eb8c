import { parseArgs } from 'node:util'
import { choice, chooseBackend, precisions } from '@voltaic/example-backends'
import { modes } from './models.ts'
import { coverageOf } from './ring.ts'
import { drawPoints, sideBySide } from './terminal.ts'
import { quick, train } from './train.ts'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'cpu' },
      'allow-cpu': { type: 'boolean', default: false },
      mode: { type: 'string', default: 'manual' },
      precision: { type: 'string', default: '32-true' },
      epochs: { type: 'string', default: '120' },
      seed: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
    },
  })
  const { made, real } = await train({
    accelerator: await chooseBackend(values.backend, { allowCpu: values['allow-cpu'] }),
    precision: choice('--precision', values.precision, precisions),
    mode: choice('--mode', values.mode, modes),
    epochs: values.quick ? quick.epochs : Number(values.epochs),
    seed: Number(values.seed),
  })
  const { near, counts } = coverageOf(made)
  console.log(`\n${sideBySide({ real: drawPoints(real), made: drawPoints(made) })}\n`)
  console.log(`${(100 * near).toFixed(0)} % of the points are in a cluster; by cluster: ${counts.join(' ')}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
