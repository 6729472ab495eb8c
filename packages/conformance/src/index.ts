export { randomOutputs } from './cases/graphs/random-graph.ts'
export {
  type DeviceProfile,
  type ExecutableProfile,
  formatProfile,
  type ProfilingAccelerator,
  type ProfilingOptions,
  profilingAccelerator,
  type TransferProfile,
} from './decorators/profiling-accelerator.ts'
export {
  type AcceleratorCall,
  formatCall,
  type RecordingAccelerator,
  recordingAccelerator,
} from './decorators/recording-accelerator.ts'
export {
  compareTraces,
  type Difference,
  describeDifferences,
  float32Tolerance,
  float64Tolerance,
  type Tolerance,
} from './loop/compare-traces.ts'
export { type Decision, decided, decisions } from './loop/decisions.ts'
export { recordedTraces } from './loop/recorded/recorded.ts'
export { errorName, expectedTrace, type RecordedTrace } from './loop/recorded-trace.ts'
export { type RunOptions, runScenario } from './loop/run-scenario.ts'
export type { Scenario } from './loop/scenario.ts'
export { loopScenarios } from './loop/scenarios/scenarios.ts'
export type { ExpectedTrace, FinalState, Trace, TracedStep } from './loop/trace.ts'
export { formatHtml } from './report/html.ts'
export { formatMarkdown, type Origin } from './report/markdown.ts'
export {
  type CaseContext,
  type CaseOptions,
  type CaseResult,
  type CaseStatus,
  type ConformanceCase,
  ConformanceFailure,
  type FailureDetails,
  type Layer,
  type Requirements,
} from './suite/case.ts'
export { conformanceCases } from './suite/cases.ts'
export { defineConformanceTests, type TestContext, type TestFunctions } from './suite/define-tests.ts'
export type { KnownFailure } from './suite/known-failures.ts'
export { claimedProfiles, type Profile, type ProfileName, profiles, profilesOf } from './suite/profiles.ts'
export { type Counts, countResults, passes, type Report, suiteVersion, summarize } from './suite/report.ts'
export { type RunConformanceOptions, runConformance } from './suite/run-conformance.ts'
export type { ConformanceOptions } from './suite/session.ts'
export {
  allowedError,
  type Bound,
  type Tolerance as OpTolerance,
  type ToleranceKind,
  tolerances,
} from './suite/tolerances.ts'
