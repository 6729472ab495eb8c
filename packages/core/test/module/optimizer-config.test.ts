import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import {
  type ConfiguredOptimizers,
  configureOptimizers,
  type OptimizerConfig,
} from '../../src/module/optimizer-config.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'

const [a, b] = [tensor([1]), tensor([2])].map((initial) => new SGD([new Parameter(initial)])) as [SGD, SGD]
const [ofA, ofB] = [new StepLR(a, { stepSize: 1 }), new StepLR(b, { stepSize: 1 })]
const plain = {
  interval: 'epoch',
  frequency: 1,
  reduceOnPlateau: false,
  monitor: null,
  strict: true,
  name: null,
  optimizerIdx: null,
} as const
const automatic = { automatic: true, stepsSchedulers: false }

test.for<[string, OptimizerConfig, Partial<ConfiguredOptimizers>]>([
  ['null', null, { optimizers: [], schedulers: [] }],
  ['an optimizer', a, { optimizers: [a], schedulers: [] }],
  ['a list of optimizers', [a, b], { optimizers: [a, b], schedulers: [] }],
  ['an optimizer by name', { optimizer: a }, { optimizers: [a], schedulers: [] }],
  [
    'an optimizer with its scheduler',
    { optimizer: a, lrScheduler: ofA },
    { optimizers: [a], schedulers: [{ ...plain, scheduler: ofA, optimizerIdx: 0 }] },
  ],
  [
    'a scheduler with its times',
    { optimizer: a, lrScheduler: { scheduler: ofA, interval: 'step', frequency: 3 } },
    { optimizers: [a], schedulers: [{ ...plain, scheduler: ofA, interval: 'step', frequency: 3, optimizerIdx: 0 }] },
  ],
  [
    'a list of optimizers with schedulers',
    [{ optimizer: a, lrScheduler: ofA }, { optimizer: b }],
    { optimizers: [a, b], schedulers: [{ ...plain, scheduler: ofA, optimizerIdx: 0 }] },
  ],
  [
    'two lists',
    [
      [a, b],
      [ofB, { scheduler: ofA, interval: 'step' }],
    ],
    {
      optimizers: [a, b],
      schedulers: [
        { ...plain, scheduler: ofB },
        { ...plain, scheduler: ofA, interval: 'step' },
      ],
    },
  ],
])('%s comes to its normal form', ([, config, expected]) => {
  expect(configureOptimizers(config, automatic)).toEqual({ frequencies: null, warnings: [], ...expected })
})

const noForm = 'configureOptimizers: no known form, got'

test.for<[string, unknown, string]>([
  ['nothing', undefined, `${noForm} undefined`],
  ['a text', 'SGD', `${noForm} "SGD"; return an optimizer`],
  ['an empty list', [], `${noForm} []`],
  ['an optimizer and a scheduler in one list', [a, ofA], `${noForm} [SGD, StepLR]`],
  ['a scheduler alone', ofA, `${noForm} StepLR`],
  ['an object without an optimizer', { lrScheduler: ofA }, `${noForm} Object`],
  [
    'what is no scheduler',
    { optimizer: a, lrScheduler: 3 },
    'configureOptimizers: lrScheduler is a scheduler, or { scheduler } and its options, got 3',
  ],
  [
    'times without a scheduler',
    { optimizer: a, lrScheduler: { interval: 'step' } },
    'configureOptimizers: lrScheduler is a scheduler, or { scheduler } and its options, got Object',
  ],
  [
    'an unknown interval',
    { optimizer: a, lrScheduler: { scheduler: ofA, interval: 'batch' } },
    `configureOptimizers: interval is 'step' or 'epoch', got "batch"`,
  ],
  [
    'a frequency of 0',
    { optimizer: a, lrScheduler: { scheduler: ofA, frequency: 0 } },
    "configureOptimizers: a scheduler's frequency is a whole number ≥ 1, got 0",
  ],
  [
    "another optimizer's scheduler",
    { optimizer: a, lrScheduler: ofB },
    'configureOptimizers: a scheduler belongs to one of the optimizers, got StepLR of another; return its optimizer too',
  ],
])('%s is refused', ([, config, message]) => {
  expect(() => configureOptimizers(config as OptimizerConfig, automatic)).toThrow(MisconfigurationError)
  expect(() => configureOptimizers(config as OptimizerConfig, automatic)).toThrow(message)
})
