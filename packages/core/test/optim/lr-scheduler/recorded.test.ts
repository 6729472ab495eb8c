import { describe, expect, test } from 'vitest'
import { Adam } from '../../../src/optim/adam.ts'
import { ConstantLR } from '../../../src/optim/lr-scheduler/constant-lr.ts'
import { CosineAnnealingLR } from '../../../src/optim/lr-scheduler/cosine-annealing-lr.ts'
import { CosineAnnealingWarmRestarts } from '../../../src/optim/lr-scheduler/cosine-annealing-warm-restarts.ts'
import { CyclicLR } from '../../../src/optim/lr-scheduler/cyclic-lr.ts'
import { ExponentialLR } from '../../../src/optim/lr-scheduler/exponential-lr.ts'
import { LambdaLR, MultiplicativeLR } from '../../../src/optim/lr-scheduler/lambda-lr.ts'
import { LinearLR } from '../../../src/optim/lr-scheduler/linear-lr.ts'
import type { LRSchedulerLike } from '../../../src/optim/lr-scheduler/lr-scheduler.ts'
import { MultiStepLR } from '../../../src/optim/lr-scheduler/multi-step-lr.ts'
import { OneCycleLR } from '../../../src/optim/lr-scheduler/one-cycle-lr.ts'
import { PolynomialLR } from '../../../src/optim/lr-scheduler/polynomial-lr.ts'
import {
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from '../../../src/optim/lr-scheduler/reduce-lr-on-plateau.ts'
import { ChainedScheduler, SequentialLR } from '../../../src/optim/lr-scheduler/sequential-lr.ts'
import { StepLR } from '../../../src/optim/lr-scheduler/step-lr.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { SGD } from '../../../src/optim/sgd.ts'
import { zeros } from '../../../src/tensor/creation.ts'
import { Parameter } from '../../../src/tensor/parameter.ts'
import { expectWithin } from '../../support/close.ts'
import recorded from '../fixtures/schedulers.json' with { type: 'json' }

interface Recorded {
  /** After each step, of each group. */
  readonly lr: readonly (readonly number[])[]
  /** SGD's, or Adam's first decay rate. */
  readonly momentum: readonly (readonly number[])[]
  readonly raises_at?: number
}

const cases = recorded.cases as unknown as Readonly<Record<string, Recorded>>

type Make = (optimizer: Optimizer) => LRSchedulerLike

const plateaus: Readonly<Record<string, ReduceLROnPlateauOptions>> = {
  default_p10: {},
  p1: { patience: 1 },
  'p0_f.5_cd2': { patience: 0, factor: 0.5, cooldown: 2 },
  'p1_abs_.05': { patience: 1, thresholdMode: 'abs', threshold: 0.05 },
  max_p1: { mode: 'max', patience: 1 },
  'p0_minlr.02': { patience: 0, factor: 0.3, minLr: 0.02 },
  'p0_eps.01': { patience: 0, factor: 0.5, eps: 0.01 },
  nan: { patience: 1, factor: 0.5 },
}

/** By the names of the recorded runs, which say PyTorch's arguments. */
const schedulers: Readonly<Record<string, Make>> = {
  'StepLR(3,.5)': (o) => new StepLR(o, { stepSize: 3, gamma: 0.5 }),
  'MultiStepLR([2,5,5,8],.3)': (o) => new MultiStepLR(o, { milestones: [2, 5, 5, 8], gamma: 0.3 }),
  'ConstantLR(1/3,4)': (o) => new ConstantLR(o, { factor: 1 / 3, totalIters: 4 }),
  'LinearLR(.25,1,5)': (o) => new LinearLR(o, { startFactor: 0.25, endFactor: 1, totalIters: 5 }),
  'LinearLR(1,.1,4)': (o) => new LinearLR(o, { startFactor: 1, endFactor: 0.1, totalIters: 4 }),
  'ExponentialLR(.9)': (o) => new ExponentialLR(o, { gamma: 0.9 }),
  'CosineAnnealingLR(5,.01)': (o) => new CosineAnnealingLR(o, { tMax: 5, etaMin: 0.01 }),
  'CosineAnnealingLR(12)': (o) => new CosineAnnealingLR(o, { tMax: 12 }),
  'CosineAnnealingWarmRestarts(3,1)': (o) => new CosineAnnealingWarmRestarts(o, { t0: 3 }),
  'CosineAnnealingWarmRestarts(2,2,.01)': (o) => new CosineAnnealingWarmRestarts(o, { t0: 2, tMult: 2, etaMin: 0.01 }),
  'OneCycleLR(.5,12)': (o) => new OneCycleLR(o, { maxLr: 0.5, totalSteps: 12 }),
  'OneCycleLR(.5,13,linear,three_phase,pct.4)': (o) =>
    new OneCycleLR(o, { maxLr: 0.5, totalSteps: 13, pctStart: 0.4, annealStrategy: 'linear', threePhase: true }),
  'OneCycleLR(.5,epochs3,spe4,div10,final100)': (o) =>
    new OneCycleLR(o, { maxLr: 0.5, epochs: 3, stepsPerEpoch: 4, divFactor: 10, finalDivFactor: 100 }),
  'OneCycleLR(.5,8)overrun': (o) => new OneCycleLR(o, { maxLr: 0.5, totalSteps: 8 }),
  'CyclicLR(.01,.1,3)': (o) => new CyclicLR(o, { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 3 }),
  'CyclicLR(.01,.1,2,4,tri2)': (o) =>
    new CyclicLR(o, { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 2, stepSizeDown: 4, mode: 'triangular2' }),
  'CyclicLR(.01,.1,3,exp.95)': (o) =>
    new CyclicLR(o, { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 3, mode: 'exp_range', gamma: 0.95 }),
  'PolynomialLR(6,2)': (o) => new PolynomialLR(o, { totalIters: 6, power: 2 }),
  'LambdaLR(.95^e)': (o) => new LambdaLR(o, { lrLambda: (epoch) => 0.95 ** epoch }),
  'MultiplicativeLR(.95)': (o) => new MultiplicativeLR(o, { lrLambda: () => 0.95 }),
  'SequentialLR(const.1x2,exp.9;m[2])': (o) =>
    new SequentialLR(o, {
      schedulers: [new ConstantLR(o, { factor: 0.1, totalIters: 2 }), new ExponentialLR(o, { gamma: 0.9 })],
      milestones: [2],
    }),
  'SequentialLR(linear,cos;m[4])': (o) =>
    new SequentialLR(o, {
      schedulers: [
        new LinearLR(o, { startFactor: 0.1, endFactor: 1, totalIters: 4 }),
        new CosineAnnealingLR(o, { tMax: 8 }),
      ],
      milestones: [4],
    }),
  'SequentialLR3(m[3,7])': (o) =>
    new SequentialLR(o, {
      schedulers: [
        new LinearLR(o, { startFactor: 0.1, endFactor: 1, totalIters: 3 }),
        new StepLR(o, { stepSize: 2, gamma: 0.5 }),
        new ExponentialLR(o, { gamma: 0.8 }),
      ],
      milestones: [3, 7],
    }),
  'ChainedScheduler(const.1x2,exp.9)': (o) =>
    new ChainedScheduler([new ConstantLR(o, { factor: 0.1, totalIters: 2 }), new ExponentialLR(o, { gamma: 0.9 })]),
  ...Object.fromEntries(
    Object.entries(plateaus).map(([name, options]): [string, Make] => [
      `ReduceLROnPlateau_${name}`,
      (o) => new ReduceLROnPlateau(o, options),
    ]),
  ),
}

function makeOf(name: string): Make {
  const [plain, variant] = name.split('|')
  if (name === 'CyclicLR(.01,.1,3)|Adam') {
    return (o) => new CyclicLR(o, { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 3, cycleMomentum: false })
  }
  const make = schedulers[plain!]
  if (make === undefined) throw new Error(`no scheduler for the recorded case ${plain} (${variant})`)
  return make
}

function optimizerOf(name: string, groupCount: number): Optimizer {
  const groups = Array.from({ length: groupCount }, (_, i) => ({
    params: [new Parameter(zeros([1], { dtype: 'float64' }))],
    lr: 0.1 / (i + 1),
  }))
  return name.endsWith('|Adam') ? new Adam(groups, { lr: 0.1 }) : new SGD(groups, { lr: 0.1, momentum: 0.9 })
}

function seen({ paramGroups }: Optimizer): readonly [lr: number[], momentum: number[]] {
  const groups = paramGroups as readonly { lr: number; momentum?: number; betas?: readonly number[] }[]
  return [groups.map(({ lr }) => lr), groups.map(({ momentum, betas }) => momentum ?? betas![0]!)]
}

function metricOf(name: string, k: number): number | undefined {
  if (!name.startsWith('ReduceLROnPlateau')) return undefined
  return (name.endsWith('_nan') ? [1, Number.NaN, Number.NaN, Number.NaN, 0.5] : recorded.plateauMetrics)[k]!
}

describe.for(Object.entries(cases))('%s', ([name, { lr, momentum, raises_at }]) => {
  test('sets the recorded rates and momenta', () => {
    const optimizer = optimizerOf(name, lr[0]!.length)
    const scheduler = makeOf(name)(optimizer)
    for (const [k, rates] of lr.entries()) {
      if (k > 0) scheduler.step(metricOf(name, k - 1))
      const [gotRates, gotMomenta] = seen(optimizer)
      expectWithin(gotRates, rates, 1e-12)
      expectWithin(gotMomenta, momentum[k]!, 1e-12)
    }
    if (raises_at !== undefined) {
      expect(lr).toHaveLength(raises_at + 1)
      expect(() => scheduler.step()).toThrow('OneCycleLR: the cycle has 8 steps, got step 9')
    }
  })

  test('saved as JSON and loaded into a new one, it goes on equally', () => {
    const count = lr[0]!.length
    const first = optimizerOf(name, count)
    const scheduler = makeOf(name)(first)
    const half = Math.floor(lr.length / 2)
    for (let k = 0; k < half; k++) scheduler.step(metricOf(name, k))
    const state = JSON.parse(JSON.stringify(scheduler.stateDict()))

    const second = optimizerOf(name, count)
    const resumed = makeOf(name)(second)
    resumed.loadStateDict(state)
    second.loadStateDict(first.stateDict())
    for (let k = half; k < lr.length - 1; k++) {
      resumed.step(metricOf(name, k))
      expectWithin(seen(second)[0], lr[k + 1]!, 1e-12)
      expectWithin(seen(second)[1], momentum[k + 1]!, 1e-12)
    }
  })
})
