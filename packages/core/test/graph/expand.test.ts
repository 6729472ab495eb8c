import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { stopGradient } from '../../src/graph/alias.ts'
import { add, div, exp, literalLike, mul, neg, sub } from '../../src/graph/build.ts'
import { type BuiltGraph, buildGraph, expand } from '../../src/graph/build-graph.ts'
import { type CaptureOptions, capture } from '../../src/graph/capture.ts'
import { defineComposite } from '../../src/graph/composite.ts'
import type { Graph } from '../../src/graph/graph.ts'
import type { None } from '../../src/graph/primitives.ts'
import { numberValue, record, recording, recordOne, scalarValue } from '../../src/graph/record.ts'
import type { Node, Value } from '../../src/graph/value.ts'
import { leaf } from '../support/host-tensors.ts'
import { numbers, runValues } from '../support/run-values.ts'

const square = defineComposite<None>({ name: 'square', decompose: ([x]) => [mul(x!, x!)] })

const scaledSquare = defineComposite<{ readonly factor: number }>({
  name: 'scaledSquare',
  decompose: ([x], { factor }) => [mul(recordOne(square, [x!], {}), literalLike(x!, factor))],
})

/** Hands its first input through, the second behind an alias, and the sum as a third. */
const through = defineComposite<None>({
  name: 'through',
  decompose: ([x, y]) => [x!, stopGradient(y!), add(x!, y!)],
})

const first = defineComposite<None>({ name: 'first', decompose: ([x]) => [neg(x!)] })

const none: ReadonlySet<string> = new Set()
const opNames = ({ nodes }: Graph) => nodes.map((node) => node.op.name)

function build(outputs: Value[], options?: CaptureOptions): BuiltGraph {
  return buildGraph(capture(outputs, options))
}

test('a graph without composites stays the very same', () => {
  const built = build([neg(leaf([1]))])
  expect(expand(built, none).graph).toBe(built.graph)
})

test('a composite infers the specs of its decomposition, and is one node', () => {
  const x = leaf([1, 2, 3])
  const y = recordOne(scaledSquare, [x], { factor: 3 })
  expect(y.spec).toBe(x.spec)
  expect(opNames(build([y]).graph)).toEqual(['scaledSquare'])
})

test('composites within composites are replaced to the last', async () => {
  const y = recordOne(scaledSquare, [leaf([1, 2, 3])], { factor: 3 })
  expect(opNames(expand(build([y]), none).graph)).toEqual(['mul', 'literal', 'mul'])
  expect(await numbers(y)).toEqual([3, 12, 27])
})

test('declared composites stay, at whatever depth', () => {
  const y = recordOne(scaledSquare, [leaf([1, 2, 3])], { factor: 3 })
  const built = build([y])
  expect(expand(built, new Set(['scaledSquare'])).graph).toBe(built.graph)
  expect(opNames(expand(built, new Set(['square'])).graph)).toEqual(['square', 'literal', 'mul'])
})

test('expansion finds common subexpressions across composites', () => {
  const x = leaf([1, 2, 3])
  const built = build([add(recordOne(square, [x], {}), mul(x, x))])
  expect(opNames(expand(built, none).graph)).toEqual(['mul', 'add'])
})

test('outputs that become one share a place', async () => {
  const x = leaf([1, 2, 3])
  const outputs = [mul(x, x), recordOne(square, [x], {}), neg(x)]
  const { graph, positions } = expand(build(outputs), none)
  expect(graph.outputs).toHaveLength(2)
  expect(positions).toEqual([0, 0, 1])
  const results = await runValues(outputs)
  expect(results.map(({ data }) => [...data])).toEqual([
    [1, 4, 9],
    [1, 4, 9],
    [-1, -2, -3],
  ])
})

describe('a decomposition that hands its inputs through', () => {
  const [x, y] = [leaf([1, 2]), leaf([10, 20])]

  test('gives copies, for outputs are buffers of their own', async () => {
    const outputs = record(through, [x, y], {})
    const { graph } = expand(build([...outputs]), none)
    for (const output of graph.outputs) expect(output).toBeGreaterThanOrEqual(graph.inputCount)
    const results = await runValues(outputs)
    expect(results.map(({ data }) => [...data])).toEqual([
      [1, 2],
      [10, 20],
      [11, 22],
    ])
  })

  test('costs nothing where another node reads them', () => {
    const [a, b] = record(through, [x, y], {})
    expect(opNames(expand(build([mul(a!, b!)]), none).graph)).toEqual(['mul'])
  })

  test('works on runtime scalars as well', async () => {
    const outputs = record(through, [scalarValue(3), scalarValue(4)], {})
    expect((await runValues(outputs)).map(({ data }) => data[0])).toEqual([3, 4, 7])
  })
})

test('inputs that the decomposition does not read stay inputs, and donations stay', () => {
  const [x, y, z] = [leaf([1]), leaf([2]), leaf([3])]
  const output = sub(z, recordOne(first, [x, y], {}))
  const built = build([output], { donates: (value) => value === y || value === z })
  const { graph } = expand(built, none)
  expect(built.graph.donated).toEqual([0, 2])
  expect(graph.donated).toEqual(built.graph.donated)
  expect(graph.inputCount).toBe(3)
  expect(opNames(graph)).toEqual(['neg', 'sub'])
  expect(graph.nodes[0]!.inputs).toEqual([1])
})

test('scalars keep their places, whatever the expansion makes of them', () => {
  const [a, b] = [scalarValue(1, 'float64'), scalarValue(2, 'float32')]
  const built = build([recordOne(first, [a, leaf([1], [1], 'float64')], {}), neg(b)])
  const { graph } = expand(built, none)
  expect(graph.scalars).toEqual(built.graph.scalars)
  expect(graph.scalarBytes).toBe(built.graph.scalarBytes)
})

test('a number of the user in a decomposition becomes a literal', async () => {
  const halved = defineComposite<None>({ name: 'halved', decompose: ([x]) => [mul(x!, numberValue(0.5))] })
  expect(await numbers(recordOne(halved, [leaf([4, 6])], {}))).toEqual([2, 3])
})

test('several outputs, each used on its own', async () => {
  const expAndInverse = defineComposite<None>({
    name: 'expAndInverse',
    decompose: ([x]) => {
      const y = exp(x!)
      return [y, div(literalLike(y, 1), y)]
    },
  })
  const [y, inverse] = record(expAndInverse, [leaf([0, 1], [2], 'float64')], {})
  expect(opNames(expand(build([y!]), none).graph)).toEqual(['exp'])
  expect(await numbers(mul(y!, inverse!), reference())).toEqual([1, 1])
})

test('tracing leaves no trace in the recording of the user', () => {
  const tape: Node[] = []
  recording.tape = tape
  try {
    const y = recordOne(scaledSquare, [leaf([1, 2, 3])], { factor: 5 })
    expand(build([y]), none)
    expect(recording).toMatchObject({ gradEnabled: true, captureOrigins: false })
    expect(recording.tape).toBe(tape)
    expect(tape.map((node) => node.op.name)).toEqual(['scaledSquare'])
  } finally {
    recording.tape = null
  }
})
