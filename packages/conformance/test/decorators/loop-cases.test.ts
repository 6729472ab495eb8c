import { reference } from '@voltaic/core'
import { describe, expect, test } from 'vitest'
import { loopCases } from '../../src/cases/loop/loop-cases.ts'
import { profilingAccelerator } from '../../src/decorators/profiling-accelerator.ts'
import { undeclaredOpsOf } from '../support/undeclared-ops.ts'

/** Trainings take their time on a machine that has other things to do. */
const patient = { timeout: 30_000 }

// In float64 nothing else is decorated.
const cases = loopCases()
  .filter(({ id }) => !id.endsWith('/float64'))
  .map((one) => [one.id, one] as const)

describe('an accelerator that is recorded keeps the optimizer loop, and each case requires all that it uses', () => {
  test.for(cases)('%s', patient, async ([, one]) => {
    expect(await undeclaredOpsOf(one)).toEqual([])
  })
})

describe('an accelerator that is profiled keeps the optimizer loop', () => {
  test.for(cases)('%s', patient, async ([, one]) => {
    const create = () => profilingAccelerator(reference())
    const [accelerator, oracle] = [create(), reference()]
    await accelerator.setup()
    await oracle.setup()
    await one.run({ accelerator, create, reference: oracle, seed: 1, options: {} })
    expect(accelerator.stats().liveBuffers).toBe(0)
    for (const { runs, compileMs } of accelerator.profile().executables) {
      expect(runs).toBeGreaterThan(0)
      expect(compileMs).toBeGreaterThanOrEqual(0)
    }
  })
})
