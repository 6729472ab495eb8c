import { reference } from '@voltaic/core'
import { expect, test, vi } from 'vitest'
import { compareTraces, loopScenarios, runScenario, type Scenario } from '../../src/index.ts'
import type { Action } from '../../src/loop/scenario.ts'

const base: Scenario = {
  name: 'base',
  model: 'regression',
  optimizers: [{ name: 'opt', type: 'SGD', options: { lr: 0.1 } }],
  trainingStep: [{ note: 'trainingStep[{batchIdx}] loss={loss}' }, { return: 'loss' }],
  train: { batches: 2 },
}

test('scenarios and traces are plain values', async () => {
  expect(JSON.parse(JSON.stringify(loopScenarios))).toEqual(loopScenarios)
  const trace = await runScenario(JSON.parse(JSON.stringify(base)), reference())
  expect(JSON.parse(JSON.stringify(trace))).toEqual(trace)
})

test('in float32 a run is as in float64, up to its rounding', async () => {
  const [exact, rounded] = [
    await runScenario(base, reference()),
    await runScenario(base, reference(), { dtype: 'float32' }),
  ]
  expect(compareTraces(exact, rounded, { numbers: 1e-6, metrics: 1e-6 })).toEqual([])
  expect(compareTraces(exact, rounded)).not.toEqual([])
})

test('two runs at once keep their warnings apart, and console.warn is itself again', async () => {
  const { warn } = console
  const quiet = runScenario(base, reference())
  const warning = runScenario({ ...base, optimizers: [] }, reference())
  expect([(await quiet).warnings, (await warning).warnings]).toEqual([[], ['UserWarning']])
  expect(console.warn).toBe(warn)
})

test('a warning that the reference does not have is told as it is', async () => {
  const strange = vi.spyOn(console, 'warn')
  const trace = await runScenario(
    {
      ...base,
      trainer: {
        get maxEpochs() {
          console.warn('strange', 1)
          return 1
        },
      },
    },
    reference(),
  )
  expect(trace.warnings).toEqual(['strange 1'])
  expect(strange).not.toHaveBeenCalled()
  strange.mockRestore()
})

const manually = (...trainingStep: readonly Action[]): Scenario => ({ ...base, optimization: 'manual', trainingStep })

test.for<[string, Scenario, string]>([
  [
    'an optimizer class',
    { ...base, optimizers: [{ name: 'opt', type: 'Sgd' }] },
    'runScenario: core has no such class, got "Sgd"',
  ],
  [
    'a scheduler class',
    { ...base, schedulers: [{ name: 'sched', type: 'Step' }] },
    'runScenario: core has no such class, got "Step"',
  ],
  [
    'a layer',
    { ...base, optimizers: [{ name: 'opt', type: 'SGD', layers: ['nut'] }] },
    'runScenario: no such layer, got "nut"; there are net',
  ],
  ['an optimizer', manually({ zeroGrad: 'o' }), 'runScenario: no such optimizer here, got "o"; there are opt'],
  ['a scheduler', manually({ stepScheduler: 's' }), 'runScenario: no such scheduler here, got "s"; there are none'],
  ['a loss', manually({ backward: 'l' }), 'runScenario: no such loss here, got "l"; there are loss'],
])('%s that there is not ends the run with an error that says so', async ([, scenario, message]) => {
  const trace = await runScenario(scenario, reference())
  expect(trace).toMatchObject({ error: 'MisconfigurationError', message, final: null })
})

test('a run that fails tells what happened before, as far as it was committed', async () => {
  const trace = await runScenario(
    { ...base, trainingStep: [{ at: 1, return: 'nope' }, ...base.trainingStep] },
    reference(),
  )
  expect(trace.events).toEqual([
    'opt.step>',
    'opt.closure>',
    expect.stringMatching(/^trainingStep\[0\] loss=0\.18385/),
    'opt.zeroGrad',
    'opt.closure<',
    'opt.step<',
    'opt.step>',
    'opt.closure>',
  ])
  expect(trace.steps).toHaveLength(1)
  expect(trace.error).toBe('MisconfigurationError')
})

test('numbers of a step that failed are lost', async () => {
  const failing: readonly Action[] = [{ note: 'x {loss}' }, { backward: 'loss' }, { step: 'opt' }, { zeroGrad: 'nope' }]
  const trace = await runScenario(manually(...failing), reference())
  expect(trace.events).toEqual(['x ?', 'opt.step>', 'opt.closure>', 'opt.closure<', 'opt.step<'])
  expect(trace.steps[0]!.params).toEqual([Array(6).fill(Number.NaN), Array(2).fill(Number.NaN)])
})
