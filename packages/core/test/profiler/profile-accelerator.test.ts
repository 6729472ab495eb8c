import { expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { profileAccelerator } from '../../src/profiler/profile-accelerator.ts'
import { Profiler } from '../../src/profiler/profiler.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test('a fit on a profiled accelerator learns what it learns without, and every run is counted', async () => {
  const profiler = new Profiler()
  const inner = reference()
  const accelerator = profileAccelerator(inner, profiler)
  const [module, other] = [new Regression(), new Regression()]
  await quietTrainer({ accelerator, maxEpochs: 2 }).fit(module, { train: batches(4) })
  await quietTrainer({ maxEpochs: 2 }).fit(other, { train: batches(4) })
  expect(await module.numbers()).toEqual(await other.numbers())

  const of = (kind: string) => profiler.summary().filter((action) => action.kind === kind)
  const { compiles, executions } = inner.stats()
  expect(of('compile')).toHaveLength(compiles)
  expect(of('executable').reduce((sum, { count }) => sum + count, 0)).toBe(executions)
  expect(of('executable')[0]!.name).toMatch(/^graph \d+: \d+ nodes, \d matmul$/)
  expect(of('transfer').map(({ name }) => name)).toContain('upload')
})
