import { expect, test } from 'vitest'
import { LearningRateMonitor, type LearningRateMonitorOptions } from '../../src/callbacks/learning-rate-monitor.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { Adam } from '../../src/optim/adam.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { NotingLogger } from '../support/noting-logger.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

async function logsOf(
  config: (module: Regression) => OptimizerConfig,
  options: LearningRateMonitorOptions = {},
  maxEpochs = 1,
) {
  const module = new Regression()
  module.configureOptimizers = () => config(module)
  const logger = new NotingLogger()
  const callbacks = [new LearningRateMonitor(options)]
  const trainer = quietTrainer({ maxEpochs, logger, logEveryNSteps: 1, callbacks })
  await trainer.fit(module, { train: batches(2) })
  return { logs: logger.logs, callbackMetrics: trainer.callbackMetrics }
}

const halving = (optimizer: SGD | Adam) => new StepLR(optimizer, { stepSize: 1, gamma: 0.5 })

test('a scheduler of epochs is looked at in epochs, one of steps in steps', async () => {
  const epochs = await logsOf(
    (module) => {
      const optimizer = new SGD(module.parameters(), { lr: 0.1 })
      return { optimizer, lrScheduler: halving(optimizer) }
    },
    {},
    2,
  )
  expect(epochs.logs).toEqual([
    [0, { 'lr-SGD': 0.1 }],
    [2, { 'lr-SGD': 0.05 }],
  ])
  expect(epochs.callbackMetrics).toEqual({ 'lr-SGD': 0.05 })
  const steps = await logsOf((module) => {
    const optimizer = new SGD(module.parameters(), { lr: 0.1 })
    return { optimizer, lrScheduler: { scheduler: halving(optimizer), interval: 'step', name: 'rate' } }
  })
  expect(steps.logs).toEqual([
    [0, { rate: 0.1 }],
    [1, { rate: 0.05 }],
  ])
})

test('without a scheduler it is looked at in both', async () => {
  const { logs } = await logsOf((module) => new SGD(module.parameters(), { lr: 0.1 }))
  expect(logs.map(([step]) => step)).toEqual([0, 0, 1])
  const only = await logsOf((module) => new SGD(module.parameters(), { lr: 0.1 }), { loggingInterval: 'epoch' })
  expect(only.logs).toEqual([[0, { 'lr-SGD': 0.1 }]])
})

test('groups, repeated classes, momentum and decay have names', async () => {
  const options = { logMomentum: true, logWeightDecay: true, loggingInterval: 'epoch' } as const
  const { logs } = await logsOf((module) => {
    const [weight, bias] = [module.net.weight, module.net.bias!]
    return [
      new Adam([{ params: [weight] }, { params: [], lr: 0.3 }], { lr: 0.2, betas: [0.8, 0.9], weightDecay: 0.01 }),
      new SGD([bias], { lr: 0.1, momentum: 0.7 }),
      new SGD([bias], { lr: 0.05 }),
    ]
  }, options)
  expect(logs).toEqual([
    [
      0,
      {
        'lr-Adam/pg1': 0.2,
        'lr-Adam/pg1-momentum': 0.8,
        'lr-Adam/pg1-weight_decay': 0.01,
        'lr-Adam/pg2': 0.3,
        'lr-Adam/pg2-momentum': 0.8,
        'lr-Adam/pg2-weight_decay': 0.01,
        'lr-SGD': 0.1,
        'lr-SGD-momentum': 0.7,
        'lr-SGD-weight_decay': 0,
        'lr-SGD-1': 0.05,
        'lr-SGD-1-momentum': 0,
        'lr-SGD-1-weight_decay': 0,
      },
    ],
  ])
})

test('without a logger, with an unknown interval, or with groups of one name it is refused', async () => {
  const fit = quietTrainer({ callbacks: [new LearningRateMonitor()] }).fit(new Regression(), { train: batches(1) })
  await expect(fit).rejects.toThrow('LearningRateMonitor: writes to loggers, got none')
  expect(() => new LearningRateMonitor({ loggingInterval: 'batch' as never })).toThrow(MisconfigurationError)
  const twice = logsOf((module) => {
    const [weight, bias] = [module.net.weight, module.net.bias!]
    const groups = [
      { params: [weight], name: 'a' },
      { params: [bias], name: 'a' },
    ]
    return new SGD(groups, { lr: 0.1 })
  })
  await expect(twice).rejects.toThrow('LearningRateMonitor: groups of lr-SGD have names of their own, got "a" twice')
})
