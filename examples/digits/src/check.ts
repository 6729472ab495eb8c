// `pnpm check`: each model, in both modes, on each backend, trained briefly. Both modes must read every digit alike.
import { backends, chooseBackend } from '@voltaic/example-backends'
import { modes, networks } from './models.ts'
import { quick, train } from './train.ts'

const leastAccuracy = 0.8

for (const backend of namesOf(backends)) {
  for (const model of namesOf(networks)) {
    const readings = new Set<string>()
    for (const mode of namesOf(modes)) {
      const accelerator = await chooseBackend(backend)
      const result = await train({ ...quick, accelerator, model, mode, seed: 1 })
      const name = `${backend} ${model} ${mode}`
      console.log(`${name}: test accuracy ${result.accuracy.toFixed(3)}`)
      if (result.accuracy < leastAccuracy)
        fail(`${name}: accuracy is at least ${leastAccuracy}, got ${result.accuracy}`)
      readings.add(result.readings.join())
    }
    if (readings.size > 1) fail(`${backend} ${model}: the modes differ in what they read`)
  }
}

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[]
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
