import { expect, test } from 'vitest'
import { attributeTable, internAttributes } from '../../src/graph/attributes.ts'
import { literal } from '../../src/graph/build.ts'

const key = {}

test.each([
  [{ axis: 1 }, { axis: 1 }],
  [
    { axes: [0, 2], keepDims: true },
    { axes: [0, 2], keepDims: true },
  ],
  [
    {
      padding: [
        [1, 2],
        [3, 4],
      ],
    },
    {
      padding: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [{ value: Number.NaN }, { value: Number.NaN }],
  [{ body: key }, { body: key }],
  [{}, {}],
])('%j is one object however often it is made', (a, b) => {
  const table = attributeTable()
  expect(internAttributes(table, a)).toBe(internAttributes(table, b))
})

test.each([
  [{ value: 0 }, { value: -0 }],
  [{ value: Number.NaN }, { value: 0 }],
  [{ value: 1 }, { value: '1' }],
  [{ flag: true }, { flag: 1 }],
  [{ axes: [] }, { axes: [0] }],
  [{ axes: [1, 2] }, { axes: [2, 1] }],
  [{ axes: [0] }, { axes: [-0] }],
  [{ padding: [[1], [2, 3]] }, { padding: [[1, 2], [3]] }],
  [{ padding: [[1, 2]] }, { padding: [1, 2] }],
  [
    { a: [1], b: [] },
    { a: [], b: [1] },
  ],
  [{ body: key }, { body: {} }],
])('%j is not %j', (a, b) => {
  const table = attributeTable()
  expect(internAttributes<object>(table, a).id).not.toBe(internAttributes<object>(table, b).id)
})

test('each op has ids of its own', () => {
  const [a, b] = [attributeTable(), attributeTable()]
  expect(internAttributes(a, { axis: 1 }).id).not.toBe(internAttributes(b, { axis: 1 }).id)
})

test('interned values cannot be changed', () => {
  const values = { axis: 1 }
  const interned = internAttributes(attributeTable(), values)
  values.axis = 2
  expect(interned.values).toEqual({ axis: 1 })
  expect(Object.isFrozen(interned.values)).toBe(true)
})

test('a literal −0 is not a literal 0', () => {
  expect(literal(-0, 'float32').node.attributes).not.toBe(literal(0, 'float32').node.attributes)
  expect(literal(Number.NaN, 'float32').node.attributes).toBe(literal(Number.NaN, 'float32').node.attributes)
})
