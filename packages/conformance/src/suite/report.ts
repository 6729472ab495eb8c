import type { DType } from '@voltaic/core'
import type { CaseResult, CaseStatus } from './case.ts'
import type { ProfileName } from './profiles.ts'

/** Version of the cases: a backend says that it conforms to this suite in a profile. */
export const suiteVersion = '1.0.0'

/** What came of a run. Plain data: it travels as JSON. */
export interface Report {
  /** Name of the accelerator. */
  readonly accelerator: string
  /** What it runs on, in its own words. */
  readonly device: string
  /** Runtime and system. */
  readonly environment: string
  readonly suiteVersion: string
  /** The seed of the run, with which it can be repeated. */
  readonly seed: number
  /** When the run began, ISO 8601. */
  readonly date: string
  /** The profiles that the accelerator claims, or was asked to keep. */
  readonly profiles: readonly ProfileName[]
  /** Dtypes that are computed in a wider one and rounded: right, but no faster. */
  readonly emulated: readonly DType[]
  readonly cases: readonly CaseResult[]
}

/** How many cases ended how. */
export type Counts = Readonly<Record<CaseStatus, number>>

/** Counts the results. */
export function countResults(results: readonly CaseResult[]): Counts {
  const counts = { pass: 0, fail: 0, unsupported: 0, unavailable: 0 }
  for (const { status } of results) counts[status]++
  return counts
}

/** Whether nothing failed and something ran. */
export function passes(report: Report): boolean {
  const { pass, fail } = countResults(report.cases)
  return fail === 0 && pass > 0
}

/** `cpu (WebAssembly): 812 pass, 0 fail, 340 unsupported, 0 unavailable; core-f32, double; suite 1.0.0, seed 7` */
export function summarize(report: Report): string {
  const { pass, fail, unsupported, unavailable } = countResults(report.cases)
  const counts = `${pass} pass, ${fail} fail, ${unsupported} unsupported, ${unavailable} unavailable`
  const { accelerator, device, profiles, seed } = report
  const claimed = profiles.join(', ') || 'no profile'
  return `${accelerator} (${device}): ${counts}; ${claimed}; suite ${report.suiteVersion}, seed ${seed}`
}
