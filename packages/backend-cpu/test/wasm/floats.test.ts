import { describe, expect, test } from 'vitest'
import { f32, f32x4, f64, f64x2 } from '../../src/wasm/assembler/index.ts'
import { map, pairs } from './execute.ts'

const values = [0, -0, 1, -1, 0.5, -1.5, 2.5, 1e-40, 3.4e38, -7.25, Infinity, -Infinity, NaN, 1 / 3, 16777217, -1e30]
const [x, y] = pairs(values)

/** To the nearest integer, halves to the even one. */
function nearest(value: number): number {
  return Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value)
}

const unary = {
  abs: Math.abs,
  neg: (a: number) => -a,
  sqrt: Math.sqrt,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest,
}

const binary = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  min: Math.min,
  max: Math.max,
}

const comparisons = {
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  lt: (a: number, b: number) => a < b,
  gt: (a: number, b: number) => a > b,
  le: (a: number, b: number) => a <= b,
  ge: (a: number, b: number) => a >= b,
}

type Name<Table> = keyof Table & string
const names = <Table extends object>(table: Table) => Object.keys(table) as Name<Table>[]

// Rounding a double result to single is exact IEEE single arithmetic for these operations.
const kinds = [
  { name: 'f32', kind: f32, of: Float32Array },
  { name: 'f32x4', kind: f32x4, of: Float32Array },
  { name: 'f64', kind: f64, of: Float64Array },
  { name: 'f64x2', kind: f64x2, of: Float64Array },
] as const

describe.each(kinds)('$name', ({ kind: anyKind, of }) => {
  // The four kinds differ in type only where conditions are concerned.
  const kind = anyKind as unknown as typeof f32
  const [a, b] = [Float32Array.from(x), Float32Array.from(y)].map((array) => of.from(array)) as [
    Float32Array,
    Float32Array,
  ]
  const expected = (op: (a: number, b: number) => number) => Array.from(a.map((each, at) => op(each, b[at]!)))

  test.each(names(unary))('%s', (name) => {
    expect(map(kind, a, b, (each) => kind[name](each))).toEqual(expected(unary[name]))
  })

  test.each(names(binary))('%s', (name) => {
    expect(map(kind, a, b, kind[name])).toEqual(expected(binary[name]))
  })

  test.each(names(comparisons))('%s and select', (name) => {
    const chosen = map(kind, a, b, (p, q) => kind.select(kind[name](p, q), 2, q))
    expect(chosen).toEqual(expected((p, q) => (comparisons[name](p, q) ? 2 : q)))
  })

  test('masks combine', () => {
    const { and, or, not } = kind.masks
    const chosen = map(kind, a, b, (p, q) => {
      return kind.select(and(not(kind.lt(p, 0)), or(kind.gt(q, 1), kind.eq(p, q))), 1, 0)
    })
    expect(chosen).toEqual(expected((p, q) => (!(p < 0) && (q > 1 || p === q) ? 1 : 0)))
  })

  test('a literal stands for every lane', () => {
    expect(map(kind, a, b, (p) => kind.mul(p, 0.1))).toEqual(expected((p) => p * of.of(0.1)[0]!))
  })

  test('loadSplat reads one number into every lane', () => {
    expect(map(kind, a, b, () => kind.loadSplat(0, 2 * of.BYTES_PER_ELEMENT))).toEqual(expected(() => 1 * a[2]!))
  })
})

const lanes = [
  { name: 'f32x4', kind: f32x4, of: Float32Array },
  { name: 'f64x2', kind: f64x2, of: Float64Array },
] as const

describe.each(lanes)('$name', ({ kind, of }) => {
  const [a, b] = [of.from(x), of.from(y)] as [Float32Array, Float32Array]
  const expected = (op: (a: number, b: number) => number) => Array.from(a.map((each, at) => op(each, b[at]!)))

  test('pmin and pmax keep the first operand unless the second is beyond it', () => {
    expect(map(kind, a, b, kind.pmin)).toEqual(expected((p, q) => [p, q][Number(q < p)]!))
    expect(map(kind, a, b, kind.pmax)).toEqual(expected((p, q) => [p, q][Number(p < q)]!))
  })
})

test.each([
  { name: 'f32', kind: f32 as unknown as typeof f64, of: Float32Array },
  { name: 'f64', kind: f64, of: Float64Array },
])('$name.copysign', ({ kind, of }) => {
  const a = of.from([1, -1, 0, -0, 5, -7])
  const b = of.from([-0, 0, -3, 3, -Infinity, 2])
  expect(map(kind, a, b, kind.copysign)).toEqual([-1, 1, -0, 0, -5, 7])
})
