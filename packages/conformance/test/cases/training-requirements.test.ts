import { expect, test } from 'vitest'
import { trainingCases } from '../../src/cases/training/training-cases.ts'
import { undeclaredOpsOf } from '../support/undeclared-ops.ts'

// Those that train longer do so in the same way.
const cases = trainingCases()
  .filter(({ id }) => /loss-curve|restored|epochs-are-alike/.test(id))
  .map((one) => [one.id, one] as const)

test.for(cases)('%s requires all that it uses', { timeout: 30_000 }, async ([, one]) => {
  expect(await undeclaredOpsOf(one)).toEqual([])
})
