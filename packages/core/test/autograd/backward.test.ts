import { describe, expect, test } from 'vitest'
import { backward, gradientsOf } from '../../src/autograd/backward.ts'
import { AutogradError, ExpiredTensorError } from '../../src/errors/errors.ts'
import { alias, stopGradient } from '../../src/graph/alias.ts'
import { add, cast, exp, literalLike, mul, reshape, sin, sum, topK } from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import type { Shape } from '../../src/graph/spec.ts'
import type { GradientSink, Value } from '../../src/graph/value.ts'
import { leaf, leafOf, tensorOf } from '../support/host-tensors.ts'
import { numbers } from '../support/run-values.ts'

/** A sink that keeps what it gets, in order. */
class Received implements GradientSink {
  readonly gradients: Value[] = []

  accumulate(gradient: Value): void {
    this.gradients.push(gradient)
  }

  async numbers(): Promise<number[][]> {
    return Promise.all(this.gradients.map((gradient) => numbers(gradient)))
  }
}

function learned(values: readonly number[], shape: Shape = [values.length]): { x: Value; received: Received } {
  const x = leafOf(tensorOf(values, shape, 'float64'), { requiresGrad: true })
  const received = new Received()
  x.sink = received
  return { x, received }
}

describe('backward', () => {
  test('adds up the gradients of a leaf that is used twice, and delivers them once', async () => {
    const { x, received } = learned([2, 3])
    backward(sum(add(mul(x, x), x), [0]))
    expect(await received.numbers()).toEqual([[5, 7]])
  })

  test('delivers again when it is called again', async () => {
    const { x, received } = learned([2])
    const y = sum(mul(x, x), [0])
    backward(y)
    backward(y)
    expect(await received.numbers()).toEqual([[4], [4]])
  })

  test('weighs by a seed', async () => {
    const { x, received } = learned([2, 3])
    backward(mul(x, x), leaf([10, 1], [2], 'float64'))
    expect(await received.numbers()).toEqual([[40, 6]])
  })

  test('of a leaf itself is 1', async () => {
    const { x, received } = learned([2], [])
    backward(x)
    expect(await received.numbers()).toEqual([[1]])
  })

  test('takes a tensor of one element, whatever its shape', async () => {
    const { x, received } = learned([2], [1, 1])
    backward(mul(x, x))
    expect(await received.numbers()).toEqual([[4]])
  })

  test('stops where the gradient is stopped', async () => {
    const { x, received } = learned([2])
    backward(sum(mul(x, stopGradient(x)), [0]))
    expect(await received.numbers()).toEqual([[2]])
  })

  test('goes through one output of an op of many', async () => {
    const { x, received } = learned([2, 9, 5])
    const [values] = topK(x, 2, 0, true)
    backward(sum(values, [0]))
    expect(await received.numbers()).toEqual([[0, 1, 1]])
  })

  test('leaves no trace in the graph, also after a throw', async () => {
    const { x, received } = learned([2])
    const y = sum(mul(x, x), [0])
    expect(() => gradientsOf([y, exp(x)], [x], [undefined, leaf([1, 1], [2], 'float64')])).toThrow(AutogradError)
    backward(y)
    expect(await received.numbers()).toEqual([[4]])
  })

  test('refuses what depends on nothing that requires a gradient', () => {
    const y = sum(leaf([1, 2], [2], 'float64'), [0])
    expect(() => backward(y)).toThrow(
      new AutogradError(
        'backward: it depends on nothing that requires a gradient, got float64[]; was it detached, or recorded in noGrad()?',
      ),
    )
  })

  test('refuses many elements without a seed', () => {
    const { x } = learned([2, 3])
    expect(() => backward(mul(x, x))).toThrow(
      new AutogradError(
        'backward: only a scalar has a gradient without a seed, got float64[2]; reduce it with sum() or mean(), or pass a gradient',
      ),
    )
  })

  test.each([
    ['shape', leaf([1, 1, 1], [3], 'float64'), 'float64[3]'],
    ['dtype', leaf([1, 1], [2], 'float32'), 'float32[2]'],
  ])('refuses a seed of another %s', (_, seed, got) => {
    const { x } = learned([2, 3])
    expect(() => backward(mul(x, x), seed)).toThrow(
      new AutogradError(`backward: the gradient has the shape and dtype of its tensor, got ${got} for float64[2]`),
    )
  })

  test('refuses a graph that is gone in part', () => {
    const { x } = learned([2])
    const y = mul(x, x)
    const z = sum(y, [0])
    y.expiry = () => 'tensor: it expired'
    expect(() => backward(z)).toThrow(new ExpiredTensorError('backward: part of the graph is gone: tensor: it expired'))
  })
})

describe('gradientsOf', () => {
  test('takes several outputs and inputs, and says null where nothing depends on one', async () => {
    const [{ x, received }, { x: y }, { x: z }] = [learned([2]), learned([3]), learned([4])]
    const gradients = gradientsOf([sum(mul(x, y), [0]), sum(mul(x, x), [0])], [x, y, z])
    expect(gradients[2]).toBeNull()
    expect(await Promise.all(gradients.slice(0, 2).map((g) => numbers(g!)))).toEqual([[7], [2]])
    expect(received.gradients).toEqual([])
  })

  test('takes inputs that are no leaves', async () => {
    const { x } = learned([2])
    const y = mul(x, x)
    const [gradient] = gradientsOf([sum(mul(y, y), [0])], [y])
    expect(await numbers(gradient!)).toEqual([8])
  })

  test('gives 1 for an output that is an input', async () => {
    const { x } = learned([2], [])
    const y = mul(x, x)
    expect(await numbers(gradientsOf([y], [y])[0]!)).toEqual([1])
  })

  test('sees through other names of a value', async () => {
    const { x } = learned([2])
    const y = alias(alias(x))
    const [toAlias, toX] = gradientsOf([sum(mul(y, y), [0])], [y, x])
    expect([await numbers(toAlias!), await numbers(toX!)]).toEqual([[4], [4]])
  })

  test('records gradients for differentiation only when told to', () => {
    const { x } = learned([2])
    const y = sum(mul(x, x), [0])
    expect(gradientsOf([y], [x])[0]!.requiresGrad).toBe(false)
    expect(gradientsOf([y], [x], [], { createGraph: true })[0]!.requiresGrad).toBe(true)
  })

  test('differentiates to the fourth order', async () => {
    const { x } = learned([0.5])
    let y = sin(x)
    for (let order = 1; order <= 4; order++) y = gradientsOf([y], [x], [], { createGraph: true })[0]!
    expect((await numbers(y))[0]).toBeCloseTo(Math.sin(0.5), 12)
  })

  test('a gradient that nobody asks for is recorded but never run', () => {
    const [{ x }, { x: y }] = [learned([2]), learned([3])]
    const [toX] = gradientsOf([sum(mul(x, exp(y)), [0])], [x])
    const { graph } = buildGraph(capture([toX!]))
    expect(graph.nodes.filter(({ op }) => op.name === 'mul')).toHaveLength(1)
  })

  test('names itself in its errors', () => {
    expect(() => gradientsOf([leaf([1], [], 'float64')], [])).toThrow(/^grad: it depends on nothing/)
  })
})

describe('deep graphs', () => {
  test('20,000 ops in a chain are differentiated and captured without recursion, in time by their number', () => {
    const { x } = learned([1])
    let y = x
    for (let i = 0; i < 20_000; i++) y = sin(y)
    const started = performance.now()
    const [gradient] = gradientsOf([reshape(y, [])], [x])
    const captured = capture([gradient!])
    expect(captured.nodes.length).toBeGreaterThan(60_000)
    // What took time by the square of the length would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('one value added to itself 60 times over is visited once a node', async () => {
    const { x } = learned([1])
    let y = x
    for (let i = 0; i < 60; i++) y = add(y, y)
    const [gradient] = gradientsOf([reshape(y, [])], [x])
    expect(await numbers(gradient!)).toEqual([2 ** 60])
  })

  test('dtypes along the way are undone one by one', async () => {
    const { x } = learned([1.5])
    const y = cast(mul(cast(x, 'float32'), literalLike(cast(x, 'float32'), 2)), 'float64')
    expect(await numbers(gradientsOf([reshape(y, [])], [x])[0]!)).toEqual([2])
  })
})
