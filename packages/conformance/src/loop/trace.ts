/**
 * What happened in a run of a scenario. Plain values: a trace can be written as JSON. Numbers of a step that failed are lost
 * with it: `?` in events, NaN in steps.
 */
export interface Trace {
  /** In their order, `name` or `name[batchIdx] field=value …`. */
  readonly events: readonly string[]
  /** One for each step of a real optimizer. */
  readonly steps: readonly TracedStep[]
  /** Null after an error. */
  readonly final: FinalState | null
  /** What actions noted beside events: for `notesFlags`, which parameters learned. */
  readonly extra: readonly unknown[]
  /** Categories of what was warned about, sorted, each once. */
  readonly warnings: readonly string[]
  /** The class of the error that ended the run. */
  readonly error: string | null
  /** What the error said. */
  readonly message?: string
}

/** A real optimizer right after its step. Numbers are flat, parameters in the order of its groups. */
export interface TracedStep {
  readonly opt: string
  /** Of each group, as of the end of the step. */
  readonly lr: readonly number[]
  /** What the step returned. */
  readonly ret: number | null
  readonly params: readonly (readonly number[])[]
  readonly grads: readonly (readonly number[] | null)[]
}

/** A run at its end. */
export interface FinalState {
  readonly globalStep: number
  readonly currentEpoch: number
  /** By their names in `stateDict`. */
  readonly params: Readonly<Record<string, readonly number[]>>
  readonly callbackMetrics: Readonly<Record<string, number>>
  readonly loggedMetrics: Readonly<Record<string, number>>
}

/** A trace as far as it is known: what is not there is not compared, and `?` in an event stands for any number. */
export interface ExpectedTrace {
  readonly events: readonly string[]
  readonly steps?: readonly ExpectedStep[]
  readonly final?: Partial<FinalState> | null
  readonly extra?: readonly unknown[]
  readonly warnings?: readonly string[]
  readonly error: string | null
  /** Whether events and steps are the beginning of the run, and not all of it. */
  readonly goesOn?: boolean
}

/** A step as far as it is known. */
export type ExpectedStep = Pick<TracedStep, 'opt'> & { readonly [K in keyof TracedStep]?: TracedStep[K] | undefined }
