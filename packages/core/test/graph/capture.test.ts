import { describe, expect, test } from 'vitest'
import { ExpiredTensorError } from '../../src/errors/errors.ts'
import { resolveAlias, stopGradient } from '../../src/graph/alias.ts'
import { add, literal, matmul, maxPool, mul, neg, sum } from '../../src/graph/build.ts'
import { type CaptureOptions, capture } from '../../src/graph/capture.ts'
import { numberValue, scalarValue } from '../../src/graph/record.ts'
import type { Value } from '../../src/graph/value.ts'
import { leaf } from '../support/host-tensors.ts'

const vector = () => leaf([1, 2, 3])

function keyOf(outputs: Value[], options?: CaptureOptions): { key: number[]; hash: number } {
  const { key, hash } = capture(outputs, options)
  return { key: [...key], hash }
}

describe('what is captured', () => {
  test('nodes, inputs first, and leaves in the order found', () => {
    const [x, y] = [vector(), vector()]
    const product = mul(x, y)
    const output = add(product, x)
    const captured = capture([output])
    expect(captured.nodes).toEqual([product.node, output.node])
    expect(captured.inputs).toEqual([x, y])
    expect(captured.outputs).toEqual([output])
  })

  test('dead code is never visited', () => {
    const x = vector()
    const dead = neg(x)
    dead.expiry = () => 'nobody may ask for this'
    mul(dead, dead)
    expect(capture([add(x, x)]).nodes).toHaveLength(1)
  })

  test('a realised value is a leaf: what made it is not visited', () => {
    const x = vector()
    const middle = neg(x)
    middle.storage = { spec: middle.spec }
    const captured = capture([add(middle, middle)])
    expect(captured.inputs).toEqual([middle])
    expect(captured.nodes).toHaveLength(1)
  })

  test('one output of a node may be realised and the other not', () => {
    const [values, indices] = maxPool(leaf([1, 2], [1, 1, 2]), { kernel: [2], stride: [2], padding: [[0, 0]] })
    values.storage = { spec: values.spec }
    const captured = capture([indices, neg(values)])
    expect(captured.nodes.map((node) => node.op.name)).toEqual(['maxPool', 'neg'])
    expect(captured.inputs).toHaveLength(2)
  })

  test('runtime scalars and numbers of the user stay apart', () => {
    const [lr, two] = [scalarValue(0.1), numberValue(2)]
    const captured = capture([mul(mul(vector(), lr), two)])
    expect(captured.scalars).toEqual([lr])
    expect(captured.numbers).toEqual([two])
    expect(captured.inputs).toHaveLength(1)
  })

  test('aliases are no nodes', () => {
    const x = vector()
    const y = stopGradient(neg(stopGradient(x)))
    const captured = capture([mul(y, y)])
    expect(captured.nodes.map((node) => node.op.name)).toEqual(['neg', 'mul'])
    expect(captured.inputs).toEqual([x])
    expect(resolveAlias(stopGradient(stopGradient(x)))).toBe(x)
  })

  test('leaves that are named come first, used or not', () => {
    const [x, y, z] = [vector(), vector(), vector()]
    expect(capture([add(x, y)], { leaves: [z, y] }).inputs).toEqual([z, y, x])
  })

  test('a graph deeper than the call stack', () => {
    let x = vector()
    for (let i = 0; i < 100_000; i++) x = neg(x)
    expect(capture([x]).nodes).toHaveLength(100_000)
  })

  test('a key outgrows its first room', () => {
    const x = vector()
    let y = x
    for (let i = 0; i < 5000; i++) y = add(y, x)
    expect(keyOf([y])).toEqual(keyOf([y]))
  })
})

describe('equal structures have equal keys', () => {
  const record = (x: Value, y: Value): Value[] => {
    const product = mul(x, y)
    return [sum(product, [0]), add(product, literal(2, 'float32'))]
  }

  test('whatever was recorded around them, and whatever their leaves hold', () => {
    const first = keyOf(record(vector(), vector()))
    neg(mul(vector(), vector()))
    const x = leaf([7, 8, 9])
    const noise = neg(x)
    const second = keyOf(record(x, vector()))
    expect(second).toEqual(first)
    expect(noise.spec).toBe(x.spec)
  })

  test('whatever the values of scalars and numbers are', () => {
    const scaled = (number: Value) => keyOf([mul(vector(), number)])
    expect(scaled(scalarValue(1))).toEqual(scaled(scalarValue(2)))
    expect(scaled(numberValue(1))).toEqual(scaled(numberValue(2)))
    expect(scaled(scalarValue(1))).not.toEqual(scaled(numberValue(1)))
  })

  test('through aliases too', () => {
    const [x, y] = [vector(), vector()]
    expect(keyOf([neg(stopGradient(x))])).toEqual(keyOf([neg(y)]))
  })

  test('in realised intermediates and plain inputs', () => {
    const middle = neg(vector())
    middle.storage = { spec: middle.spec }
    expect(keyOf([neg(middle)])).toEqual(keyOf([neg(vector())]))
  })
})

describe('different structures have different keys', () => {
  const [x, y] = [vector(), vector()]
  const donates = (chosen: Value) => ({ donates: (value: Value) => value === chosen })
  const base = keyOf([sum(mul(x, y), [0])])
  const cases: [string, { key: number[] }][] = [
    ['another shape', keyOf([sum(mul(leaf([1, 2]), leaf([1, 2])), [0])])],
    ['another dtype', keyOf([sum(mul(leaf([1], [1], 'int32'), leaf([1], [1], 'int32')), [0])])],
    ['another op', keyOf([sum(add(x, y), [0])])],
    ['other attributes', keyOf([sum(mul(x, y), [0], true)])],
    ['other wiring', keyOf([sum(mul(x, x), [0])])],
    ['one more output', keyOf([sum(mul(x, y), [0]), neg(x)])],
    ['a donated input', keyOf([sum(mul(x, y), [0])], donates(x))],
    ['another donated input', keyOf([sum(mul(x, y), [0])], donates(y))],
    ['a scalar instead of an input', keyOf([sum(mul(x, scalarValue(1)), [0])])],
    ['an unused leaf', keyOf([sum(mul(x, y), [0])], { leaves: [x, y, vector()] })],
  ]
  test.each(cases)('%s', (_name, { key }) => {
    expect(key).not.toEqual(base.key)
  })

  test('all of them', () => {
    expect(new Set([base, ...cases.map(([, other]) => other)].map(({ key }) => key.join())).size).toBe(cases.length + 1)
  })

  test('the order of outputs', () => {
    const [p, q] = [neg(x), mul(x, x)]
    expect(keyOf([p, q]).key).not.toEqual(keyOf([q, p]).key)
    expect(keyOf([p, p]).key).not.toEqual(keyOf([p]).key)
  })

  test('which operand comes first', () => {
    const [p, q] = [leaf([1, 2, 3, 4], [2, 2]), leaf([1, 2, 3, 4], [2, 2])]
    const r = neg(p)
    expect(keyOf([matmul(r, q)]).key).not.toEqual(keyOf([matmul(q, r)]).key)
  })

  test('which output of a node', () => {
    const pool = (x: Value) => maxPool(x, { kernel: [1], stride: [1], padding: [[0, 0]] })
    const image = leaf([1, 2], [1, 1, 2])
    expect(keyOf([pool(image)[0]]).key).not.toEqual(keyOf([pool(image)[1]]).key)
  })
})

describe('a value that has expired', () => {
  test('is refused, with its reason', () => {
    const x = vector()
    const loss = neg(x)
    loss.expiry = () => 'loss: its step has ended; return it, log it or keep() it'
    const read = () => capture([mul(loss, loss)])
    expect(read).toThrow(ExpiredTensorError)
    expect(read).toThrow('loss: its step has ended; return it, log it or keep() it')
    expect(() => capture([loss])).toThrow(ExpiredTensorError)
    expect(() => capture([neg(stopGradient(loss))])).toThrow(ExpiredTensorError)
  })

  test('and the next capture is well', () => {
    const x = vector()
    expect(capture([add(x, x)]).nodes).toHaveLength(1)
  })
})
