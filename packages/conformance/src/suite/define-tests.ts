import type { Accelerator } from '@voltaic/core'
import type { Layer } from './case.ts'
import { commandFor } from './format-failure.ts'
import { type ConformanceOptions, ConformanceSession, type PlannedCase } from './session.ts'

/** What a test runner has to offer: vitest, and what has its functions. */
export interface TestFunctions {
  readonly describe: (name: string, define: () => void) => void
  readonly test: (name: string, run: (context: TestContext) => Promise<void>, timeout: number) => void
  readonly beforeAll: (run: () => Promise<void>) => void
  readonly afterAll: (run: () => Promise<void>) => void
}

/** What a test is called with. */
export interface TestContext {
  skip(reason: string): void
}

const layerNames: Readonly<Record<Layer, string>> = {
  0: 'lifecycle',
  1: 'data',
  2: 'ops',
  3: 'gradients',
  4: 'the optimizer loop',
  5: 'training',
  6: 'faults',
}

/**
 * Defines a test for every case that the accelerator declares, and one that is skipped and names what it does not. Without a
 * device all are skipped, with the reason. The seed is part of the names.
 */
export function defineConformanceTests(
  { describe, test, beforeAll, afterAll }: TestFunctions,
  create: () => Accelerator,
  options: ConformanceOptions = {},
): void {
  const session = new ConformanceSession(create, options)
  const { accelerator, plan, seed, profiles } = session
  const { timeout = 120_000 } = options
  let unavailable: string | null = null

  const defineCase = (planned: PlannedCase): void => {
    const { id } = planned.case
    test(
      id,
      async (context) => {
        if (unavailable !== null) return context.skip(unavailable)
        const { status, reason } = await session.run(planned)
        if (status === 'fail') throw new Error(`${reason}\n  again: ${commandFor(id, seed)}`)
      },
      timeout + 1000,
    )
  }

  describe(`conformance of ${accelerator.name}: ${profiles.join(', ') || 'no profile'}; seed ${seed}`, () => {
    beforeAll(async () => {
      unavailable = (await session.open()).unavailable
    })
    afterAll(async () => {
      if (unavailable === null) await session.close()
    })
    for (const [layer, name] of Object.entries(layerNames)) {
      const cases = plan.filter((planned) => planned.case.layer === Number(layer) && !isUndeclared(planned))
      if (cases.length > 0) describe(name, () => cases.forEach(defineCase))
    }
    const undeclared = plan.filter(isUndeclared)
    if (undeclared.length > 0) {
      const what = undeclared.length === 1 ? '1 case needs' : `${undeclared.length} cases need`
      const missing = [...new Set(undeclared.flatMap(({ unsupported }) => unsupported!.split(', ')))]
      const reason = `not declared: ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ', …' : ''}`
      test(`${what} what is not declared`, async (context) => context.skip(reason), timeout)
    }
  })
}

function isUndeclared({ unsupported, isPromised }: PlannedCase): boolean {
  return unsupported !== null && !isPromised
}
