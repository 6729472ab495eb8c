import type { Accelerator, DType } from '@voltaic/core'
import { dtypes } from '@voltaic/core/graph'
import type { CaseResult } from './case.ts'
import { type Report, suiteVersion } from './report.ts'
import { type ConformanceOptions, ConformanceSession } from './session.ts'

export interface RunConformanceOptions extends ConformanceOptions {
  /** Called after each case; `done` of `total` are over. */
  readonly onResult?: (result: CaseResult, progress: { readonly done: number; readonly total: number }) => void
  /** Results of an earlier run with the same seed, which are taken over: how a long run goes on. */
  readonly completed?: readonly CaseResult[]
  /** Runtime and system, for the report. Default: what the browser says of itself. */
  readonly environment?: string
}

/**
 * Finds out whether accelerators of `create` do what the contract demands. Runs in any program and any page.
 *
 * @throws MisconfigurationError when options name profiles, cases or known failures that there are not
 */
export async function runConformance(create: () => Accelerator, options: RunConformanceOptions = {}): Promise<Report> {
  const { onResult, completed = [], environment = ownEnvironment() } = options
  const date = new Date().toISOString()
  const session = await ConformanceSession.prepare(create, options)
  const { plan, accelerator, seed, profiles } = session
  const before = new Map(completed.map((result) => [result.id, result]))
  const { device, unavailable } = await session.open()
  const cases: CaseResult[] = []
  try {
    for (const planned of plan) {
      const { id, layer } = planned.case
      const result =
        unavailable === null
          ? (before.get(id) ?? (await session.run(planned)))
          : ({ id, layer, profile: planned.profile, status: 'unavailable', reason: unavailable, ms: 0 } as const)
      cases.push(result)
      onResult?.(result, { done: cases.length, total: plan.length })
    }
  } finally {
    if (unavailable === null) await session.close()
  }
  const emulated = emulatedBy(accelerator)
  return { accelerator: accelerator.name, device, environment, suiteVersion, seed, date, profiles, emulated, cases }
}

/** Of addition the backend says best how it computes in a dtype. */
function emulatedBy({ capabilities }: Accelerator): DType[] {
  return dtypes.filter((dtype) => capabilities.supports('add', dtype) === 'emulated')
}

function ownEnvironment(): string {
  return typeof navigator === 'undefined' ? 'unknown' : navigator.userAgent
}
