import { cpu } from '@voltaic/backend-cpu'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { meanOf, type Run, runs } from '../src/runs.ts'

const minute = 60_000

describe.for(Object.entries(runs))('%s', ([, run]) => {
  let whole: Run

  beforeAll(async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {})
    whole = await run({ accelerator: cpu(), precision: '32-true' })
    vi.restoreAllMocks()
  }, minute)

  test.for(['16-mixed', 'bf16-mixed'] as const)(
    '%s follows float32 on the CPU, in other bits',
    { timeout: 2 * minute },
    async (precision) => {
      for (const method of ['log', 'info'] as const) vi.spyOn(console, method).mockImplementation(() => {})
      onTestFinished(() => void vi.restoreAllMocks())
      const { losses, accuracy } = await run({ accelerator: cpu(), precision })
      // The scale is found within a few steps.
      expect(losses.length).toBeGreaterThan(whole.losses.length - 8)
      expect(Math.abs(meanOf(losses, 50) / meanOf(whole.losses, 50) - 1)).toBeLessThan(0.02)
      expect(losses.slice(0, 50)).not.toEqual(whole.losses.slice(0, 50))
      if (whole.accuracy !== null) expect(Math.abs(accuracy! - whole.accuracy)).toBeLessThanOrEqual(0.01)
    },
  )
})
