import { expect, test } from 'vitest'
import { StepLR } from '../../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../../src/optim/sgd.ts'
import { expectWithin } from '../../support/close.ts'
import recorded from '../fixtures/schedulers.json' with { type: 'json' }
import { parameters } from '../problem.ts'

// Numbers of PyTorch 1.13.1.
const options = { stepSize: 3, gamma: 0.5 }
const [oneGroup, twoGroups] = [recorded.cases['StepLR(3,.5)'].lr, recorded.cases['StepLR(3,.5)|2groups'].lr]

function optimizerOf(groupCount: number): SGD {
  const groups = parameters().slice(0, groupCount)
  return new SGD(groups.map((parameter, i) => ({ params: [parameter], lr: 0.1 / (i + 1) })))
}

test.for([oneGroup, twoGroups])('the rates are the recorded ones', (rates) => {
  const optimizer = optimizerOf(rates[0]!.length)
  const scheduler = new StepLR(optimizer, options)
  for (const [k, expected] of rates.entries()) {
    if (k > 0) scheduler.step()
    expectWithin(
      optimizer.paramGroups.map(({ lr }) => lr),
      expected,
      1e-15,
    )
    expect(scheduler.getLastLr()).toEqual(optimizer.paramGroups.map(({ lr }) => lr))
  }
})

test('a rate that someone else changed is where the next drop starts from', () => {
  const optimizer = optimizerOf(1)
  const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 })
  optimizer.paramGroups[0]!.lr = 8
  scheduler.step()
  expect(optimizer.paramGroups[0]!.lr).toBe(4)
  expect(optimizer.paramGroups[0]!.initialLr).toBe(0.1)
})

test('saved and loaded, it goes on equally', () => {
  const first = optimizerOf(2)
  const scheduler = new StepLR(first, options)
  for (let i = 0; i < 4; i++) scheduler.step()
  const state = JSON.parse(JSON.stringify(scheduler.stateDict()))
  expect(state).toEqual({ stepSize: 3, gamma: 0.5, lastEpoch: 4, baseLrs: [0.1, 0.05], lastLr: [0.05, 0.025] })

  const second = optimizerOf(2)
  const resumed = new StepLR(second, { stepSize: 99 })
  second.loadStateDict(first.stateDict())
  resumed.loadStateDict(state)
  for (let i = 0; i < 4; i++) {
    scheduler.step()
    resumed.step()
    expect(resumed.getLastLr()).toEqual(scheduler.getLastLr())
  }
})

test.for([0, -1, 1.5, Number.NaN])('a step size of %d is refused', (stepSize) => {
  const make = () => new StepLR(optimizerOf(1), { stepSize })
  expect(make).toThrow(`StepLR: stepSize is a whole number ≥ 1, got ${stepSize}`)
})
