import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../../src/errors/errors.ts'
import { ConstantLR } from '../../../src/optim/lr-scheduler/constant-lr.ts'
import { CosineAnnealingWarmRestarts } from '../../../src/optim/lr-scheduler/cosine-annealing-warm-restarts.ts'
import { ExponentialLR } from '../../../src/optim/lr-scheduler/exponential-lr.ts'
import { LinearLR } from '../../../src/optim/lr-scheduler/linear-lr.ts'
import { ChainedScheduler, SequentialLR } from '../../../src/optim/lr-scheduler/sequential-lr.ts'
import { StepLR } from '../../../src/optim/lr-scheduler/step-lr.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { expectWithin } from '../../support/close.ts'
import { ratesAlong, ratesOf, sgd } from './scheduled.ts'

test('each scheduler begins at its milestone as it would alone', () => {
  const optimizer = sgd([1])
  const scheduler = new SequentialLR(optimizer, {
    schedulers: [
      new CosineAnnealingWarmRestarts(optimizer, { t0: 2 }),
      new LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 }),
      new CosineAnnealingWarmRestarts(optimizer, { t0: 4 }),
    ],
    milestones: [3, 6],
  })
  const [first, second, third] = [
    ratesAlong(new CosineAnnealingWarmRestarts(sgd([1]), { t0: 2 }), 2),
    ratesAlong(new LinearLR(sgd([1]), { startFactor: 0.5, totalIters: 2 }), 2),
    ratesAlong(new CosineAnnealingWarmRestarts(sgd([1]), { t0: 4 }), 3),
  ]
  expectWithin(ratesAlong(scheduler, 9).flat(), [...first, ...second, ...third].flat(), 1e-12)
  expect(scheduler.getLastLr()).toEqual(ratesOf(optimizer))
})

test('chained schedulers may be sequences themselves', () => {
  const make = (optimizer: Optimizer) => [
    new SequentialLR(optimizer, {
      schedulers: [
        new ConstantLR(optimizer, { factor: 0.5, totalIters: 9 }),
        new StepLR(optimizer, { stepSize: 2, gamma: 0.1 }),
      ],
      milestones: [3],
    }),
    new ExponentialLR(optimizer, { gamma: 0.9 }),
  ]
  const chained = new ChainedScheduler(make(sgd([1])))
  const optimizer = sgd([1])
  const loose = make(optimizer)
  for (const rates of ratesAlong(chained, 7).slice(1)) {
    for (const scheduler of loose) scheduler.step()
    expect(rates).toEqual(ratesOf(optimizer))
  }
  expect(chained.getLastLr()).toEqual(ratesOf(chained.optimizer))
})

test('the list of schedulers may be changed afterwards', () => {
  const optimizer = sgd([1])
  const schedulers = [new ExponentialLR(optimizer, { gamma: 0.5 })]
  const [sequence, chain] = [
    new SequentialLR(optimizer, { schedulers, milestones: [] }),
    new ChainedScheduler(schedulers),
  ]
  schedulers.pop()
  sequence.step()
  chain.step()
  expect(ratesOf(optimizer)).toEqual([0.25])
})

test.for<[string, (optimizer: Optimizer) => SequentialLR | ChainedScheduler]>([
  [
    'SequentialLR',
    (o) =>
      new SequentialLR(o, {
        schedulers: [new ConstantLR(o), new CosineAnnealingWarmRestarts(o, { t0: 3 })],
        milestones: [2],
      }),
  ],
  ['ChainedScheduler', (o) => new ChainedScheduler([new ConstantLR(o), new StepLR(o, { stepSize: 2 })])],
])('%s saves all that it steps, and refuses what others saved', ([who, make]) => {
  const first = sgd([1])
  const scheduler = make(first)
  for (let k = 0; k < 4; k++) scheduler.step()
  const state = scheduler.stateDict()
  const saved = JSON.parse(JSON.stringify(state))
  scheduler.step()
  expect(state).toEqual(saved)

  const second = sgd([1])
  const resumed = make(second)
  second.loadStateDict(first.stateDict())
  resumed.loadStateDict(saved)
  second.paramGroups[0]!.lr = saved.lastLr[0]
  resumed.step()
  expect(ratesOf(second)).toEqual(ratesOf(first))
  expect(resumed.stateDict()).toEqual(scheduler.stateDict())
  const [one] = saved.schedulers
  expect(() => resumed.loadStateDict(one)).toThrow(MisconfigurationError)
  expect(() => resumed.loadStateDict(one)).toThrow(`${who}.loadStateDict: takes last`)
  expect(() => resumed.loadStateDict({ ...saved, schedulers: [one] })).toThrow(
    `${who}.loadStateDict: takes the state of 2 schedulers, got 1`,
  )
})
