import { describe, expect, test } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { type FusedStep, type FuseOptions, fuse } from '../../src/graph/fuse.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { inputValue, scalarValue } from '../../src/graph/record.ts'
import type { Region } from '../../src/graph/region.ts'
import { type Shape, specOf } from '../../src/graph/spec.ts'
import type { Value } from '../../src/graph/value.ts'

const input = (shape: Shape): Value => inputValue({ spec: specOf('float32', shape) })

function fused(outputs: readonly Value[], options?: FuseOptions): { graph: Graph; steps: FusedStep[] } {
  const { graph } = buildGraph(capture(outputs))
  const all = graph.nodes.map((_, i) => i)
  return { graph, steps: fuse(graph, all, new Set(graph.outputs), options) }
}

const regionsOf = (steps: readonly FusedStep[]): Region[] =>
  steps.flatMap((step) => (step.kind === 'region' ? [step.region] : []))

const opsOf = (region: Region) => region.program.map(({ op }) => op)

describe('regions', () => {
  test('elementwise nodes of one shape become one program, literals its constants', () => {
    const x = input([4, 5])
    const { steps } = fused([g.mul(g.exp(x), g.add(x, g.literal(2, 'float32')))])
    expect(steps).toHaveLength(1)
    const [region] = regionsOf(steps)
    expect(region!.program).toEqual([
      { op: 'load', dtype: 'float32', input: 0 },
      { op: 'exp', dtype: 'float32', args: [0] },
      { op: 'literal', dtype: 'float32', value: 2 },
      { op: 'add', dtype: 'float32', args: [0, 2] },
      { op: 'mul', dtype: 'float32', args: [1, 3] },
    ])
    expect(region!.outputs).toHaveLength(1)
  })

  test('an operand that broadcasts is read with strides of 0', () => {
    const { steps } = fused([g.add(input([4, 5]), g.broadcastTo(g.reshape(input([4]), [4, 1]), [4, 5]))])
    expect(steps).toHaveLength(1)
    expect(regionsOf(steps)[0]!.inputs.map(({ strides }) => strides)).toEqual([
      [5, 1],
      [1, 0],
    ])
  })

  test('movement becomes strides and offsets', () => {
    const x = input([4, 6])
    const { steps } = fused([g.neg(g.flip(g.permute(g.slice(x, [1, 0], [4, 6], [1, 2]), [1, 0]), [0]))])
    expect(regionsOf(steps).map(({ inputs }) => inputs)).toEqual([[{ value: 0, strides: [-2, 6], offset: 6 + 4 }]])
  })

  test('an iota becomes the number of its axis', () => {
    const { steps } = fused([g.add(g.permute(g.iota([3, 2], 0, 'float32'), [1, 0]), input([2, 3]))])
    expect(regionsOf(steps)[0]!.program[0]).toEqual({ op: 'index', dtype: 'float32', strides: [0, 1], offset: 0 })
  })

  test('reductions over the same axes end the region of what they reduce', () => {
    const x = input([4, 5])
    const y = g.exp(x)
    const { steps } = fused([y, g.sum(y, [1]), g.max(y, [1]), g.sum(y, [0])])
    const [first, second] = regionsOf(steps)
    expect(first!.reductions.map(({ op }) => op)).toEqual(['sum', 'max'])
    expect(first!.reducedAxes).toEqual([1])
    expect(opsOf(second!)).toEqual(['load'])
    expect(second!.reducedAxes).toEqual([0])
  })

  test('what a reduction gives is read by a region after it', () => {
    const x = input([4, 5])
    const y = g.exp(x)
    const { steps } = fused([g.div(y, g.sum(y, [1], true))])
    expect(regionsOf(steps).map(opsOf)).toEqual([
      ['load', 'exp'],
      ['load', 'load', 'div'],
    ])
  })

  test('a path that leaves and returns keeps nodes apart', () => {
    const x = input([4, 4])
    const y = g.exp(x)
    const { steps } = fused([g.add(y, g.matmul(y, y))])
    expect(steps.map(({ kind }) => kind)).toEqual(['region', 'node', 'region'])
  })

  test('what waits for a reduction is left to the region that waits with it', () => {
    const [old, gradient] = [input([8]), input([8])]
    const isWrong = g.less(g.literal(0, 'float32'), g.sum(g.cast(g.isNan(gradient), 'float32'), [0]))
    const update = g.sub(old, g.mul(g.exp(gradient), g.literal(0.1, 'float32')))
    const { steps } = fused([g.where(isWrong, old, update)])
    expect(regionsOf(steps).map((region) => opsOf(region).filter((op) => op !== 'load' && op !== 'literal'))).toEqual([
      ['isNan', 'cast'],
      ['less'],
      ['exp', 'mul', 'sub', 'where'],
    ])
  })

  test('a limit of operands keeps regions small', () => {
    const xs = Array.from({ length: 6 }, () => input([8]))
    const total = xs.reduce((a, b) => g.add(a, b))
    expect(fused([total]).steps).toHaveLength(1)
    for (const region of regionsOf(fused([total], { maxOperands: 4 }).steps)) {
      expect(region.inputs.length + region.outputs.length).toBeLessThanOrEqual(4)
    }
  })

  test('literals and runtime scalars do not count among what a region may read', () => {
    const [x, scalars] = [input([8]), [1, 2, 3].map((value) => scalarValue(value))]
    const total = [...scalars, g.literal(2, 'float32')].reduce((sum, value) => g.mul(sum, value), x)
    expect(fused([total], { maxOperands: 2 }).steps).toHaveLength(1)
  })
})

describe('what others need', () => {
  test('a reshape shares the bytes of its operand', () => {
    const x = input([4, 6])
    const { graph, steps } = fused([g.reshape(x, [24])])
    expect(steps).toEqual([{ kind: 'alias', value: graph.outputs[0], source: 0 }])
  })

  test('a permutation is copied once, and a reshape of it shares the copy', () => {
    const moved = g.permute(input([4, 6]), [1, 0])
    const { steps } = fused([moved, g.reshape(moved, [24])])
    expect(steps.map(({ kind }) => kind).sort()).toEqual(['alias', 'region'])
  })

  test('a literal is written out', () => {
    const { steps } = fused([g.broadcastTo(g.literal(3, 'float32'), [2, 2])])
    expect(regionsOf(steps).map(opsOf)).toEqual([['literal']])
  })

  test('what lies between the nodes of the list and others is an output', () => {
    const x = input([3])
    const y = g.exp(x)
    const { graph } = buildGraph(capture([g.neg(y)]))
    const [only] = regionsOf(fuse(graph, [0], new Set([graph.nodes[0]!.outputs[0]!])))
    expect(only!.outputs.map(({ value }) => value)).toEqual([graph.nodes[0]!.outputs[0]])
  })
})

test('the same graph gives the same steps', () => {
  const build = () => {
    const x = input([4, 5])
    const y = g.tanh(g.mul(x, x))
    return fused([g.sum(y, [0, 1]), g.permute(y, [1, 0]), g.div(y, g.sum(y, [1], true))]).steps
  }
  expect(build()).toEqual(build())
})
