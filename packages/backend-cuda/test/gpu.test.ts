import { runConformance } from '@voltaic/conformance'
import { expect, test } from 'vitest'
import { cuda } from '../src/index.ts'

// The one file that needs a GPU, and the package with its addon. Elsewhere it says why it did not run.
test('conformance on a GPU', { timeout: 600_000 }, async ({ skip }) => {
  const availability = await cuda().isAvailable()
  if (!availability.available) skip(availability.reason)
  const { cases } = await runConformance(() => cuda(), { sample: 0.2 })
  expect(cases.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual([])
})
