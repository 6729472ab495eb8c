import { expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError } from '../../../src/errors/errors.ts'
import { Linear } from '../../../src/nn/linear.ts'
import { Adagrad } from '../../../src/optim/adagrad.ts'
import { ConstantLR } from '../../../src/optim/lr-scheduler/constant-lr.ts'
import { CosineAnnealingLR } from '../../../src/optim/lr-scheduler/cosine-annealing-lr.ts'
import { CosineAnnealingWarmRestarts } from '../../../src/optim/lr-scheduler/cosine-annealing-warm-restarts.ts'
import { CyclicLR } from '../../../src/optim/lr-scheduler/cyclic-lr.ts'
import { ExponentialLR } from '../../../src/optim/lr-scheduler/exponential-lr.ts'
import { LambdaLR, MultiplicativeLR } from '../../../src/optim/lr-scheduler/lambda-lr.ts'
import { LinearLR } from '../../../src/optim/lr-scheduler/linear-lr.ts'
import { MultiStepLR } from '../../../src/optim/lr-scheduler/multi-step-lr.ts'
import { OneCycleLR } from '../../../src/optim/lr-scheduler/one-cycle-lr.ts'
import { PolynomialLR } from '../../../src/optim/lr-scheduler/polynomial-lr.ts'
import { ReduceLROnPlateau } from '../../../src/optim/lr-scheduler/reduce-lr-on-plateau.ts'
import { ChainedScheduler, SequentialLR } from '../../../src/optim/lr-scheduler/sequential-lr.ts'
import { StepLR } from '../../../src/optim/lr-scheduler/step-lr.ts'
import { WarmupCosineLR } from '../../../src/optim/lr-scheduler/warmup-cosine-lr.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { expectWithin } from '../../support/close.ts'
import { parameter, ratesOf, sgd } from './scheduled.ts'

type Make = (optimizer: Optimizer) => unknown

const [nan, one] = [Number.NaN, () => 1]

test.for<[make: Make, message: string]>([
  [(o) => new StepLR(o, { stepSize: 1, gamma: nan }), 'StepLR: gamma is a number ≥ 0, got NaN'],
  [(o) => new MultiStepLR(o, { milestones: [1, 2.5] }), 'MultiStepLR: a milestone is a whole number ≥ 0, got 2.5'],
  [(o) => new MultiStepLR(o, { milestones: [-1] }), 'MultiStepLR: a milestone is a whole number ≥ 0, got -1'],
  [(o) => new MultiStepLR(o, { milestones: [1], gamma: -1 }), 'MultiStepLR: gamma is a number ≥ 0, got -1'],
  [(o) => new ConstantLR(o, { factor: 0 }), 'ConstantLR: factor is in (0, 1], got 0'],
  [(o) => new ConstantLR(o, { factor: 1.5 }), 'ConstantLR: factor is in (0, 1], got 1.5'],
  [(o) => new ConstantLR(o, { totalIters: -1 }), 'ConstantLR: totalIters is a whole number ≥ 0, got -1'],
  [(o) => new LinearLR(o, { startFactor: 0 }), 'LinearLR: startFactor is in (0, 1], got 0'],
  [(o) => new LinearLR(o, { endFactor: 1.1 }), 'LinearLR: endFactor is in [0, 1], got 1.1'],
  [(o) => new LinearLR(o, { totalIters: 0 }), 'LinearLR: totalIters is a whole number ≥ 1, got 0'],
  [(o) => new ExponentialLR(o, { gamma: -0.1 }), 'ExponentialLR: gamma is a number ≥ 0, got -0.1'],
  [(o) => new ExponentialLR(o, 0.9 as never), 'ExponentialLR: gamma is a number ≥ 0, got undefined'],
  [(o) => new PolynomialLR(o, { totalIters: 0 }), 'PolynomialLR: totalIters is a whole number ≥ 1, got 0'],
  [(o) => new PolynomialLR(o, { power: -1 }), 'PolynomialLR: power is a number ≥ 0, got -1'],
  [(o) => new CosineAnnealingLR(o, { tMax: 0 }), 'CosineAnnealingLR: tMax is a whole number ≥ 1, got 0'],
  [(o) => new CosineAnnealingLR(o, { tMax: 5, etaMin: nan }), 'CosineAnnealingLR: etaMin is a number ≥ 0, got NaN'],
  [
    (o) => new CosineAnnealingWarmRestarts(o, { t0: 0 }),
    'CosineAnnealingWarmRestarts: t0 is a whole number ≥ 1, got 0',
  ],
  [
    (o) => new CosineAnnealingWarmRestarts(o, { t0: 2, tMult: 1.5 }),
    'CosineAnnealingWarmRestarts: tMult is a whole number ≥ 1, got 1.5',
  ],
  [
    (o) => new CosineAnnealingWarmRestarts(o, { t0: 2, etaMin: -1 }),
    'CosineAnnealingWarmRestarts: etaMin is a number ≥ 0, got -1',
  ],
  [(o) => new CyclicLR(o, { baseLr: -1, maxLr: 1 }), 'CyclicLR: baseLr is a number ≥ 0, got -1'],
  [(o) => new CyclicLR(o, { baseLr: 0.1, maxLr: [1, nan] }), 'CyclicLR: maxLr is a number ≥ 0, got NaN'],
  [(o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1, stepSizeUp: 0 }), 'CyclicLR: stepSizeUp is a number above 0, got 0'],
  [
    (o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1, stepSizeDown: -1 }),
    'CyclicLR: stepSizeDown is a number ≥ 0, got -1',
  ],
  [(o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1, maxMomentum: 1 }), 'CyclicLR: maxMomentum is in [0, 1), got 1'],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9, baseMomentum: [0.8, -0.1] }),
    'OneCycleLR: baseMomentum is in [0, 1), got -0.1',
  ],
  [(o) => new OneCycleLR(o, { maxLr: nan, totalSteps: 9 }), 'OneCycleLR: maxLr is a number ≥ 0, got NaN'],
  [(o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 0 }), 'OneCycleLR: totalSteps is a whole number ≥ 1, got 0'],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, epochs: 1.5, stepsPerEpoch: 3 }),
    'OneCycleLR: epochs is a whole number ≥ 1, got 1.5',
  ],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, epochs: 1, stepsPerEpoch: 0 }),
    'OneCycleLR: stepsPerEpoch is a whole number ≥ 1, got 0',
  ],
  [(o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9, pctStart: 1.1 }), 'OneCycleLR: pctStart is in [0, 1], got 1.1'],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9, pctStart: 0.6, threePhase: true }),
    'OneCycleLR: pctStart is in [0, 0.5], got 0.6',
  ],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9, divFactor: 0 }),
    'OneCycleLR: divFactor is a number above 0, got 0',
  ],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9, finalDivFactor: nan }),
    'OneCycleLR: finalDivFactor is a number above 0, got NaN',
  ],
  [
    (o) => new WarmupCosineLR(o, { warmupSteps: -1, totalSteps: 5 }),
    'WarmupCosineLR: warmupSteps is a whole number ≥ 0, got -1',
  ],
  [
    (o) => new WarmupCosineLR(o, { warmupSteps: 0, totalSteps: 0 }),
    'WarmupCosineLR: totalSteps is a whole number ≥ 1, got 0',
  ],
  [
    (o) => new WarmupCosineLR(o, { warmupSteps: 5, totalSteps: 5 }),
    'WarmupCosineLR: the warm-up is a part of the steps, got 5 of 5',
  ],
  [
    (o) => new WarmupCosineLR(o, { warmupSteps: 1, totalSteps: 5, startFactor: 2 }),
    'WarmupCosineLR: startFactor is in [0, 1], got 2',
  ],
  [(o) => new ReduceLROnPlateau(o, { factor: 1 }), 'ReduceLROnPlateau: factor is in [0, 1), got 1'],
  [(o) => new ReduceLROnPlateau(o, { factor: -0.1 }), 'ReduceLROnPlateau: factor is in [0, 1), got -0.1'],
  [(o) => new ReduceLROnPlateau(o, { patience: -1 }), 'ReduceLROnPlateau: patience is a whole number ≥ 0, got -1'],
  [(o) => new ReduceLROnPlateau(o, { cooldown: 0.5 }), 'ReduceLROnPlateau: cooldown is a whole number ≥ 0, got 0.5'],
  [(o) => new ReduceLROnPlateau(o, { threshold: nan }), 'ReduceLROnPlateau: threshold is a number ≥ 0, got NaN'],
  [(o) => new ReduceLROnPlateau(o, { eps: -1 }), 'ReduceLROnPlateau: eps is a number ≥ 0, got -1'],
  [(o) => new ReduceLROnPlateau(o, { minLr: [0, -1] }), 'ReduceLROnPlateau: minLr is a number ≥ 0, got -1'],
  [
    (o) =>
      new SequentialLR(o, {
        schedulers: [new StepLR(o, { stepSize: 1 }), new StepLR(o, { stepSize: 1 })],
        milestones: [0],
      }),
    'SequentialLR: a milestone is a whole number ≥ 1, got 0',
  ],
])('%o is out of range', ([make, message]) => {
  const optimizer = sgd([0.1, 0.2])
  expect(() => make(optimizer)).toThrow(OutOfRangeError)
  expect(() => make(optimizer)).toThrow(message)
  expect(ratesOf(optimizer)).toEqual([0.1, 0.2])
})

test.for<[make: Make, message: string]>([
  [
    (o) => new LambdaLR(o, { lrLambda: [one] }),
    'LambdaLR: lrLambda is one for all groups or one for each, got 1 for 2 groups',
  ],
  [(o) => new MultiplicativeLR(o, { lrLambda: [one, one, one] }), 'got 3 for 2 groups'],
  [(o) => new CyclicLR(o, { baseLr: [0.1], maxLr: 1 }), 'CyclicLR: baseLr is one for all groups or one for each'],
  [(o) => new CyclicLR(o, { baseLr: 0.1, maxLr: [1, 1, 1] }), 'CyclicLR: maxLr is one'],
  [(o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1, baseMomentum: [0.8] }), 'CyclicLR: baseMomentum is one'],
  [(o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1, maxMomentum: [0.8] }), 'CyclicLR: maxMomentum is one'],
  [
    (o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1, mode: 'sine' as never }),
    `CyclicLR: mode is 'triangular' or 'triangular2' or 'exp_range', got "sine"`,
  ],
  [(o) => new OneCycleLR(o, { maxLr: [1], totalSteps: 9 }), 'OneCycleLR: maxLr is one for all groups'],
  [
    (o) => new OneCycleLR(o, { maxLr: 1 }),
    'OneCycleLR: its length is totalSteps, or epochs and stepsPerEpoch, got epochs undefined and stepsPerEpoch undefined',
  ],
  [(o) => new OneCycleLR(o, { maxLr: 1, epochs: 3 }), 'got epochs 3 and stepsPerEpoch undefined'],
  [
    (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9, annealStrategy: 'cosine' as never }),
    `OneCycleLR: annealStrategy is 'cos' or 'linear', got "cosine"`,
  ],
  [(o) => new ReduceLROnPlateau(o, { mode: 'auto' as never }), `ReduceLROnPlateau: mode is 'min' or 'max', got "auto"`],
  [
    (o) => new ReduceLROnPlateau(o, { thresholdMode: 'relative' as never }),
    `ReduceLROnPlateau: thresholdMode is 'rel' or 'abs', got "relative"`,
  ],
  [(o) => new ReduceLROnPlateau(o, { minLr: [0] }), 'ReduceLROnPlateau: minLr is one for all groups or one for each'],
  [
    (o) => new SequentialLR(o, { schedulers: [new StepLR(o, { stepSize: 1 })], milestones: [3] }),
    'SequentialLR: milestones are where the second scheduler and those after it begin, rising, got [3] for 1 schedulers',
  ],
  [
    (o) =>
      new SequentialLR(o, {
        schedulers: [1, 2, 3].map((stepSize) => new StepLR(o, { stepSize })),
        milestones: [5, 5],
      }),
    'rising, got [5, 5] for 3 schedulers',
  ],
  [(o) => new SequentialLR(o, { schedulers: [], milestones: [] }), 'SequentialLR: needs a scheduler, got none'],
  [
    (o) => new SequentialLR(o, { schedulers: [new ReduceLROnPlateau(o) as never], milestones: [] }),
    'SequentialLR: hands no metric on, got ReduceLROnPlateau, which watches one; step it on its own',
  ],
  [
    (o) =>
      new SequentialLR(o, {
        schedulers: [new ChainedScheduler([new StepLR(o, { stepSize: 1 })]) as never],
        milestones: [],
      }),
    'SequentialLR: takes schedulers that can begin anew, got ChainedScheduler',
  ],
  [
    (o) =>
      new SequentialLR(o, {
        schedulers: [new StepLR(o, { stepSize: 1 }), new ExponentialLR(sgd([1]), { gamma: 0.9 })],
        milestones: [3],
      }),
    'SequentialLR: its schedulers are of one optimizer, got ExponentialLR of another at position 1',
  ],
  [() => new ChainedScheduler([]), 'ChainedScheduler: needs a scheduler, got none'],
  [
    (o) => new ChainedScheduler([new StepLR(o, { stepSize: 1 }), new StepLR(sgd([1]), { stepSize: 1 })]),
    'ChainedScheduler: its schedulers are of one optimizer, got StepLR of another at position 1',
  ],
  [
    (o) => new ChainedScheduler([new ReduceLROnPlateau(o)]),
    'ChainedScheduler: hands no metric on, got ReduceLROnPlateau',
  ],
])('%o does not go together', ([make, message]) => {
  const optimizer = sgd([0.1, 0.2])
  expect(() => make(optimizer)).toThrow(MisconfigurationError)
  expect(() => make(optimizer)).toThrow(message)
})

test.for<[who: string, make: Make]>([
  ['CyclicLR', (o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 1 })],
  ['OneCycleLR', (o) => new OneCycleLR(o, { maxLr: 1, totalSteps: 9 })],
])('%s cycles no momentum of an optimizer that has none', ([who, make]) => {
  const optimizer = new Adagrad([parameter()], { lr: 0.1 })
  expect(() => make(optimizer)).toThrow(MisconfigurationError)
  expect(() => make(optimizer)).toThrow(
    `${who}: cycles a momentum, got Adagrad, which has none; set cycleMomentum: false`,
  )
  expect(ratesOf(optimizer)).toEqual([0.1])
})

test.for<[unknown, string]>([
  [new Linear(1, 1), 'Linear'],
  [undefined, 'undefined'],
  [{ optimizer: sgd([0.1]) }, 'Object'],
])('%o is no optimizer', ([strange, got]) => {
  const message = `schedules an optimizer, got ${got}; of a wrapped one, pass its .optimizer`
  expect(() => new StepLR(strange as never, { stepSize: 1 })).toThrow(TypeError)
  expect(() => new StepLR(strange as never, { stepSize: 1 })).toThrow(`StepLR: ${message}`)
  expect(() => new ReduceLROnPlateau(strange as never)).toThrow(`ReduceLROnPlateau: ${message}`)
})

test('a function that is none, and a rate that is no number, are refused', () => {
  const optimizer = sgd([0.1])
  expect(() => new LambdaLR(optimizer, { lrLambda: 0.5 as never })).toThrow('LambdaLR: lrLambda is a function, got 0.5')
  const scheduler = new LambdaLR(optimizer, { lrLambda: (step) => (step < 2 ? 1 : nan) })
  scheduler.step()
  expect(() => scheduler.step()).toThrow('LambdaLR: a learning rate is a number, got NaN for group 0 at step 2')
  expect(ratesOf(optimizer)).toEqual([0.1])
})

test.for([-1, 1.5, nan])('a jump to step %d is refused', (epoch) => {
  const scheduler = new StepLR(sgd([0.1]), { stepSize: 1 })
  expect(() => scheduler.stepTo(epoch)).toThrow(`StepLR: a step is a whole number ≥ 0, got ${epoch}`)
  expect(scheduler.lastEpoch).toBe(0)
})

test.for([undefined, '0.5', [1]])('a plateau of %o is refused', (metric) => {
  const step = () => new ReduceLROnPlateau(sgd([0.1])).step(metric as never)
  expect(step).toThrow(TypeError)
  expect(step).toThrow('ReduceLROnPlateau: step takes the metric that it watches, a number, got ')
})

test('a cycle is over after its steps and one more', () => {
  const scheduler = new OneCycleLR(sgd([0.1]), { maxLr: 1, totalSteps: 10 })
  for (let i = 0; i < 10; i++) scheduler.step()
  const message = 'OneCycleLR: the cycle has 10 steps, got step 11; make totalSteps the number of batches to come'
  expect(() => scheduler.step()).toThrow(OutOfRangeError)
  expect(() => scheduler.step()).toThrow(message)
  expect(() => scheduler.stepTo(11)).toThrow(message)
  scheduler.stepTo(0)
  expectWithin(ratesOf(scheduler.optimizer), [1 / 25], 1e-12)
})
