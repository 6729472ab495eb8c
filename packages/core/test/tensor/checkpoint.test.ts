import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { gradientsOf } from '../../src/autograd/backward.ts'
import { noGrad } from '../../src/autograd/no-grad.ts'
import { buildGraph, expand } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { bytesPerElement } from '../../src/graph/dtype.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { dropout } from '../../src/nn/functional/dropout.ts'
import { Linear } from '../../src/nn/linear.ts'
import { checkpoint } from '../../src/tensor/checkpoint.ts'
import { ones, tensor, zeros, zerosLike } from '../../src/tensor/creation.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import { Buffer, Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const plain = <R>(fn: (...inputs: Tensor[]) => R, ...inputs: Tensor[]): R => fn(...inputs)

/** Result and gradients of a block on fresh parameters, with and without a checkpoint. */
async function compare(block: (x: Tensor, w: Parameter) => Tensor): Promise<void> {
  const [one, other] = await Promise.all(
    [checkpoint, plain].map(async (run) => {
      manualSeed(3)
      const x = tensor([[1, -2, 3]], { requiresGrad: true })
      const w = new Parameter(tensor([[0.5, -1, 2]]))
      const y = run((x: Tensor) => block(x!, w), x)
      y.sum().backward()
      const gradients = [x, w].map(async (leaf) => (leaf.grad ?? zerosLike(leaf)).array())
      return [await y.array(), ...(await Promise.all(gradients))]
    }),
  )
  expect(one).toEqual(other)
}

describe('checkpoint computes what the function computes, and its gradients', () => {
  test.each<[string, (x: Tensor, w: Parameter) => Tensor]>([
    ['of arguments and of what it uses from outside', (x, w) => x.mul(w).tanh().exp()],
    ['with random numbers, drawn once', (x, w) => dropout(x.mul(w), 0.5, { training: true })],
    ['with numbers', (x, w) => x.mul(w).add(2.5).pow(2)],
    ['through what is detached', (x, w) => x.mul(w).add(x.mul(w).detach().mul(x))],
    ['through what is recorded in noGrad()', (x, w) => x.mul(w).mul(noGrad(() => x.mul(w).exp()))],
    ['handing an argument through', (x) => x],
    ['returning what comes from outside', (_, w) => w.mul(1)],
    ['one inside the other', (x, w) => checkpoint((y: Tensor) => y.mul(w).sin(), x.mul(w)).mul(w)],
  ])('%s', (_, block) => compare(block))
})

test('a frozen parameter gets no gradient', () => {
  const w = new Parameter(tensor([2]), { requiresGrad: false })
  const x = tensor([3], { requiresGrad: true })
  checkpoint((x: Tensor) => x.mul(w).square(), x)
    .sum()
    .backward()
  expect(w.grad).toBeNull()
  expect(x.grad).not.toBeNull()
})

test('a function of several results gives several', async () => {
  const [a, b] = checkpoint((x: Tensor, y: Tensor) => [x.add(y), x.mul(y)] as const, tensor([2]), tensor([5]))
  expect([await a.array(), await b.array()]).toEqual([[7], [10]])
})

test('a result without a gradient has none outside', () => {
  const x = tensor([2], { requiresGrad: true })
  const [a, b] = checkpoint((x: Tensor) => [x.exp(), x.exp().detach()] as const, x)
  expect([a.requiresGrad, b.requiresGrad]).toEqual([true, false])
})

test('buffers assigned in the function are assigned once', async () => {
  const count = new Buffer(zeros([1]))
  const x = tensor([2], { requiresGrad: true })
  const y = checkpoint((x: Tensor) => {
    count.assign(count.add(x.sum()))
    return x.exp()
  }, x)
  y.sum().backward()
  expect(await x.grad!.array()).toEqual([Math.fround(Math.exp(2))])
  expect(await count.array()).toEqual([2])
})

test('a throw in the function leaves buffers as they were', async () => {
  const count = new Buffer(ones([1]))
  const throwing = (): Tensor => {
    count.assign(count.add(1))
    throw new Error('mine')
  }
  expect(() => checkpoint(throwing)).toThrow('mine')
  expect(await count.array()).toEqual([1])
})

test('what the function does not return cannot be read', async () => {
  let inner: Tensor | undefined
  checkpoint(
    (x: Tensor) => {
      inner = x.exp()
      return inner.mul(2)
    },
    tensor([1], { requiresGrad: true }),
  )
  await expect(inner!.array()).rejects.toThrow(
    'tensor: it was computed in a function that runs as a body of its own, such as that of checkpoint(); return it from there',
  )
})

test.each<[string, () => unknown, string]>([
  ['a promise', async () => tensor([1]), 'a function that returns a tensor, or several, got object'],
  ['nothing', () => undefined, 'a function that returns a tensor, or several, got undefined'],
])('refuses a function that returns %s', (_, fn, message) => {
  expect(() => checkpoint(fn as never, tensor([1]))).toThrow(`checkpoint: takes ${message}`)
})

test('the same block on the same shapes compiles nothing new', async () => {
  const w = new Parameter(tensor([2]))
  const run = (x: number) => checkpoint((t: Tensor) => t.mul(w).exp(), tensor([x], { requiresGrad: true }))
  const node = (y: Tensor) => y.value.node.attributes.id
  expect(node(run(1))).toBe(node(run(2)))
})

describe('memory', () => {
  const blocks = 6

  function gradientGraph(run: typeof plain): Graph {
    const layers = Array.from({ length: blocks }, () => Array.from({ length: 4 }, () => new Linear(8, 8)))
    const x = zeros([256, 8])
    const y = layers.reduce<Tensor>(
      (x, block) => run((x: Tensor) => block.reduce<Tensor>((y, layer) => layer.forward(y).tanh(), x!), x),
      x,
    )
    const parameters = layers.flat().flatMap((layer) => layer.parameters().map((p) => p.value))
    const loss = y.square().sum().value
    const outputs = [loss, ...(gradientsOf([loss], parameters) as (typeof loss)[])]
    return expand(buildGraph(capture(outputs)), reference().capabilities.composites).graph
  }

  /** The most bytes of computed values alive at once, when nodes run in order and values die with their last reader. */
  function peakBytes({ nodes, values, outputs }: Graph): number {
    const last = new Map<number, number>()
    for (const [i, node] of nodes.entries()) for (const input of node.inputs) last.set(input, i)
    for (const output of outputs) last.set(output, nodes.length)
    let [live, peak] = [0, 0]
    const bytes = (id: number) => values[id]!.size * bytesPerElement(values[id]!.dtype)
    const made = new Set<number>()
    for (const [i, node] of nodes.entries()) {
      for (const output of node.outputs) {
        made.add(output)
        live += bytes(output)
      }
      peak = Math.max(peak, live)
      for (const id of new Set([...node.inputs, ...node.outputs])) {
        if (made.has(id) && (last.get(id) ?? i) === i) live -= bytes(id)
      }
    }
    return peak
  }

  test('intermediate results are computed again and not kept', () => {
    const [kept, recomputed] = [gradientGraph(plain), gradientGraph(checkpoint as typeof plain)]
    const count = (graph: Graph, name: string) => graph.nodes.filter(({ op }) => op.name === name).length
    expect(count(kept, 'tanh')).toBe(4 * blocks)
    expect(count(recomputed, 'tanh')).toBe(2 * 4 * blocks)
    expect(peakBytes(recomputed)).toBeLessThan(0.6 * peakBytes(kept))
  })
})
