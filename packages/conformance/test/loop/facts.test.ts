import { reference } from '@voltaic/core'
import { describe, expect, test } from 'vitest'
import { loopScenarios, recordedTraces, runScenario, type Scenario, type Trace } from '../../src/index.ts'
import type { Action } from '../../src/loop/scenario.ts'

// What follows from the rules without a recording: a run equals another one, and events can be counted.

function scenarioOf(name: string): Scenario {
  return loopScenarios.find((scenario) => scenario.name === name)!
}

function run(scenario: string | Scenario): Promise<Trace> {
  return runScenario(typeof scenario === 'string' ? scenarioOf(scenario) : scenario, reference())
}

test('scenarios without a recorded trace are looked at here', () => {
  const names = loopScenarios.map(({ name }) => name).filter((name) => !(name in recordedTraces))
  expect(names.sort()).toEqual([
    'alternate_A_each_B_every_2',
    'clip_override_by_its_own_value',
    'manual_gan_max_steps5',
    'multi_opt_auto_accum2',
    'multi_opt_auto_frozen',
    'multi_opt_auto_hooks',
    'multi_opt_auto_sched',
    'optimizer_step_override_accum2',
    'page_clip_only_optimizer_A',
    'steplr_epoch_ended_early',
  ])
})

/** What a run learned, step by step. */
function learned({ steps, final, error }: Trace): unknown {
  return { steps: steps.map(({ ret: _, ...step }) => step), params: final?.params, error }
}

/** Two optimizers by hand: each with its own loss, while the parameters of the other rest. */
function ofTwo(actions: (name: 'A' | 'B') => readonly Action[], after: readonly Action[] = []): readonly Action[] {
  return [{ toggle: 'A', do: actions('A') }, { toggle: 'B', do: actions('B') }, ...after]
}

const stepOf = (name: string): readonly Action[] => [{ zeroGrad: name }, { backward: `loss${name}` }, { step: name }]

describe('two optimizers in automatic optimization learn what they learn by hand', () => {
  const byHand: readonly [name: string, trainingStep: readonly Action[]][] = [
    ['multi_opt_auto', ofTwo(stepOf)],
    ['multi_opt_auto_max_steps3', ofTwo(stepOf)],
    ['multi_opt_auto_frozen', ofTwo(stepOf)],
    ['multi_opt_auto_sched', ofTwo(stepOf, [{ stepScheduler: 'schB' }, { lastBatch: true, stepScheduler: 'schA' }])],
    [
      'multi_opt_auto_accum2',
      ofTwo((name) => [
        { backward: `loss${name}`, dividedBy: 2 },
        { every: 2, step: name },
        { lastBatch: true, step: name },
        { every: 2, zeroGrad: name },
      ]),
    ],
    [
      'multi_opt_auto_frequency_2_1',
      [
        ...[0, 1, 3].map((at): Action => ({ at, toggle: 'A', do: [...stepOf('A'), { stepScheduler: 'schA' }] })),
        { at: 2, toggle: 'B', do: [...stepOf('B'), { stepScheduler: 'schB' }] },
      ],
    ],
    [
      'alternate_A_each_B_every_2',
      ofTwo((name) => [
        { zeroGrad: name },
        { backward: `loss${name}` },
        name === 'A' ? { step: 'A' } : { every: 2, step: 'B' },
      ]),
    ],
    [
      'page_clip_only_optimizer_A',
      [...stepOf('A').slice(0, 2), { clip: 'A', to: 0.05 }, { step: 'A' }, { toggle: 'B', do: stepOf('B') }],
    ],
    [
      'page_clip_B_times_2_as_documented',
      ofTwo((name) => [
        { zeroGrad: name },
        { backward: `loss${name}` },
        { clip: name, to: name === 'A' ? 0.05 : 0.1 },
        { step: name },
      ]),
    ],
  ]

  test.for(byHand)('%s', async ([name, trainingStep]) => {
    const { optimizerStep: _, configureGradientClipping: __, trainer, ...scenario } = scenarioOf(name)
    const { gradientClipVal: ___, accumulateGradBatches: ____, ...options } = trainer ?? {}
    const optimizers = scenario.optimizers.map(({ frequency: _, ...optimizer }) => optimizer)
    const twin: Scenario = { ...scenario, optimizers, optimization: 'manual', trainer: options, trainingStep }
    const [automatic, manual] = [await run(name), await run(twin)]
    expect(automatic.error).toBeNull()
    expect(automatic.steps.length).toBeGreaterThan(0)
    expect(learned(automatic)).toEqual(learned(manual))
    expect(automatic.final!.globalStep).toBe(manual.final!.globalStep)
  })
})

describe('runs that come to the same', () => {
  const accum2 = scenarioOf('auto_accum2_5batches')
  const none = scenarioOf('training_step_returns_None_on_batch1')
  const noted = scenarioOf('auto_1opt_sgd_momentum').trainingStep
  const pairs: readonly [why: string, one: string | Scenario, other: string | Scenario][] = [
    ['a schedule of one entry, and a number', 'accum_schedule_callback_equal_to_number', 'auto_accum2_5batches'],
    [
      'an override that only steps, and none',
      'optimizer_step_override_accum2',
      { ...accum2, train: { batches: 4 }, trainer: { accumulateGradBatches: 2 } },
    ],
    [
      'a mean over windows by hand, clipped by hand',
      'manual_accum2_of_the_mean_and_clipped',
      { ...accum2, train: { batches: 4 }, trainer: { accumulateGradBatches: 2, gradientClipVal: 0.05 } },
    ],
    [
      'an epoch that a hook ends before its second batch, and one of a single batch',
      'steplr_epoch_ended_early',
      { ...scenarioOf('auto_1opt_sgd_momentum'), train: { batches: 1 }, trainer: { maxEpochs: 2 } },
    ],
    [
      'a clipping override with its own value, with and without one of the Trainer’s',
      'clip_override_by_its_own_value',
      'clip_override_without_trainer_value',
    ],
  ]

  test.for(pairs)('%s', async ([, one, other]) => {
    const [got, expected] = [await run(one), await run(other)]
    expect(got.steps.length).toBeGreaterThan(0)
    expect(learned(got)).toEqual(learned(expected))
    expect(got.final!.globalStep).toBe(expected.final!.globalStep)
  })

  test('a step that returns null learns nothing, and counts', async () => {
    const [skipped, without] = [
      await run(none),
      await run({ ...none, trainingStep: noted, train: { batches: [0, 2] } }),
    ]
    expect(skipped.final!.params).toEqual(without.final!.params)
    expect(skipped.steps.map(({ grads }) => grads.every((grad) => grad === null))).toEqual([false, true, false])
    expect([skipped.final!.globalStep, without.final!.globalStep]).toEqual([3, 2])
  })
})

/** Events of one optimizer's step of a batch; without `zeroes` in the middle of a window, without `steps` before its end. */
function eventsOf(name: string, note: string, { zeroes = true, steps = true } = {}): string[] {
  const inside = [note, ...(zeroes ? [`${name}.zeroGrad`] : [])]
  return steps ? [`${name}.step>`, `${name}.closure>`, ...inside, `${name}.closure<`, `${name}.step<`] : inside
}

/** A trace's events without the numbers of losses. */
function eventsIn({ events }: Trace): string[] {
  return events.map((event) => event.replace(/ loss=.*/, ''))
}

/** The note of a batch for one of two optimizers. */
function noteOf(batchIdx: number, optimizerIdx: number, gs: number): string {
  const flags = `rgA=${optimizerIdx === 0} rgB=${optimizerIdx === 1}`
  return `trainingStep[${batchIdx},opt=${optimizerIdx}] gs=${gs} ${flags}`
}

test('with accumulation every optimizer has the same windows', async () => {
  const trace = await run('multi_opt_auto_accum2')
  const windows = [
    { gs: 0, zeroes: true, steps: false },
    { gs: 0, zeroes: false, steps: true },
    { gs: 1, zeroes: true, steps: false },
    { gs: 1, zeroes: false, steps: true },
    { gs: 2, zeroes: true, steps: true },
  ]
  expect(eventsIn(trace)).toEqual(
    windows.flatMap(({ gs, ...window }, i) =>
      ['A', 'B'].flatMap((name, k) => eventsOf(name, noteOf(i, k, gs), window)),
    ),
  )
  expect(trace.final!.globalStep).toBe(3)
})

test('an optimizer that steps every second batch has its closure in every batch', async () => {
  const trace = await run('alternate_A_each_B_every_2')
  const ofBatch = (i: number, gs: number) => [
    ...eventsOf('A', noteOf(i, 0, gs)),
    ...eventsOf('B', noteOf(i, 1, gs), { steps: i % 2 === 1 }),
  ]
  expect(eventsIn(trace)).toEqual([0, 1].flatMap((epoch) => [0, 1, 2, 3].flatMap((i) => ofBatch(i, 4 * epoch + i))))
})

test('schedulers of a list of their own move whatever the optimizers do, each by its own interval', async () => {
  const moves = eventsIn(await run('multi_opt_auto_sched')).filter((event) => event.startsWith('sch'))
  const ofEpoch = ['schB.step()', 'schB.step()', 'schB.step()', 'schA.step()']
  expect(moves).toEqual([...ofEpoch, ...ofEpoch])
})

test('frequencies keep each scheduler with its optimizer, in every epoch', async () => {
  const events = eventsIn(await run('multi_opt_auto_frequency_2_1'))
  const order = events.flatMap((event) => /^(\w+)\.step(?:<|\()/.exec(event)?.[1] ?? [])
  const ofEpoch = ['A', 'schA', 'A', 'schA', 'B', 'schB', 'A', 'schA']
  expect(order).toEqual([...ofEpoch, ...ofEpoch])
})

test('each of several optimizers has the hooks that a single one has', async () => {
  const hooks = (trace: Trace) => {
    const events = eventsIn(trace).filter((event) => !/^(trainingStep|validationStep)/.test(event))
    const start = events.indexOf('M.onTrainBatchStart')
    return events.slice(start + 1, events.indexOf('C.onTrainBatchEnd'))
  }
  const one = hooks(await run('clip_norm_hooks'))
  const named = (name: string) => one.map((event) => event.replace(/^opt\./, `${name}.`))
  expect(one).toContain('M.configureGradientClipping')
  expect(hooks(await run('multi_opt_auto_hooks'))).toEqual([...named('A'), ...named('B')])
})

test('parameters that were frozen get no gradient, and stay frozen', async () => {
  const { steps, final } = await run('multi_opt_auto_frozen')
  const ofA = steps.filter(({ opt }) => opt === 'A')
  expect(ofA.map(({ grads }) => grads[1])).toEqual([null, null])
  expect(final!.params['A.bias']).toEqual([0.05, -0.1])
})

test('maxSteps counts batches with a step, however many optimizers', async () => {
  const { final, steps } = await run('manual_gan_max_steps5')
  expect(final).toMatchObject({ globalStep: 5, currentEpoch: 2 })
  expect(steps.map(({ opt }) => opt)).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'd' : 'g')))
})

test('an epoch that a hook ends early has not finished: its scheduler waits', async () => {
  const { events, final } = await run('steplr_epoch_ended_early')
  expect(events.filter((event) => event.startsWith('sched'))).toEqual([])
  expect(final).toMatchObject({ globalStep: 2, currentEpoch: 2 })
})

test('a clipping override chooses its own value', async () => {
  const { steps } = await run('clip_override_by_its_own_value')
  expect(Math.max(...steps.flatMap(({ grads }) => grads.flat()).map((g) => Math.abs(g!)))).toBe(0.02)
})

test('overrides are told that they run once a window', async () => {
  expect((await run('optimizer_step_override_accum2')).warnings).toEqual(['UserWarning'])
})
