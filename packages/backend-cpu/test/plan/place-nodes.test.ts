import * as g from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { makePlan } from '../../src/plan/make-plan.ts'
import { canRun } from '../../src/session/model.ts'
import { graphOf, input } from '../support/graphs.ts'

const [x, w, p] = [input([256, 256]), input([256, 256]), input([256, 256])]

function sessionOps(outputs: Parameters<typeof graphOf>[0]): string[] {
  const plan = makePlan(graphOf(outputs, [x, w, p]), canRun)
  return plan.steps.flatMap((step) =>
    step.kind === 'session' ? step.nodes.map((i) => plan.graph.nodes[i]!.op.name) : [],
  )
}

test('a sum that shrinks what leaves the session is taken in', () => {
  expect(sessionOps([g.sum(g.matmul(x, w), [0])])).toEqual(['matmul', 'sum'])
})

test('an update of what leaves anyway stays outside', () => {
  const gradient = g.matmul(x, w)
  expect(sessionOps([gradient, g.sub(p, gradient)])).toEqual(['matmul'])
  expect(sessionOps([gradient, g.sum(g.mul(gradient, gradient), [0, 1])])).toEqual(['matmul'])
})

test('what comes before stays outside, what lies between is taken in', () => {
  expect(sessionOps([g.matmul(g.tanh(g.matmul(g.exp(x), w)), w)])).toEqual(['matmul', 'tanh', 'matmul'])
})
