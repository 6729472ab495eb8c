import { describe, expect, test } from 'vitest'
import { stopGradient } from '../../src/graph/alias.ts'
import { add, broadcastTo, literal, maxPool, mul, neg, randomBits, sort, sub } from '../../src/graph/build.ts'
import { type BuiltGraph, buildGraph } from '../../src/graph/build-graph.ts'
import { type CaptureOptions, capture } from '../../src/graph/capture.ts'
import { type Graph, makersOf, packScalars, readersOf, readScalar } from '../../src/graph/graph.ts'
import { numberValue, scalarValue } from '../../src/graph/record.ts'
import type { Value } from '../../src/graph/value.ts'
import { leaf } from '../support/host-tensors.ts'

const vector = () => leaf([1, 2, 3])

function build(outputs: Value[], options?: CaptureOptions, promoted?: ReadonlySet<number>): BuiltGraph {
  return buildGraph(capture(outputs, options), promoted)
}

const opNames = ({ nodes }: Graph) => nodes.map((node) => node.op.name)

test('values are inputs, then scalars, then the outputs of nodes in order', () => {
  const [x, y, lr] = [vector(), vector(), scalarValue(0.1)]
  const { graph, positions } = build([sub(x, mul(y, lr))])
  expect(graph.inputCount).toBe(2)
  expect(graph.scalars).toEqual([{ dtype: 'float32', id: 2, offset: 0 }])
  expect(graph.nodes.map(({ op, inputs, outputs }) => [op.name, inputs, outputs])).toEqual([
    ['mul', [1, 2], [3]],
    ['sub', [0, 3], [4]],
  ])
  expect(graph.outputs).toEqual([4])
  expect(positions).toEqual([0])
  expect(graph.values.map(({ shape }) => shape)).toEqual([[3], [3], [], [3], [3]])
})

describe('common subexpressions', () => {
  test('become one node, and so does what is built on them', () => {
    const [x, y] = [vector(), vector()]
    const { graph } = build([add(neg(mul(x, y)), neg(mul(x, y)))])
    expect(opNames(graph)).toEqual(['mul', 'neg', 'add'])
    expect(graph.nodes[2]!.inputs).toEqual([3, 3])
  })

  test('keep the order of operands and differing attributes apart', () => {
    const [x, y] = [vector(), vector()]
    expect(opNames(build([sub(x, y), sub(y, x)]).graph)).toEqual(['sub', 'sub'])
    expect(opNames(build([sort(x, 0, true)[0], sort(x, 0, false)[0]]).graph)).toEqual(['sort', 'sort'])
  })

  test('as outputs share one place', () => {
    const x = vector()
    const { graph, positions } = build([neg(x), add(x, x), neg(x)])
    expect(graph.outputs).toHaveLength(2)
    expect(positions).toEqual([0, 1, 0])
  })

  test('of nodes with several outputs, and of random bits', () => {
    const x = leaf([1, 2], [1, 1, 2])
    const pool = () => maxPool(x, { kernel: [2], stride: [2], padding: [[0, 0]] })
    expect(opNames(build([pool()[0], pool()[1]]).graph)).toEqual(['maxPool'])
    const words = [1, 2, 3, 4].map((word) => scalarValue(word, 'uint32')) as never
    expect(opNames(build([add(randomBits(words, [2]), randomBits(words, [2]))]).graph)).toEqual(['randomBits', 'add'])
  })

  test('are found behind aliases', () => {
    const x = vector()
    expect(opNames(build([mul(neg(stopGradient(x)), stopGradient(neg(x)))]).graph)).toEqual(['neg', 'mul'])
  })
})

test('an output whose sister is realised is computed, and the sister read as an input', () => {
  const [values, indices] = maxPool(leaf([1, 2], [1, 1, 2]), { kernel: [2], stride: [2], padding: [[0, 0]] })
  values.storage = { spec: values.spec }
  const { graph } = build([indices, neg(values)])
  const [pool, negation] = graph.nodes
  expect(graph.outputs).toEqual([pool!.outputs[1], negation!.outputs[0]])
  expect(negation!.inputs).toEqual([1])
})

describe('numbers of the user', () => {
  const record = () => {
    const [two, three] = [numberValue(2), numberValue(3, 'int32')]
    return [mul(vector(), two), mul(leaf([1], [1], 'int32'), three)]
  }

  test('are literals, equal ones one', () => {
    const { graph } = build([...record(), neg(literal(2, 'float32'))])
    expect(opNames(graph)).toEqual(['literal', 'literal', 'mul', 'mul', 'neg'])
    expect(graph.nodes.map(({ attributes }) => attributes).slice(0, 2)).toEqual([
      { value: 2, dtype: 'float32' },
      { value: 3, dtype: 'int32' },
    ])
    expect(graph.scalars).toEqual([])
  })

  test('are runtime scalars once promoted, behind the others', () => {
    const lr = scalarValue(0.1)
    const { graph } = build([...record(), neg(lr)], undefined, new Set([1]))
    expect(opNames(graph)).toEqual(['literal', 'mul', 'mul', 'neg'])
    expect(graph.scalars.map(({ dtype }) => dtype)).toEqual(['float32', 'int32'])
  })
})

test('donated inputs are named by their place', () => {
  const [x, y, z] = [vector(), vector(), vector()]
  const { graph } = build([add(add(x, y), z)], { donates: (leaf) => leaf === x || leaf === z })
  expect(graph.donated).toEqual([0, 2])
})

test('the block of scalars is aligned, and reads back what was written', () => {
  const dtypes = ['float32', 'float64', 'bool', 'int32', 'float16', 'uint32', 'uint8'] as const
  const { graph } = build(dtypes.map((dtype) => broadcastTo(scalarValue(0, dtype), [1])))
  expect(graph.scalars.map(({ offset }) => offset)).toEqual([0, 8, 16, 20, 24, 28, 32])
  expect(graph.scalarBytes).toBe(40)
  const values = [1.5, 0.1, 1, -7, 0.25, 2 ** 32 - 1, 200]
  const block = new DataView(packScalars(graph, values))
  expect(graph.scalars.map((scalar) => readScalar(block, scalar))).toEqual(values)
})

test('readers and makers of each value', () => {
  const x = vector()
  const y = neg(x)
  const { graph } = build([mul(y, y), add(x, y)])
  expect(makersOf(graph)).toEqual([-1, 0, 1, 2])
  expect(readersOf(graph)).toEqual([[0, 2], [1, 2], [], []])
})
