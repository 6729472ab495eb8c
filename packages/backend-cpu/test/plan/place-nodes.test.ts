import { randomOutputs } from '@voltaic/conformance'
import * as g from '@voltaic/core/graph'
import { buildGraph, capture, type DType } from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
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

describe('of half types', () => {
  const mixed = (dtype: DType) => {
    const product = g.matmul(g.cast(x, dtype), g.cast(w, dtype))
    return g.cast(g.matmul(g.tanh(product), g.cast(w, dtype)), 'float32')
  }

  test('what only a session reads is rounded there', () => {
    for (const dtype of ['float16', 'bfloat16'] as const) {
      expect(sessionOps([mixed(dtype)]).slice(0, 4)).toEqual(['cast', 'cast', 'cast', 'cast'])
      const steps = makePlan(graphOf([mixed(dtype)], [x, w, p]), canRun).steps.map(({ kind }) => kind)
      expect(steps).toEqual(['session', 'wasm'])
    }
  })

  test.each(Array.from({ length: 30 }, (_, seed) => seed))('no session takes or gives them, graph %i', (seed) => {
    const outputs = randomOutputs(seed, ['float32', 'float16', 'bfloat16', 'float64'], 80)
    const { graph, steps } = makePlan(buildGraph(capture(outputs)).graph, canRun)
    for (const step of steps) {
      if (step.kind !== 'session') continue
      const crossing = [...step.inputs, ...step.outputs].map((value) => graph.values[value]!.dtype)
      expect(crossing.filter((dtype) => dtype === 'float16' || dtype === 'bfloat16')).toEqual([])
    }
  })
})
