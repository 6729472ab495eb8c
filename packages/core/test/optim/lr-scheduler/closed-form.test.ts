import { describe, expect, test } from 'vitest'
import { ConstantLR } from '../../../src/optim/lr-scheduler/constant-lr.ts'
import { CosineAnnealingLR } from '../../../src/optim/lr-scheduler/cosine-annealing-lr.ts'
import { CosineAnnealingWarmRestarts } from '../../../src/optim/lr-scheduler/cosine-annealing-warm-restarts.ts'
import { CyclicLR } from '../../../src/optim/lr-scheduler/cyclic-lr.ts'
import { ExponentialLR } from '../../../src/optim/lr-scheduler/exponential-lr.ts'
import { LambdaLR } from '../../../src/optim/lr-scheduler/lambda-lr.ts'
import { LinearLR } from '../../../src/optim/lr-scheduler/linear-lr.ts'
import type { LRScheduler } from '../../../src/optim/lr-scheduler/lr-scheduler.ts'
import { MultiStepLR } from '../../../src/optim/lr-scheduler/multi-step-lr.ts'
import { OneCycleLR } from '../../../src/optim/lr-scheduler/one-cycle-lr.ts'
import { PolynomialLR } from '../../../src/optim/lr-scheduler/polynomial-lr.ts'
import { StepLR } from '../../../src/optim/lr-scheduler/step-lr.ts'
import { WarmupCosineLR } from '../../../src/optim/lr-scheduler/warmup-cosine-lr.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { expectWithin } from '../../support/close.ts'
import { ratesAlong, ratesOf, sgd } from './scheduled.ts'

const steps = 14

describe.for<[string, (optimizer: Optimizer) => LRScheduler]>([
  ['StepLR', (o) => new StepLR(o, { stepSize: 3, gamma: 0.5 })],
  ['MultiStepLR', (o) => new MultiStepLR(o, { milestones: [2, 5, 5], gamma: 0.3 })],
  ['ConstantLR', (o) => new ConstantLR(o, { factor: 0.5, totalIters: 3 })],
  ['ConstantLR of no steps', (o) => new ConstantLR(o, { factor: 0.5, totalIters: 0 })],
  ['LinearLR', (o) => new LinearLR(o, { startFactor: 0.25, endFactor: 0.9, totalIters: 4 })],
  ['ExponentialLR', (o) => new ExponentialLR(o, { gamma: 0.9 })],
  ['PolynomialLR', (o) => new PolynomialLR(o, { totalIters: 8, power: 2 })],
  ['PolynomialLR of power 0', (o) => new PolynomialLR(o, { totalIters: 20, power: 0 })],
  ['CosineAnnealingLR', (o) => new CosineAnnealingLR(o, { tMax: 3, etaMin: 0.01 })],
  ['CosineAnnealingLR of one step', (o) => new CosineAnnealingLR(o, { tMax: 1 })],
  ['CosineAnnealingWarmRestarts', (o) => new CosineAnnealingWarmRestarts(o, { t0: 2, tMult: 2, etaMin: 0.01 })],
  ['LambdaLR', (o) => new LambdaLR(o, { lrLambda: (step) => 0.9 ** step })],
  ['CyclicLR', (o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 0.5, stepSizeUp: 3, mode: 'triangular2' })],
  ['OneCycleLR', (o) => new OneCycleLR(o, { maxLr: [0.5, 1], totalSteps: steps })],
  ['OneCycleLR of three phases', (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: steps, threePhase: true })],
  ['WarmupCosineLR', (o) => new WarmupCosineLR(o, { warmupSteps: 4, totalSteps: 11, etaMin: 0.02 })],
])('%s', ([, make]) => {
  test('jumps to where its steps lead, from anywhere', () => {
    const stepped = ratesAlong(make(sgd([0.1, 0.2])), steps)
    const scheduler = make(sgd([0.1, 0.2]))
    for (const k of [7, 2, 14, 0, 5, 13, 1]) {
      scheduler.stepTo(k)
      expectWithin(ratesOf(scheduler.optimizer), stepped[k]!, 1e-12)
      expect(scheduler.lastEpoch).toBe(k)
      expect(scheduler.getLastLr()).toEqual(ratesOf(scheduler.optimizer))
    }
  })

  test('steps on from where it jumped to', () => {
    const stepped = ratesAlong(make(sgd([0.1, 0.2])), steps)
    const scheduler = make(sgd([0.1, 0.2]))
    scheduler.stepTo(4)
    for (let k = 5; k <= steps; k++) {
      scheduler.step()
      expectWithin(ratesOf(scheduler.optimizer), stepped[k]!, 1e-12)
    }
  })
})

test.for([
  [1, [0, 0.25, 1, 2.5, 3, 3.75, 4.999, 7.5, 40.125]],
  [2, [0, 0.25, 1, 2.5, 3, 3.75, 8.999, 9, 20.5, 21, 40.125]],
  [3, [0.5, 2.999, 3, 11.5, 12, 38.9, 39, 40.125]],
] as const)('restarts with periods × %d follow the formula at fractions of epochs', ([tMult, epochs]) => {
  const [base, etaMin, t0] = [0.3, 0.05, 3]
  const optimizer = sgd([base])
  const scheduler = new CosineAnnealingWarmRestarts(optimizer, { t0, tMult, etaMin })
  for (const epoch of epochs) {
    // The period of `epoch` and where it began.
    let [start, period] = [0, t0]
    while (epoch >= start + period) [start, period] = [start + period, period * tMult]
    const expected = etaMin + ((base - etaMin) * (1 + Math.cos((Math.PI * (epoch - start)) / period))) / 2
    scheduler.stepTo(epoch)
    expectWithin(ratesOf(optimizer), [expected], 1e-12)
    expect(scheduler.lastEpoch).toBe(Math.floor(epoch))
  }
  expect(() => scheduler.stepTo(-0.5)).toThrow('CosineAnnealingWarmRestarts: an epoch is a number ≥ 0, got -0.5')
})

test('after a fraction of an epoch, a step leads one epoch on', () => {
  const optimizer = sgd([1])
  const scheduler = new CosineAnnealingWarmRestarts(optimizer, { t0: 4 })
  scheduler.stepTo(1.5)
  scheduler.step()
  expectWithin(ratesOf(optimizer), [(1 + Math.cos((Math.PI * 2.5) / 4)) / 2], 1e-12)
  expect(scheduler.lastEpoch).toBe(2)
})

test('a warm-up with a cosine is a line and half a cosine', () => {
  const [w, total, s, etaMin] = [4, 12, 0.1, 0.02]
  const optimizer = sgd([0.5, 1])
  const scheduler = new WarmupCosineLR(optimizer, { warmupSteps: w, totalSteps: total, startFactor: s, etaMin })
  const rateAt = (lr: number, t: number) => {
    if (t < w) return lr * (s + ((1 - s) * t) / w)
    if (t >= total) return etaMin
    return etaMin + ((lr - etaMin) * (1 + Math.cos((Math.PI * (t - w)) / (total - w)))) / 2
  }
  for (const [t, rates] of ratesAlong(scheduler, 15).entries()) {
    expectWithin(rates, [rateAt(0.5, t), rateAt(1, t)], 1e-12)
  }
  expect(scheduler.countsBatches).toBe(true)
})

test('without a warm-up it is a cosine, and by default a warm-up starts from 0', () => {
  const cosine = new WarmupCosineLR(sgd([1]), { warmupSteps: 0, totalSteps: 2 })
  expectWithin(ratesAlong(cosine, 3).flat(), [1, 0.5, 0, 0], 1e-12)
  const both = new WarmupCosineLR(sgd([1]), { warmupSteps: 2, totalSteps: 4 })
  expectWithin(ratesAlong(both, 4).flat(), [0, 0.5, 1, 0.5, 0], 1e-12)
})

test.for([0.1, 0])('where the rise is a single step or none, pctStart %d, the fall begins at once', (pctStart) => {
  const options = { maxLr: 1, totalSteps: 10, pctStart, divFactor: 10, finalDivFactor: 100 }
  const start = pctStart * 10 - 1
  for (const [k, [rate]] of ratesAlong(new OneCycleLR(sgd([1]), options), 9).entries()) {
    const share = (k - start) / (9 - start)
    expectWithin([rate!], [0.001 + ((1 - 0.001) * (1 + Math.cos(Math.PI * share))) / 2], 1e-12)
  }
})
