import { reference } from '@voltaic/core'
import { describe, expect, test } from 'vitest'
import {
  compareTraces,
  decided,
  decisions,
  describeDifferences,
  type ExpectedTrace,
  expectedTrace,
  float64Tolerance,
  loopScenarios,
  recordedTraces,
  runScenario,
  type Scenario,
  type Trace,
} from '../../src/index.ts'

const trace: Trace = {
  events: ['opt.step>', 'trainingStep[0] gs=0 loss=0.25', 'opt.step<', 'sched.step(0.5)'],
  steps: [{ opt: 'opt', lr: [0.1], ret: 0.25, params: [[1, 2], [3]], grads: [[0.5, 0.25], null] }],
  final: {
    globalStep: 1,
    currentEpoch: 1,
    params: { 'net.weight': [1, 2] },
    callbackMetrics: { loss: 0.25 },
    loggedMetrics: {},
  },
  extra: [],
  warnings: ['UserWarning'],
  error: null,
}

const step = trace.steps[0]!
const final = trace.final!

test('a trace is like itself', () => {
  expect(compareTraces(trace, trace)).toEqual([])
})

describe('a difference is found', () => {
  const changes: readonly [what: string, changed: Partial<Trace>, where: string][] = [
    ['in the order of events', { events: [trace.events[1]!, trace.events[0]!, ...trace.events.slice(2)] }, 'events[0]'],
    ['in an event that is missing', { events: trace.events.slice(0, 3) }, 'events[3]'],
    ['in an event too many', { events: [...trace.events, 'opt.zeroGrad'] }, 'events.length'],
    ['in a loss', { events: trace.events.map((event) => event.replace('0.25', '0.250000001')) }, 'events[1] number 2'],
    ['in a counter', { events: trace.events.map((event) => event.replace('gs=0', 'gs=1')) }, 'events[1] number 1'],
    [
      'in the metric of a scheduler',
      { events: [...trace.events.slice(0, 3), 'sched.step(0.6)'] },
      'events[3] number 0',
    ],
    ['in a scheduler without its metric', { events: [...trace.events.slice(0, 3), 'sched.step()'] }, 'events[3]'],
    ['in the optimizer of a step', { steps: [{ ...step, opt: 'other' }] }, 'steps[0].opt'],
    ['in a rate', { steps: [{ ...step, lr: [0.2] }] }, 'steps[0].lr[0]'],
    ['in what a step returned', { steps: [{ ...step, ret: null }] }, 'steps[0].ret'],
    ['in a parameter', { steps: [{ ...step, params: [[1, 2.00000001], [3]] }] }, 'steps[0].params[0][1]'],
    ['in a parameter that is missing', { steps: [{ ...step, params: [[1, 2]] }] }, 'steps[0].params[1][0]'],
    ['in a gradient that is null', { steps: [{ ...step, grads: [null, null] }] }, 'steps[0].grads[0][0]'],
    ['in a gradient that is not null', { steps: [{ ...step, grads: [[0.5, 0.25], [0]] }] }, 'steps[0].grads[1]'],
    ['in a number that is none', { steps: [{ ...step, params: [[1, Number.NaN], [3]] }] }, 'steps[0].params[0][1]'],
    ['in a step that is missing', { steps: [] }, 'steps[0].opt'],
    ['in a step too many', { steps: [step, step] }, 'steps.length'],
    ['in the number of epochs', { final: { ...final, currentEpoch: 2 } }, 'final.currentEpoch'],
    [
      'in a parameter at the end',
      { final: { ...final, params: { 'net.weight': [1, 3] } } },
      'final.params.net.weight[1]',
    ],
    ['in a parameter too many', { final: { ...final, params: { ...final.params, b: [] } } }, 'final.params names'],
    [
      'in a metric',
      { final: { ...final, callbackMetrics: { loss: 0.26 }, loggedMetrics: {} } },
      'final.callbackMetrics.loss',
    ],
    ['in a warning', { warnings: [] }, 'warnings[0]'],
    ['in a warning too many', { warnings: ['UserWarning', 'x'] }, 'warnings.length'],
    ['in the error', { final: null, error: 'MisconfigurationError' }, 'error'],
    ['in what was noted beside events', { extra: [{ 'a.weight': true }] }, 'extra.length'],
  ]

  test.for(changes)('%s', ([, changed, where]) => {
    const differences = compareTraces(trace, { ...trace, ...changed })
    expect(differences.map((difference) => difference.where)).toContain(where)
  })

  test('and told with what was expected, and with the error that ended the run', () => {
    const broken: Trace = { ...trace, events: [], final: null, error: 'TypeError', message: 'why' }
    const told = describeDifferences(compareTraces(trace, broken), 3)
    expect(told.split('\n').slice(0, 2)).toEqual([
      'error: "TypeError" is not null',
      'events[0]: undefined is not "opt.step>"',
    ])
    expect(told).toMatch(/… and \d+ more$/)
    expect(compareTraces(trace, broken).at(-1)).toEqual({ where: 'message', expected: undefined, got: 'why' })
  })
})

describe('no difference', () => {
  const near = (by: number): Trace => ({ ...trace, steps: [{ ...step, params: [[1 + by, 2], [3]] }] })

  test('is a rounding, in the tolerance of its kind', () => {
    expect(compareTraces(trace, near(1e-13))).toEqual([])
    expect(compareTraces(trace, near(1e-11))).toHaveLength(1)
    const inFloat32 = { ...trace, final: { ...final, callbackMetrics: { loss: Math.fround(0.2500001) } } }
    expect(compareTraces(trace, inFloat32)).toEqual([])
  })

  test('is what is no number in both', () => {
    expect(compareTraces(near(Number.NaN), near(Number.NaN))).toEqual([])
    expect(compareTraces(near(Number.NaN), trace)).toHaveLength(1)
  })

  test('is what a start a rounding away makes as well', () => {
    expect(compareTraces(trace, near(1e-9), { ...float64Tolerance, nearby: [near(1.5e-9)] })).toEqual([])
    expect(compareTraces(trace, near(1e-9), { ...float64Tolerance, nearby: [near(1.1e-9)] })).toHaveLength(1)
  })

  test('is what the expected trace leaves open', () => {
    const open: ExpectedTrace = {
      events: ['opt.step>', 'trainingStep[0] gs=0 loss=?'],
      steps: [{ opt: 'opt', lr: undefined }],
      error: null,
      goesOn: true,
    }
    expect(compareTraces(open, trace)).toEqual([])
    expect(compareTraces({ ...open, goesOn: false }, trace)).toHaveLength(1)
  })
})

describe('every decision alters the traces that name it, and is needed', () => {
  const altered = loopScenarios.flatMap((scenario) =>
    (scenario.alteredBy ?? []).map((name) => [scenario.name, name, scenario] as const),
  )

  test('each is used', () => {
    expect([...new Set(altered.map(([, name]) => name))].sort()).toEqual(Object.keys(decisions).sort())
  })

  test.for(altered)('%s: %s', async ([name, decision, scenario]) => {
    const without: Scenario = { ...scenario, alteredBy: scenario.alteredBy!.filter((other) => other !== decision) }
    const recorded = expectedTrace(recordedTraces[name]!)
    const got = await runScenario(scenario, reference())
    const tolerance = { numbers: 1e-6, metrics: 1e-6 }
    expect(compareTraces(decided(recorded, without), got, tolerance)).not.toEqual([])
    expect(compareTraces(decided(recorded, scenario), got, tolerance)).toEqual([])
  })
})
