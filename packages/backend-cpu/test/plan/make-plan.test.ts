import * as g from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { formatPlan } from '../../src/plan/format-plan.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import { canRun } from '../../src/session/model.ts'
import { graphOf, input } from '../support/graphs.ts'
import { mlpStep } from '../support/mlp-step.ts'

const planOf = (graph: ReturnType<typeof graphOf>) => formatPlan(makePlan(graph, canRun))

test('a training step is one session between two passes of WebAssembly, updates in place', () => {
  expect(planOf(mlpStep().graph)).toMatchInlineSnapshot(`
    "wasm: 1 calls
      index equal cast over [64, 10]
    session: 22 nodes, 6 inputs, 5 outputs (819.2 kB)
      matmul(float32[64, 784], float32[256, 784]) → float32[64, 256]
      add(float32[64, 256], float32[256]) → float32[64, 256]
      literal() → float32[]
      maximum(float32[64, 256], float32[]) → float32[64, 256]
      matmul(float32[64, 256], float32[10, 256]) → float32[64, 10]
      add(float32[64, 10], float32[10]) → float32[64, 10]
      max(float32[64, 10]) → float32[64, 1]
      sub(float32[64, 10], float32[64, 1]) → float32[64, 10]
      exp(float32[64, 10]) → float32[64, 10]
      sum(float32[64, 10]) → float32[64, 1]
      log(float32[64, 1]) → float32[64, 1]
      sub(float32[64, 1], float32[64, 10]) → float32[64, 10]
      literal() → float32[]
      div(float32[64, 10], float32[64, 1]) → float32[64, 10]
      sub(float32[64, 10], float32[64, 10]) → float32[64, 10]
      div(float32[64, 10], float32[]) → float32[64, 10]
      less(float32[], float32[64, 256]) → bool[64, 256]
      matmul(float32[64, 10], float32[10, 256]) → float32[64, 256]
      where(bool[64, 256], float32[64, 256], float32[]) → float32[64, 256]
      matmul(float32[64, 256], float32[64, 784]) → float32[256, 784]
      sum(float32[64, 256]) → float32[256]
      matmul(float32[64, 10], float32[64, 256]) → float32[10, 256]
    wasm: 7 calls
      mul sum over [64, 10]
      div over []
      sum over [64, 10]
      mul add mul sub over [256, 784]
      mul add mul sub over [256]
      mul add mul sub over [10, 256]
      mul add mul sub over [10]
    9 outputs, 8 written over donated inputs; 821.8 kB scratch"
  `)
})

test('a step in mixed precision is cut where one in float32 is, and rounds in the session', () => {
  const mixed = planOf(mlpStep({ products: 'float16' }).graph).split('\n')
  const whole = planOf(mlpStep().graph).split('\n')
  const kinds = (plan: readonly string[]) => plan.flatMap((line) => line.match(/^(wasm|session)/)?.[0] ?? [])
  expect(kinds(mixed)).toEqual(kinds(whole))
  expect(mixed).toContain('  cast(float32[64, 256]) → float16[64, 256]')
  expect(mixed).toContain('  cast cast mul add mul sub over [256, 784]')
})

test('a graph without contractions has no session', () => {
  const x = input([4, 8])
  const y = g.exp(x)
  expect(planOf(graphOf([y, g.sum(y, [1])], [x]))).toMatchInlineSnapshot(`
    "wasm: 1 calls
      exp sum over [4, 8]
    2 outputs, 0 written over donated inputs; 0 B scratch"
  `)
})

test('what ONNX Runtime lacks between contractions splits the session, and the plan says so', () => {
  const [x, w] = [input([32, 32]), input([32, 32])]
  const h = g.matmul(x, w)
  const angle = g.atan2(h, x)
  expect(planOf(graphOf([g.matmul(angle, w)], [x, w]))).toMatchInlineSnapshot(`
    "session 1: 1 nodes, 2 inputs, 1 outputs (4.1 kB)
      matmul(float32[32, 32], float32[32, 32]) → float32[32, 32]
    wasm: 1 calls
      atan2 over [32, 32]
    session 2: 1 nodes, 2 inputs, 1 outputs (4.1 kB)
      matmul(float32[32, 32], float32[32, 32]) → float32[32, 32]
    split into 2 sessions: ONNX Runtime does not run what makes float32[32, 32]
    1 outputs, 0 written over donated inputs; 8.2 kB scratch"
  `)
})

test('a convolution of float64 parts no session, a function that ONNX Runtime lacks on float64 does', () => {
  const [x, w] = [input([1, 4, 6, 6], 'float64'), input([4, 4, 3, 3], 'float64')]
  const padding = [
    [1, 1],
    [1, 1],
  ] as const
  const attributes = { stride: [1, 1], padding, dilation: [1, 1], groups: 1 }
  const twice = (between: (h: g.Value) => g.Value) => g.conv(between(g.conv(x, w, attributes)), w, attributes)
  const steps = (y: g.Value) => makePlan(graphOf([y], [x, w]), canRun).steps.map(({ kind }) => kind)
  expect(steps(twice(g.tanh))).toEqual(['session'])
  expect(steps(twice(g.erf))).toEqual(['session', 'wasm', 'session'])
  expect(planOf(graphOf([twice(g.erf)], [x, w]))).toContain(
    'split into 2 sessions: ONNX Runtime does not run what makes float64[1, 4, 6, 6]',
  )
})

test('a reshape shares the bytes of its operand', () => {
  const x = input([4, 6])
  expect(planOf(graphOf([g.reshape(g.neg(x), [24])], [x]))).toMatchInlineSnapshot(`
    "wasm: 1 calls
      neg over [4, 6]
    1 outputs, 0 written over donated inputs; 0 B scratch"
  `)
})

test('nothing is written over a donated input before the last step that may fail', () => {
  const [p, x, indices] = [input([64]), input([8, 64]), input([8], 'int32')]
  const negated = g.neg(p)
  const rows = g.indexSelect(x, indices, 0)
  const updated = g.sub(p, g.sum(rows, [0]))
  const early = graphOf([negated, rows], [p, x, indices], [p])
  expect(makePlan(graphOf([updated], [p, x, indices], [p]), canRun).takenOver).toEqual([0])
  expect(makePlan(early, canRun).takenOver).toEqual([undefined, undefined])
})
