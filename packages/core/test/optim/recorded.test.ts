import { describe, test } from 'vitest'
import { Adadelta } from '../../src/optim/adadelta.ts'
import { Adagrad } from '../../src/optim/adagrad.ts'
import { Adam, AdamW } from '../../src/optim/adam.ts'
import { Adamax } from '../../src/optim/adamax.ts'
import { ASGD } from '../../src/optim/asgd.ts'
import { NAdam } from '../../src/optim/nadam.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import { RAdam } from '../../src/optim/radam.ts'
import { RMSprop } from '../../src/optim/rmsprop.ts'
import { Rprop } from '../../src/optim/rprop.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import fixture from './fixtures/optimizers.json' with { type: 'json' }
import { flat, loss, parameters } from './problem.ts'

// Numbers of PyTorch 1.13.1.
interface Step {
  readonly loss: number
  readonly a: readonly number[]
  readonly b: readonly number[]
}

interface Case {
  readonly optimizer: string
  readonly options: object
  readonly float64: readonly Step[]
  readonly float32: readonly Step[]
  readonly state: Readonly<Record<string, Readonly<Record<string, readonly number[] | null>>>>
}

const recorded = fixture as unknown as { readonly cases: readonly Case[] } & Pick<typeof fixture, 'groups'>

type OptimizerClass = new (params: Parameter[], options: never) => Optimizer

const classes: Readonly<Record<string, OptimizerClass>> = {
  ...{ SGD, Adam, AdamW, NAdam, RAdam, Adamax, RMSprop, Adagrad, Adadelta, Rprop, ASGD },
}

/** The steps before a run that maximises leaves the numbers: what is not finite is a word in JSON. */
function finite(steps: readonly Step[]): readonly Step[] {
  const end = steps.findIndex(({ loss, a, b }) => [loss, ...a, ...b].some((x) => typeof x !== 'number'))
  return end < 0 ? steps : steps.slice(0, end)
}

function optimizerOf({ optimizer, options }: Case, params: Parameter[]): Optimizer {
  return new classes[optimizer]!(params, options as never)
}

describe.for(recorded.cases.map((entry) => [`${entry.optimizer} ${JSON.stringify(entry.options)}`, entry] as const))(
  '%s',
  ([, entry]) => {
    test('takes the recorded steps in float64', async () => {
      const [a, b] = parameters()
      const optimizer = optimizerOf(entry, [a, b])
      for (const step of finite(entry.float64)) {
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
      for (const step of finite(entry.float32)) {
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
