// `pnpm check`: both modes on each backend, trained briefly. The points must lie in clusters, and in all of them.
import { backends, chooseBackend } from '@voltaic/example-backends'
import { modes } from './models.ts'
import { coverageOf } from './ring.ts'
import { quick, train } from './train.ts'

// Points anywhere on the circle: 0.38. An untrained generator: 0.
const leastNear = 0.5
const leastInCluster = 16

for (const backend of namesOf(backends)) {
  for (const mode of namesOf(modes)) {
    const accelerator = await chooseBackend(backend)
    const { made, losses } = await train({ accelerator, mode, ...quick, seed: 1 })
    const { near, counts } = coverageOf(made)
    const name = `${backend} ${mode}`
    console.log(`${name}: ${(100 * near).toFixed(0)} % of the points in a cluster; by cluster: ${counts.join(' ')}`)
    if (near < leastNear) fail(`${name}: the share of points in a cluster is at least ${leastNear}, got ${near}`)
    if (Math.min(...counts) < leastInCluster) {
      fail(`${name}: each cluster has at least ${leastInCluster} points, got ${counts.join(' ')}`)
    }
    const finite = Object.values(losses).filter(Number.isFinite).length
    if (finite !== 2) fail(`${name}: both losses are finite, got ${JSON.stringify(losses)}`)
  }
}

const untrained = await train({ accelerator: await chooseBackend('reference'), mode: 'manual', epochs: 0, seed: 1 })
const { near } = coverageOf(untrained.made)
if (near >= leastNear) fail(`an untrained generator makes points anywhere, got ${near} of them in a cluster`)

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[]
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
