import type { Accelerator, DType, Numerics, TrainerOptions } from '@voltaic/core'

/**
 * What a case is about: 0 lifecycle, 1 data, 2 ops, 3 gradients, 4 the optimizer loop, 5 training, 6 faults.
 */
export type Layer = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** What a case needs of an accelerator. All of it must be declared, else the case is `unsupported`. */
export interface Requirements {
  /** Ops, by the name of a primitive, on the dtype that decides (`decidingDType`). */
  readonly ops?: readonly (readonly [op: string, dtype: DType])[]
  /** Dtypes of which buffers must be able to pass through a graph. */
  readonly dtypes?: readonly DType[]
  /** Promises about values that are hard. */
  readonly numerics?: Partial<Numerics>
  /** Bytes of the largest buffer. */
  readonly bufferBytes?: number
}

/** One thing to find out about an accelerator: a plain value, which knows no test runner. */
export interface ConformanceCase {
  /** Slashes between what it is about and how: `'ops/add/float32/broadcast'`, `'training/mlp/float32'`. */
  readonly id: string
  readonly layer: Layer
  readonly requires: Requirements
  /** Rejects when the accelerator does not do what it should. */
  readonly run: (context: CaseContext) => Promise<void>
}

/** What a case runs with. */
export interface CaseContext {
  /** Set up by the runner; the cases of a run share it. */
  readonly accelerator: Accelerator
  /** A fresh accelerator, which the case itself sets up and tears down. */
  readonly create: () => Accelerator
  /** The oracle, set up. */
  readonly reference: Accelerator
  /** Of this run and this case: the same for both gives the same random numbers. */
  readonly seed: number
  readonly options: CaseOptions
}

/** What a run puts in the place of the default. */
export interface CaseOptions {
  /** Changes the options of every Trainer that a case makes (say, its precision plugin or strategy). */
  readonly trainer?: (options: TrainerOptions) => TrainerOptions
}

/** What a failure is about, as far as it is known. */
export interface FailureDetails {
  readonly op?: string
  /** Of the inputs, printed as `float32[2, 3]`. */
  readonly shapes?: readonly string[]
  readonly dtype?: DType
  readonly seed?: number
  /** The number at the first difference, or what else was expected. */
  readonly expected?: unknown
  readonly got?: unknown
  /** Where results first differ, and by how much. */
  readonly firstDifference?: string
  /** The numbers of the inputs, where they are few. */
  readonly inputs?: readonly (readonly number[])[]
}

/** An accelerator does something else than a case expects. */
export class ConformanceFailure extends Error implements FailureDetails {
  override readonly name: string = 'ConformanceFailure'
  declare readonly op?: string
  declare readonly shapes?: readonly string[]
  declare readonly dtype?: DType
  declare readonly seed?: number
  declare readonly expected?: unknown
  declare readonly got?: unknown
  declare readonly firstDifference?: string
  declare readonly inputs?: readonly (readonly number[])[]

  constructor(message: string, details: FailureDetails = {}) {
    super(message)
    Object.assign(this, details)
  }
}

/**
 * `unsupported`: the accelerator does not declare what the case needs. `unavailable`: there is no device, for the reason
 * given.
 */
export type CaseStatus = 'pass' | 'fail' | 'unsupported' | 'unavailable'

/** What came of one case. */
export interface CaseResult {
  readonly id: string
  readonly layer: Layer
  /** Name of the profile to which the case belongs. */
  readonly profile: string
  readonly status: CaseStatus
  /** Why it did not pass; empty when it did. */
  readonly reason: string
  readonly ms: number
}
