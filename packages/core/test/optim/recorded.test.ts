import { test } from 'vitest'
import { SGD } from '../../src/optim/sgd.ts'
import { expectWithin } from '../support/close.ts'
import { expectRecordedSteps, recordedRuns } from '../support/recorded-optimizers.ts'
import fixture from './fixtures/optimizers.json' with { type: 'json' }
import { flat, loss, parameters } from './problem.ts'

const named = recordedRuns.map((run) => [`${run.optimizer} ${JSON.stringify(run.options)}`, run] as const)

test.for(named)('%s takes the recorded steps in float64, and has the recorded state', async ([, run]) => {
  const { state } = (await expectRecordedSteps(run, 'float64')).stateDict()
  for (const [i, entries] of Object.entries(run.state)) {
    for (const [name, expected] of Object.entries(entries)) {
      if (expected !== null) expectWithin(await flat(state[Number(i)]![name]!), expected, 1e-12)
    }
  }
})

test.for(named)('%s takes the recorded steps in float32, up to rounding', async ([, run]) => {
  await expectRecordedSteps(run, 'float32')
})

const { groups } = fixture

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
