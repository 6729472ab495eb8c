import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { configureOptimizers, type OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { StepLR } from '../../src/optim/step-lr.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'

const [a, b] = [tensor([1]), tensor([2])].map((initial) => new SGD([new Parameter(initial)])) as [SGD, SGD]
const [ofA, ofB] = [new StepLR(a, { stepSize: 1 }), new StepLR(b, { stepSize: 1 })]
const plain = { interval: 'epoch', frequency: 1 } as const

test.for<[string, OptimizerConfig, unknown]>([
  ['null', null, { optimizers: [], schedulers: [] }],
  ['an optimizer', a, { optimizers: [a], schedulers: [] }],
  ['a list of optimizers', [a, b], { optimizers: [a, b], schedulers: [] }],
  ['an optimizer by name', { optimizer: a }, { optimizers: [a], schedulers: [] }],
  [
    'an optimizer with its scheduler',
    { optimizer: a, lrScheduler: ofA },
    { optimizers: [a], schedulers: [{ scheduler: ofA, ...plain }] },
  ],
  [
    'a scheduler with its times',
    { optimizer: a, lrScheduler: { scheduler: ofA, interval: 'step', frequency: 3 } },
    { optimizers: [a], schedulers: [{ scheduler: ofA, interval: 'step', frequency: 3 }] },
  ],
  [
    'a list of optimizers with schedulers',
    [{ optimizer: a, lrScheduler: ofA }, { optimizer: b }],
    { optimizers: [a, b], schedulers: [{ scheduler: ofA, ...plain }] },
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
        { scheduler: ofB, ...plain },
        { scheduler: ofA, interval: 'step', frequency: 1 },
      ],
    },
  ],
])('%s comes to its normal form', ([, config, expected]) => {
  expect(configureOptimizers(config)).toEqual(expected)
})

const noForm = 'configureOptimizers: no known form, got'

test.for<[string, unknown, string]>([
  ['nothing', undefined, `${noForm} undefined`],
  ['a text', 'SGD', `${noForm} SGD; return an optimizer`],
  ['an empty list', [], `${noForm} []`],
  ['an optimizer and a scheduler in one list', [a, ofA], `${noForm} [SGD, StepLR]`],
  ['a scheduler alone', ofA, `${noForm} StepLR`],
  ['an object without an optimizer', { lrScheduler: ofA }, `${noForm} Object`],
  [
    'what is no scheduler',
    { optimizer: a, lrScheduler: 3 },
    'configureOptimizers: lrScheduler needs a scheduler, got 3',
  ],
  [
    'times without a scheduler',
    { optimizer: a, lrScheduler: { interval: 'step' } },
    'configureOptimizers: lrScheduler needs a scheduler, got Object',
  ],
  [
    'an unknown interval',
    { optimizer: a, lrScheduler: { scheduler: ofA, interval: 'batch' } },
    `configureOptimizers: interval is 'step' or 'epoch', got "batch"`,
  ],
  [
    'a frequency of 0',
    { optimizer: a, lrScheduler: { scheduler: ofA, frequency: 0 } },
    'configureOptimizers: frequency is a whole number ≥ 1, got 0',
  ],
  [
    "another optimizer's scheduler",
    { optimizer: a, lrScheduler: ofB },
    'configureOptimizers: a scheduler belongs to one of the optimizers, got StepLR of another; return its optimizer too',
  ],
])('%s is refused', ([, config, message]) => {
  expect(() => configureOptimizers(config as OptimizerConfig)).toThrow(MisconfigurationError)
  expect(() => configureOptimizers(config as OptimizerConfig)).toThrow(message)
})
