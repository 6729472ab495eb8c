export {
  compareTraces,
  type Difference,
  describeDifferences,
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
