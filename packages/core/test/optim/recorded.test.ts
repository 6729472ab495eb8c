import { describe, expect, test } from 'vitest'
import { Adam, AdamW } from '../../src/optim/adam.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import recorded from './fixtures/optimizers.json' with { type: 'json' }
import { flat, loss, parameters } from './problem.ts'

// Numbers of PyTorch 1.13.1.
type OptimizerClass = new (params: Parameter[], options: object) => Optimizer

const classes: Readonly<Record<string, OptimizerClass>> = { SGD, Adam, AdamW }

function optimizerOf({ optimizer, options }: (typeof recorded.cases)[number], params: Parameter[]): Optimizer {
  return new classes[optimizer]!(params, options)
}

describe.for(recorded.cases.map((entry) => [`${entry.optimizer} ${JSON.stringify(entry.options)}`, entry] as const))(
  '%s',
  ([, entry]) => {
    test('takes the recorded steps in float64', async () => {
      const [a, b] = parameters()
      const optimizer = optimizerOf(entry, [a, b])
      for (const step of entry.float64) {
        optimizer.zeroGrad()
        const value = loss(a, b)
        value.backward()
        await optimizer.step()
        expectWithin([await value.item()], [step.loss], 1e-12)
        expectWithin(await flat(a), step.a, 1e-12)
        expectWithin(await flat(b), step.b, 1e-12)
      }
      const { state } = optimizer.stateDict()
      for (const [i, entries] of Object.entries(entry.state)) {
        for (const [name, expected] of Object.entries(entries)) {
          if (expected !== null) expectWithin(await flat(state[Number(i)]![name]!), expected as number[], 1e-12)
        }
      }
    })

    test('takes the recorded steps in float32, up to rounding', async () => {
      const [a, b] = parameters('float32')
      const optimizer = optimizerOf(entry, [a, b])
      for (const step of entry.float32) {
        optimizer.zeroGrad()
        loss(a, b).backward()
        await optimizer.step()
        expectWithin(await flat(a), step.a, 64 * 2 ** -24)
        expectWithin(await flat(b), step.b, 64 * 2 ** -24)
      }
    })
  },
)

const { groups } = recorded

test.for([
  ['zeros', { setToNull: false }, groups.zeroGradToZero],
  ['null', { setToNull: true }, groups.zeroGradToNull],
] as const)('a step without a backward pass, gradients reset to %s, is the recorded one', async ([, reset, steps]) => {
  const [a, b] = parameters()
  const optimizer = new SGD([{ params: [a] }, { params: [b], ...groups.second }], groups.options)
  for (const [k, step] of steps.entries()) {
    optimizer.zeroGrad(reset)
    const value = loss(a, b)
    if (k !== 2) value.backward()
    await optimizer.step()
    expectWithin(await flat(a), step.a, 1e-12)
    expectWithin(await flat(b), step.b, 1e-12)
  }
})

test('the recorded cases cover every option', () => {
  const options = new Set(recorded.cases.flatMap((entry) => Object.keys(entry.options)))
  expect([...options].toSorted()).toEqual([
    'amsgrad',
    'betas',
    'dampening',
    'eps',
    'lr',
    'maximize',
    'momentum',
    'nesterov',
    'weightDecay',
  ])
})
