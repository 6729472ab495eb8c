import type { DType } from '@voltaic/core/graph'
import { unitRoundoff } from '../../check/numbers.ts'
import {
  compareTraces,
  type Difference,
  describeDifferences,
  float32Tolerance,
  float64Tolerance,
  type Tolerance,
} from '../../loop/compare-traces.ts'
import { decided } from '../../loop/decisions.ts'
import { recordedTraces } from '../../loop/recorded/recorded.ts'
import { expectedTrace } from '../../loop/recorded-trace.ts'
import { runScenario } from '../../loop/run-scenario.ts'
import type { Scenario } from '../../loop/scenario.ts'
import { loopScenarios } from '../../loop/scenarios/scenarios.ts'
import type { ExpectedTrace } from '../../loop/trace.ts'
import { type CaseContext, type ConformanceCase, ConformanceFailure, type Requirements } from '../../suite/case.ts'
import { trainingRequirements } from '../requires.ts'

/** One case a scenario: its trace is the recorded one, or where there is none that of the reference. */
export function traceCases(dtype: WideDType): ConformanceCase[] {
  return loopScenarios.map((scenario) => ({
    id: `loop/${scenario.name}/${dtype}`,
    layer: 4,
    requires: requirementsOf(scenario, dtype),
    run: (context) => replay(scenario, dtype, context),
  }))
}

type WideDType = 'float32' | 'float64'

const halves = { '16-mixed': 'float16', 'bf16-mixed': 'bfloat16' } as const

/** The half type of a scenario in mixed precision. */
function halfOf({ precision }: Scenario): DType | null {
  return precision === undefined ? null : halves[precision.name]
}

/** Mixed precision leaves float64 alone, but asks for its half type all the same. */
function requirementsOf(scenario: Scenario, dtype: WideDType): Requirements {
  const half = halfOf(scenario)
  if (half === null) return trainingRequirements({ dtype })
  if (dtype === 'float32') return trainingRequirements({ dtype: half, isMixed: true })
  const { dtypes = [], ops = [] } = trainingRequirements({ dtype })
  return { ops, dtypes: [...dtypes, half] }
}

async function replay(
  scenario: Scenario,
  dtype: WideDType,
  { accelerator, reference, options }: CaseContext,
): Promise<void> {
  const recorded = recordedTraces[scenario.name]
  const expected: ExpectedTrace =
    recorded === undefined
      ? await runScenario(scenario, reference, { dtype })
      : decided(expectedTrace(recorded), scenario)
  const got = await runScenario(scenario, accelerator, { dtype, ...options })
  const tolerance = await toleranceOf(scenario, dtype, reference)
  checkAlike(scenario.name, dtype, compareTraces(expected, got, tolerance))
}

/** A search magnifies every rounding: there a start that is a rounding away shows by how much. */
async function toleranceOf(
  scenario: Scenario,
  dtype: WideDType,
  reference: CaseContext['reference'],
): Promise<Tolerance> {
  // In float64 nothing is rounded to the half type.
  const lowest = dtype === 'float64' ? dtype : (halfOf(scenario) ?? dtype)
  const tolerance = traceTolerances[lowest]!
  if (scenario.optimizers.every(({ type }) => type !== 'LBFGS')) return tolerance
  const rounding = unitRoundoff(lowest)
  const nearby = [
    await runScenario(scenario, reference, { dtype, shift: rounding }),
    await runScenario(scenario, reference, { dtype, shift: -rounding }),
  ]
  return { ...tolerance, nearby }
}

/** By the lowest dtype in which anything is computed. */
const traceTolerances: Readonly<Partial<Record<DType, Tolerance>>> = {
  float64: float64Tolerance,
  float32: float32Tolerance,
  float16: { numbers: 2 ** -7, metrics: 2 ** -7 },
  bfloat16: { numbers: 2 ** -4, metrics: 2 ** -4 },
}

function checkAlike(name: string, dtype: WideDType, differences: readonly Difference[]): void {
  const [first] = differences
  if (first === undefined) return
  throw new ConformanceFailure(
    `${name}: the run is not the recorded one, got ${differences.length} difference(s)\n${describeDifferences(differences)}`,
    { dtype, expected: first.expected, got: first.got, firstDifference: first.where },
  )
}
