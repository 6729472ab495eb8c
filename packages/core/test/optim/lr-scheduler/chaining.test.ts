import { describe, expect, test } from 'vitest'
import { MisconfigurationError } from '../../../src/errors/errors.ts'
import { ConstantLR } from '../../../src/optim/lr-scheduler/constant-lr.ts'
import { CosineAnnealingLR } from '../../../src/optim/lr-scheduler/cosine-annealing-lr.ts'
import { CosineAnnealingWarmRestarts } from '../../../src/optim/lr-scheduler/cosine-annealing-warm-restarts.ts'
import { CyclicLR } from '../../../src/optim/lr-scheduler/cyclic-lr.ts'
import { ExponentialLR } from '../../../src/optim/lr-scheduler/exponential-lr.ts'
import { LambdaLR, MultiplicativeLR } from '../../../src/optim/lr-scheduler/lambda-lr.ts'
import { LinearLR } from '../../../src/optim/lr-scheduler/linear-lr.ts'
import type { LRScheduler } from '../../../src/optim/lr-scheduler/lr-scheduler.ts'
import { MultiStepLR } from '../../../src/optim/lr-scheduler/multi-step-lr.ts'
import { OneCycleLR } from '../../../src/optim/lr-scheduler/one-cycle-lr.ts'
import { PolynomialLR } from '../../../src/optim/lr-scheduler/polynomial-lr.ts'
import { ReduceLROnPlateau } from '../../../src/optim/lr-scheduler/reduce-lr-on-plateau.ts'
import { StepLR } from '../../../src/optim/lr-scheduler/step-lr.ts'
import { WarmupCosineLR } from '../../../src/optim/lr-scheduler/warmup-cosine-lr.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { expectWithin } from '../../support/close.ts'
import { parameter, ratesAlong, ratesOf, sgd } from './scheduled.ts'

type Make = (optimizer: Optimizer) => LRScheduler

/** Their rules start from the rate that is there. */
const chainable: readonly (readonly [string, Make])[] = [
  ['StepLR', (o) => new StepLR(o, { stepSize: 2, gamma: 0.5 })],
  ['MultiStepLR', (o) => new MultiStepLR(o, { milestones: [1, 3], gamma: 0.3 })],
  ['ConstantLR', (o) => new ConstantLR(o, { factor: 0.5, totalIters: 3 })],
  ['LinearLR', (o) => new LinearLR(o, { startFactor: 0.25, totalIters: 4 })],
  ['ExponentialLR', (o) => new ExponentialLR(o, { gamma: 0.9 })],
  ['PolynomialLR', (o) => new PolynomialLR(o, { totalIters: 8, power: 2 })],
  ['MultiplicativeLR', (o) => new MultiplicativeLR(o, { lrLambda: (step) => 1 / (1 + step) })],
  ['CosineAnnealingLR', (o) => new CosineAnnealingLR(o, { tMax: 8 })],
]

/** Theirs start from the base rates. */
const absolute: readonly (readonly [string, Make])[] = [
  ['LambdaLR', (o) => new LambdaLR(o, { lrLambda: (step) => 1 / (1 + step) })],
  ['CosineAnnealingWarmRestarts', (o) => new CosineAnnealingWarmRestarts(o, { t0: 3, tMult: 2, etaMin: 0.01 })],
  ['CyclicLR', (o) => new CyclicLR(o, { baseLr: 0.1, maxLr: 0.5, stepSizeUp: 3 })],
  ['WarmupCosineLR', (o) => new WarmupCosineLR(o, { warmupSteps: 2, totalSteps: 6, startFactor: 0.1 })],
]

describe.for(chainable)('%s', ([, make]) => {
  const alone = ratesAlong(make(sgd([0.1, 0.2])), 6)

  test('multiplies with another scheduler of the same optimizer', () => {
    const optimizer = sgd([0.1, 0.2])
    const [first, second] = [make(optimizer), new ExponentialLR(optimizer, { gamma: 0.5 })]
    for (let k = 1; k <= 6; k++) {
      first.step()
      second.step()
      expectWithin(
        ratesOf(optimizer),
        alone[k]!.map((lr) => lr * 0.5 ** k),
        1e-12,
      )
    }
  })

  test('goes on from a rate that was set by hand', () => {
    const optimizer = sgd([0.1, 0.2])
    const scheduler = make(optimizer)
    scheduler.step()
    optimizer.paramGroups[0]!.lr *= 10
    for (let k = 2; k <= 6; k++) {
      scheduler.step()
      expectWithin(ratesOf(optimizer), [alone[k]![0]! * 10, alone[k]![1]!], 1e-12)
    }
    expect(optimizer.paramGroups.map(({ initialLr }) => initialLr)).toEqual([0.1, 0.2])
  })

  test('takes a group that is added later along from the rate that it has', () => {
    const optimizer = sgd([0.1, 0.2])
    const scheduler = make(optimizer)
    scheduler.step()
    optimizer.addParamGroup({ params: [parameter()], lr: 3 })
    for (let k = 2; k <= 6; k++) scheduler.step()
    // The functions of MultiplicativeLR are those of the groups that were there, as in PyTorch.
    const isLeftAlone = scheduler instanceof MultiplicativeLR
    const change = isLeftAlone ? 1 : alone[6]![0]! / alone[1]![0]!
    expectWithin(ratesOf(optimizer), [...alone[6]!, 3 * change], 1e-12)
    expect(scheduler.getLastLr()).toEqual(ratesOf(optimizer))
  })
})

describe.for(absolute)('%s', ([, make]) => {
  const alone = ratesAlong(make(sgd([0.1, 0.2])), 6)

  test('overwrites a rate that was set by hand', () => {
    const optimizer = sgd([0.1, 0.2])
    const scheduler = make(optimizer)
    for (let k = 1; k <= 6; k++) {
      optimizer.paramGroups[0]!.lr = 7
      scheduler.step()
      expect(ratesOf(optimizer)).toEqual(alone[k])
    }
  })

  test('leaves a group alone that is added later, momentum and all', () => {
    const optimizer = sgd([0.1, 0.2])
    const scheduler = make(optimizer)
    scheduler.step()
    optimizer.addParamGroup({ params: [parameter()], lr: 3, momentum: 0.25 })
    for (let k = 2; k <= 6; k++) scheduler.step()
    expect(ratesOf(optimizer)).toEqual([...alone[6]!, 3])
    expect(optimizer.paramGroups[2]!.momentum).toBe(0.25)
    expect(scheduler.getLastLr()).toEqual(ratesOf(optimizer))
  })
})

test('at the bottom of its cosine, CosineAnnealingLR leaves a group alone that was added later', () => {
  const optimizer = sgd([0.4])
  const scheduler = new CosineAnnealingLR(optimizer, { tMax: 2 })
  for (let k = 0; k < 2; k++) scheduler.step()
  optimizer.addParamGroup({ params: [parameter()], lr: 3 })
  scheduler.step()
  expectWithin(ratesOf(optimizer), [0.2, 3], 1e-12)
})

test('OneCycleLR refuses a group that was added later', () => {
  const optimizer = sgd([0.1])
  const scheduler = new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 9 })
  optimizer.addParamGroup({ params: [parameter()] })
  expect(() => scheduler.step()).toThrow(MisconfigurationError)
  expect(() => scheduler.step()).toThrow('OneCycleLR: made for 1 groups, got 2; make a new one after addParamGroup')
})

test('ReduceLROnPlateau reduces the rate of a group that was added later, where it knows the smallest one', () => {
  const optimizer = sgd([1])
  const [scheduler, strict] = [
    new ReduceLROnPlateau(optimizer, { patience: 0, minLr: 0.2 }),
    new ReduceLROnPlateau(optimizer, { patience: 0, minLr: [0.2] }),
  ]
  optimizer.addParamGroup({ params: [parameter()], lr: 4 })
  for (let k = 0; k < 2; k++) scheduler.step(1)
  expect(ratesOf(optimizer)).toEqual([0.2, 0.4])
  strict.step(1)
  expect(() => strict.step(1)).toThrow(
    'ReduceLROnPlateau: minLr is one for all groups or one for each, got 1 for 2 groups',
  )
})

test('a scheduler that comes second has the rates as its base that the first began with', () => {
  const optimizer = sgd([0.5])
  const first = new ExponentialLR(optimizer, { gamma: 0.5 })
  first.step()
  expect(new LambdaLR(optimizer, { lrLambda: () => 1 }).baseLrs).toEqual([0.5])
})

test('CyclicLR begins with its own base rates', () => {
  const optimizer = sgd([0.5, 0.6])
  const scheduler = new CyclicLR(optimizer, { baseLr: [0.01, 0.02], maxLr: 1, stepSizeUp: 4 })
  expect(ratesOf(optimizer)).toEqual([0.01, 0.02])
  expect(optimizer.paramGroups.map(({ initialLr }) => initialLr)).toEqual([0.01, 0.02])
  expect(scheduler.baseLrs).toEqual([0.01, 0.02])
})

test('the two cycles move the first decay rate of optimizers that have no momentum', async () => {
  const { Adam } = await import('../../../src/optim/adam.ts')
  const optimizer = new Adam([parameter()], { betas: [0.9, 0.99] })
  const scheduler = new CyclicLR(optimizer, {
    baseLr: 0.1,
    maxLr: 1,
    stepSizeUp: 2,
    baseMomentum: 0.5,
    maxMomentum: 0.9,
  })
  expect(optimizer.paramGroups[0]!.betas).toEqual([0.9, 0.99])
  for (let k = 0; k < 2; k++) scheduler.step()
  expect(optimizer.paramGroups[0]!.betas).toEqual([0.5, 0.99])
})
