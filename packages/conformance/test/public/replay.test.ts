import {
  compareTraces,
  decided,
  describeDifferences,
  expectedTrace,
  float64Tolerance,
  loopScenarios,
  recordedTraces,
  runScenario,
  type Scenario,
  type Tolerance,
} from '@voltaic/conformance'
import { reference } from '@voltaic/core'
import { expect, test } from 'vitest'

const recorded = loopScenarios.filter(({ name }) => name in recordedTraces)

test('every recorded trace has its scenario, under a name of its own', () => {
  expect(recorded.map(({ name }) => name).sort()).toEqual(Object.keys(recordedTraces).sort())
  expect(new Set(loopScenarios.map(({ name }) => name)).size).toBe(loopScenarios.length)
})

test.for(recorded.map((scenario) => [scenario.name, scenario] as const))('%s', async ([name, scenario]) => {
  const expected = decided(expectedTrace(recordedTraces[name]!), scenario)
  const got = await runScenario(scenario, reference())
  expect(describeDifferences(compareTraces(expected, got, await toleranceOf(scenario)))).toBe('')
})

/** A search magnifies every rounding: there a start that is a rounding away shows by how much. */
async function toleranceOf(scenario: Scenario): Promise<Tolerance> {
  if (scenario.optimizers.every(({ type }) => type !== 'LBFGS')) return float64Tolerance
  const nearby = [2 ** -53, -(2 ** -53)].map((shift) => runScenario(scenario, reference(), { shift }))
  return { ...float64Tolerance, nearby: await Promise.all(nearby) }
}
