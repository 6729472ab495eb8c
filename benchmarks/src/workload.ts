import type { Budget, Timing } from './measure.ts'

/** The precisions that are measured. */
export type Precision = '32-true' | '16-mixed' | 'bf16-mixed' | 'bf16-true'

/** How one system did under one workload. */
export interface Row extends Timing {
  readonly workload: string
  readonly system: string
  readonly precision: Precision
}

export interface Result {
  readonly rows: readonly Row[]
  /** What the rows mean together, a sentence each. */
  readonly findings: readonly string[]
}

export interface WorkloadOptions {
  readonly threads: number
  readonly budget: Budget
}

/**
 * A thing to measure.
 *
 * @throws Error when a system computes something else than the reference: its speed would be void
 */
export type Workload = (options: WorkloadOptions) => Promise<Result>
