import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../../src/errors/errors.ts'
import { CosineAnnealingLR } from '../../../src/optim/lr-scheduler/cosine-annealing-lr.ts'
import { CyclicLR } from '../../../src/optim/lr-scheduler/cyclic-lr.ts'
import { ExponentialLR } from '../../../src/optim/lr-scheduler/exponential-lr.ts'
import { LRScheduler, type SchedulerStateDict } from '../../../src/optim/lr-scheduler/lr-scheduler.ts'
import { MultiStepLR } from '../../../src/optim/lr-scheduler/multi-step-lr.ts'
import { ReduceLROnPlateau } from '../../../src/optim/lr-scheduler/reduce-lr-on-plateau.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { ratesAlong, ratesOf, sgd } from './scheduled.ts'

test('a saved state is untouched by later steps, and a loaded one is copied', () => {
  const scheduler = new MultiStepLR(sgd([1]), { milestones: [1, 2] })
  const state = scheduler.stateDict() as { milestones: number[]; lastEpoch: number; baseLrs: number[] }
  scheduler.step()
  expect(state.lastEpoch).toBe(0)
  const other = new MultiStepLR(sgd([1]), { milestones: [] })
  other.loadStateDict(state)
  state.milestones.length = 0
  state.baseLrs[0] = 99
  expect(other.milestones).toEqual([1, 2])
  expect(other.baseLrs).toEqual([1])
  expect(scheduler.milestones).toEqual([1, 2])
})

test('the base rates are saved: a state needs no optimizer that began with the same', () => {
  const scheduler = new CosineAnnealingLR(sgd([1]), { tMax: 4 })
  scheduler.step()
  const other = new CosineAnnealingLR(sgd([50]), { tMax: 9 })
  other.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())))
  for (const some of [scheduler, other]) some.stepTo(2)
  expect(ratesOf(other.optimizer)).toEqual(ratesOf(scheduler.optimizer))
})

test.for<[string, SchedulerStateDict]>([
  ['of another scheduler', new ExponentialLR(sgd([1]), { gamma: 0.9 }).stateDict()],
  ['of a plateau', new ReduceLROnPlateau(sgd([1])).stateDict()],
  ['of nothing', {}],
])('a state %s is refused, and nothing has changed', ([, state]) => {
  const scheduler = new MultiStepLR(sgd([1]), { milestones: [3] })
  const load = () => scheduler.loadStateDict(state)
  expect(load).toThrow(MisconfigurationError)
  expect(load).toThrow('MultiStepLR.loadStateDict: takes baseLrs, gamma, lastEpoch, lastLr, milestones, got ')
  expect(scheduler.stateDict()).toEqual(new MultiStepLR(sgd([1]), { milestones: [3] }).stateDict())
})

test('a state of more groups is refused', () => {
  const scheduler = new MultiStepLR(sgd([1]), { milestones: [3] })
  const { stateDict } = { stateDict: new MultiStepLR(sgd([1, 2]), { milestones: [3] }).stateDict() }
  expect(() => scheduler.loadStateDict(stateDict)).toThrow(
    'MultiStepLR.loadStateDict: the optimizer has 1 groups, got rates of 2',
  )
})

test('a plateau refuses the state of another scheduler, and knows its own after JSON before its first metric', () => {
  const scheduler = new ReduceLROnPlateau(sgd([1]), { patience: 0, minLr: [0.1] })
  expect(() => scheduler.loadStateDict(new ExponentialLR(sgd([1]), { gamma: 1 }).stateDict())).toThrow(
    'ReduceLROnPlateau.loadStateDict: takes best, cooldown, ',
  )
  const other = new ReduceLROnPlateau(sgd([1]))
  other.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())))
  for (const metric of [2, 2, 2]) other.step(metric)
  expect(ratesOf(other.optimizer)).toEqual([0.1])
})

test('the function of a height is not saved, but what it is a function of', () => {
  const make = () =>
    new CyclicLR(sgd([1]), { baseLr: 0.1, maxLr: 1, stepSizeUp: 1, scaleFn: (x) => 1 / x, scaleMode: 'cycle' })
  const scheduler = make()
  const rates = ratesAlong(scheduler, 5).flat()
  // Heights 1, 1/2 and 1/3 of the cycles.
  expect(rates).toEqual([0.1, 1, 0.1, 0.1 + 0.9 / 2, 0.1, 0.1 + 0.9 / 3])
  expect(scheduler.stateDict()).toMatchObject({ scaleMode: 'cycle' })
  expect(Object.keys(scheduler.stateDict())).not.toContain('scaleFn')
})

test('a scheduler of one’s own gives its rule and its options', () => {
  class Halving extends LRScheduler {
    readonly until: number

    constructor(optimizer: Optimizer, { until }: { readonly until: number }) {
      super(optimizer)
      this.until = until
      this.start()
    }

    protected override getLr(): number[] {
      return this.baseLrs.map((lr) => lr / 2 ** Math.min(this.lastEpoch, this.until))
    }

    protected override options(): SchedulerStateDict {
      return { until: this.until }
    }
  }
  const scheduler = new Halving(sgd([1, 2]), { until: 2 })
  expect(ratesAlong(scheduler, 3)).toEqual([
    [1, 2],
    [0.5, 1],
    [0.25, 0.5],
    [0.25, 0.5],
  ])
  class Unstarted extends Halving {
    protected override start(): void {}
  }
  expect(() => new Unstarted(sgd([1]), { until: 2 }).step()).toThrow(
    'Unstarted: its initial step was not taken, got a step before it; end the constructor with this.start()',
  )
  expect(scheduler.stateDict()).toEqual({ until: 2, lastEpoch: 3, baseLrs: [1, 2], lastLr: [0.25, 0.5] })
})
