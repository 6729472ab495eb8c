import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { add, cos, exp, literal, matmul, max, mul, neg, sin, sub, sum, tanh } from '../../src/graph/build.ts'
import { buildGraph, expand } from '../../src/graph/build-graph.ts'
import { call, traceSubgraph } from '../../src/graph/call.ts'
import { capture } from '../../src/graph/capture.ts'
import { defineComposite } from '../../src/graph/composite.ts'
import { clamp } from '../../src/graph/composites/clamp.ts'
import { gelu } from '../../src/graph/composites/gelu.ts'
import { relu } from '../../src/graph/composites/relu.ts'
import { logSoftmax, softmax } from '../../src/graph/composites/softmax.ts'
import { numberValue, record, recording, recordOne } from '../../src/graph/record.ts'
import { specOf } from '../../src/graph/spec.ts'
import type { Value } from '../../src/graph/value.ts'
import { leaf, leafOf, SeededTensors, tensorOf } from '../support/host-tensors.ts'
import { numbers } from '../support/run-values.ts'
import { expectGradient, expectSecondGradient, type Recorded } from './expect-gradient.ts'

const random = new SeededTensors(3)
const vector = () => random.tensor('float64', [3])

/** sin(x)·y and cos(x), without a rule of its own. */
const waves = defineComposite({
  name: 'waves',
  decompose: ([x, y]) => [mul(sin(x!), y!), cos(x!)],
})

const wavesOf = (x: Value, y: Value) => record(waves, [x, y], {})

describe('a composite without a gradient of its own', () => {
  test.each<[string, Recorded]>([
    ['both outputs', (x, y) => wavesOf(x!, y!)],
    ['the first output', (x, y) => wavesOf(x!, y!)[0]!],
    ['the second output', (x, y) => wavesOf(x!, y!)[1]!],
    ['an argument twice', (x) => wavesOf(x!, x!)],
    ['one inside another', (x, y) => wavesOf(wavesOf(x!, y!)[0]!, x!)],
  ])('gets that of its decomposition: %s', async (_, f) => {
    const inputs = [vector(), vector()]
    await expectGradient(f, inputs)
    await expectSecondGradient(f, inputs)
  })

  test('may hand an argument through', async () => {
    const through = defineComposite({ name: 'through', decompose: ([x]) => [x!, sin(x!)] })
    const f: Recorded = (x) => record(through, [x!], {})
    await expectGradient(f, [vector()])
    await expectSecondGradient(f, [vector()])
  })

  test('gives no gradient to an argument that needs none', () => {
    const x = leafOf(vector(), { requiresGrad: true })
    const y = leafOf(vector())
    const [first] = wavesOf(x, y)
    expect(gradientsOf([sum(first!, [0])], [x, y]).map((g) => g === null)).toEqual([false, true])
  })
})

describe('a composite with a gradient of its own', () => {
  const tripled = defineComposite({
    name: 'tripled',
    decompose: ([x]) => [mul(x!, literal(3, 'float64')), neg(x!)],
    // Wrong on purpose, to be told apart from the decomposition's.
    vjp: ({ cotangents: [a, b] }) => [[a, b].filter((g) => g != null).reduce((g, h) => add(g, h))],
  })

  test('gets that, with null for an output that nothing depends on', async () => {
    const x = leafOf(tensorOf([1], [], 'float64'), { requiresGrad: true })
    const [y, z] = record(tripled, [x], {})
    expect(await numbers(gradientsOf([y!], [x])[0]!)).toEqual([1])
    expect(await numbers(gradientsOf([z!], [x])[0]!)).toEqual([1])
    expect(await numbers(gradientsOf([y!, z!], [x])[0]!)).toEqual([2])
  })

  test.each<[string, Recorded]>([
    ['softmax', (x) => softmax(x!, 1)],
    ['softmax along 0', (x) => softmax(x!, 0)],
    ['logSoftmax', (x) => logSoftmax(x!, 1)],
    ['gelu', (x) => gelu(x!, 'none')],
    ['gelu by tanh', (x) => gelu(x!, 'tanh')],
    ['relu', (x) => relu(x!)],
    ['clamp', (x) => clamp(x!, numberValue(-0.5, 'float64'), numberValue(1.1, 'float64'))],
    ['clamp from below', (x) => clamp(x!, numberValue(-0.5, 'float64'), undefined)],
    ['clamp from above', (x) => clamp(x!, undefined, numberValue(0.5, 'float64'))],
  ])('%s agrees with central differences, twice over', async (_, f) => {
    const inputs = [random.tensor('float64', [2, 3])]
    await expectGradient(f, inputs)
    await expectSecondGradient(f, inputs)
  })

  test('relu has the gradient 0 at 0, and clamp 1 at its bounds', async () => {
    const x = leafOf(tensorOf([-1, 0, 1, 2], [4], 'float64'), { requiresGrad: true })
    expect(await numbers(gradientsOf([sum(relu(x), [0])], [x])[0]!)).toEqual([0, 0, 1, 1])
    const clamped = clamp(x, numberValue(0, 'float64'), numberValue(1, 'float64'))
    expect(await numbers(gradientsOf([sum(clamped, [0])], [x])[0]!)).toEqual([0, 1, 1, 0])
  })
})

describe('second derivatives of what is long', () => {
  test('of a small network', () => {
    const f: Recorded = (x, w, v) => sum(logSoftmax(matmulTanh(matmulTanh(x!, w!), v!), 1), [0, 1])
    return expectSecondGradient(f, [
      random.tensor('float64', [2, 3]),
      random.tensor('float64', [3, 4]),
      random.tensor('float64', [4, 2]),
    ])
  })
})

describe('call', () => {
  const specs = [specOf('float64', [3]), specOf('float64', [3])]
  const body = () => traceSubgraph(specs, ([x, y]) => [mul(sin(x!), y!), exp(x!)])

  test('runs its body', async () => {
    const x = leaf([0, 1, 2], [3], 'float64')
    const [y, z] = call(body(), [x, leaf([2, 2, 2], [3], 'float64')])
    expect(await numbers(y!)).toEqual([0, 2 * Math.sin(1), 2 * Math.sin(2)])
    expect(await numbers(z!)).toEqual([1, Math.exp(1), Math.exp(2)])
  })

  test('equal bodies are one object, other numbers and other wiring another', () => {
    const scaled = (by: number) => traceSubgraph(specs, ([x]) => [mul(x!, literal(by, 'float64'))])
    const byNumber = (by: number) => traceSubgraph(specs, ([x]) => [mul(x!, numberValue(by, 'float64'))])
    expect(body()).toBe(body())
    expect(scaled(2)).toBe(scaled(2))
    expect(scaled(2)).not.toBe(scaled(3))
    expect(byNumber(2)).toBe(byNumber(2))
    expect(byNumber(2)).not.toBe(byNumber(3))
    expect(traceSubgraph(specs, ([x, y]) => [sub(x!, y!)])).not.toBe(traceSubgraph(specs, ([x, y]) => [sub(y!, x!)]))
  })

  test('a call is one node, its gradient another, and a backend that does not know calls gets neither', () => {
    const x = leafOf(vector(), { requiresGrad: true })
    const [y] = call(body(), [x, leafOf(vector())])
    const [gradient] = gradientsOf([sum(y!, [0])], [x])
    const built = buildGraph(capture([y!, gradient!]))
    expect(built.graph.nodes.filter(({ op }) => op.name === 'call')).toHaveLength(2)
    const expanded = expand(built, reference().capabilities.composites)
    expect(expanded.graph.nodes.filter(({ op }) => op.kind === 'composite')).toEqual([])
    expect(expanded.graph.nodes.filter(({ op }) => op.name === 'sin')).toHaveLength(1)
  })

  test('the gradient of a loop of calls traces the gradient of the body once', () => {
    const steps = (count: number) => {
      const x = leafOf(vector(), { requiresGrad: true })
      const y = leafOf(vector())
      let state: Value = x
      for (let i = 0; i < count; i++) state = call(body(), [state, y])[0]!
      const { nodes } = recording
      gradientsOf([sum(state, [0])], [x])
      return recording.nodes - nodes
    }
    steps(1)
    expect(steps(20) - steps(10)).toBe(10)
  })

  test.each<[string, Recorded]>([
    ['both results', (x, y) => call(body(), [x!, y!])],
    ['one result', (x, y) => call(body(), [x!, y!])[1]!],
    ['an argument twice', (x) => call(body(), [x!, x!])],
    ['chained', (x, y) => call(body(), [call(body(), [x!, y!])[0]!, y!])[0]!],
    [
      'one call inside another',
      (x, y) => {
        const outer = traceSubgraph(specs, ([a, b]) => [add(call(body(), [a!, b!])[0]!, tanh(b!))])
        return call(outer, [call(outer, [x!, y!])[0]!, y!])
      },
    ],
    [
      'with a composite in it',
      (x, y) =>
        call(
          traceSubgraph(specs, ([a, b]) => wavesOf(a!, b!)),
          [x!, y!],
        ),
    ],
    [
      'a body that hands an argument through',
      (x, y) =>
        call(
          traceSubgraph(specs, ([a, b]) => [a!, b!, a!]),
          [x!, y!],
        ),
    ],
    [
      'a body that ignores an argument',
      (x, y) =>
        call(
          traceSubgraph(specs, ([a]) => [sin(a!)]),
          [x!, y!],
        ),
    ],
  ])('is differentiated twice: %s', async (_, f) => {
    const inputs = [vector(), vector()]
    await expectGradient(f, inputs)
    await expectSecondGradient(f, inputs)
  })

  test('passes integers along without a gradient', async () => {
    const mixed = traceSubgraph([specOf('float64', [3]), specOf('int32', [])], ([x]) => [max(x!, [0])])
    await expectGradient((x, i) => call(mixed, [x!, i!]), [vector(), tensorOf([1], [], 'int32')])
  })

  test('refuses a body that uses a value from outside', () => {
    const outside = leafOf(vector())
    expect(() => traceSubgraph(specs, ([x]) => [mul(x!, outside)])).toThrow(
      'call: the body uses a tensor from outside; pass it as an argument',
    )
  })

  test('leaves recording as it was, also when the body throws', () => {
    expect(() =>
      traceSubgraph(specs, () => {
        throw new Error('mine')
      }),
    ).toThrow('mine')
    const x = leafOf(vector(), { requiresGrad: true })
    expect(recordOne(waves, [x, x], {}).requiresGrad).toBe(true)
  })
})

function matmulTanh(x: Value, w: Value): Value {
  return tanh(matmul(x, w))
}
