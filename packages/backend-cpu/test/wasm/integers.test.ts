import { describe, expect, test } from 'vitest'
import { i8x16, i16x8, i32, i32x4, i64, i64x2 } from '../../src/wasm/assembler/index.ts'
import { map, type Numbers, pairs } from './execute.ts'

// BigInt is the arbiter at every width: compute exactly, then wrap around.
const values = [
  0n,
  1n,
  2n,
  3n,
  7n,
  100n,
  255n,
  65535n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 63n,
  -1n,
  -2n,
  -100n,
  -128n,
  -(2n ** 40n),
]
const [x, y] = pairs(values)

const signed = {
  add: (a: bigint, b: bigint) => a + b,
  sub: (a: bigint, b: bigint) => a - b,
  mul: (a: bigint, b: bigint) => a * b,
  and: (a: bigint, b: bigint) => a & b,
  or: (a: bigint, b: bigint) => a | b,
  xor: (a: bigint, b: bigint) => a ^ b,
  minS: (a: bigint, b: bigint) => (a < b ? a : b),
  maxS: (a: bigint, b: bigint) => (a > b ? a : b),
}

const unsigned = {
  minU: (a: bigint, b: bigint) => (a < b ? a : b),
  maxU: (a: bigint, b: bigint) => (a > b ? a : b),
}

const divisions = { divS: true, remS: true, divU: false, remU: false }

const signedComparisons = {
  eq: (a: bigint, b: bigint) => a === b,
  ne: (a: bigint, b: bigint) => a !== b,
  ltS: (a: bigint, b: bigint) => a < b,
  gtS: (a: bigint, b: bigint) => a > b,
  leS: (a: bigint, b: bigint) => a <= b,
  geS: (a: bigint, b: bigint) => a >= b,
}

const unsignedComparisons = {
  ltU: signedComparisons.ltS,
  gtU: signedComparisons.gtS,
  leU: signedComparisons.leS,
  geU: signedComparisons.geS,
}

const kinds = [
  { name: 'i32', kind: i32, of: Int32Array, width: 32 },
  { name: 'i64', kind: i64, of: BigInt64Array, width: 64 },
  { name: 'i8x16', kind: i8x16, of: Int8Array, width: 8 },
  { name: 'i16x8', kind: i16x8, of: Int16Array, width: 16 },
  { name: 'i32x4', kind: i32x4, of: Int32Array, width: 32 },
  { name: 'i64x2', kind: i64x2, of: BigInt64Array, width: 64 },
]

describe.each(kinds)('$name', ({ name: kindName, kind: anyKind, of, width }) => {
  // i32 stands for all of them in the types; what a kind lacks is skipped by its absence.
  const kind = anyKind as unknown as typeof i32
  const other = anyKind as unknown as Record<string, (typeof i32)['add'] & (typeof i32)['clz']>
  const has = <Table extends object>(table: Table) =>
    Object.keys(table).filter((name) => name in kind) as (keyof Table & string)[]

  const asArray = (list: readonly bigint[]): Numbers => {
    if (of === BigInt64Array) return BigInt64Array.from(list)
    return (of as typeof Int32Array).from(list.map((value) => Number(BigInt.asIntN(width, value))))
  }
  const [a, b] = [asArray(x), asArray(y)] as [Int32Array, Int32Array]
  const asSigned = (value: bigint) => BigInt.asIntN(width, value)
  const asUnsigned = (value: bigint) => BigInt.asUintN(width, value)
  const expected = (read: (value: bigint) => bigint, op: (a: bigint, b: bigint) => bigint) => {
    return Array.from(asArray(x.map((each, at) => op(read(each), read(y[at]!)))) as Iterable<number | bigint>)
  }

  test.each(has(signed))('%s', (name) => {
    expect(map(kind, a, b, other[name]!)).toEqual(expected(asSigned, signed[name]))
  })

  test.each(has(unsigned))('%s', (name) => {
    expect(map(kind, a, b, other[name]!)).toEqual(expected(asUnsigned, unsigned[name]))
  })

  test.each(has(signedComparisons))('%s and select', (name) => {
    const chosen = map(kind, a, b, (p, q) => kind.select(kind[name](p, q), 2, q))
    expect(chosen).toEqual(expected(asSigned, (p, q) => (signedComparisons[name](p, q) ? 2n : q)))
  })

  test.each(has(unsignedComparisons))('%s and select', (name) => {
    const chosen = map(kind, a, b, (p, q) => kind.select(kind[name](p, q), 2, q))
    expect(chosen).toEqual(expected(asUnsigned, (p, q) => (unsignedComparisons[name](p, q) ? 2n : q)))
  })

  test('shifts take their amount modulo the width', () => {
    for (const amount of [0, 1, 5, width - 1, width + 2]) {
      const by = BigInt(amount % width)
      expect(map(kind, a, b, (p) => kind.shl(p, amount))).toEqual(expected(asSigned, (p) => p << by))
      expect(map(kind, a, b, (p) => kind.shrS(p, amount))).toEqual(expected(asSigned, (p) => p >> by))
      expect(map(kind, a, b, (p) => kind.shrU(p, amount))).toEqual(expected(asUnsigned, (p) => p >> by))
    }
  })

  test('loadSplat reads one number into every lane', () => {
    expect(map(kind, a, b, () => kind.loadSplat(0, 16 * of.BYTES_PER_ELEMENT))).toEqual(expected(asSigned, () => 1n))
  })

  test('a literal stands for every lane, written signed or unsigned', () => {
    const ones = 2n ** BigInt(width) - 1n
    expect(map(kind, a, b, (p) => kind.add(p, -1))).toEqual(expected(asSigned, (p) => p - 1n))
    expect(map(kind, a, b, (p) => kind.add(p, ones))).toEqual(expected(asSigned, (p) => p - 1n))
  })

  test('a literal that does not fit is refused', () => {
    expect(() => kind.literal(2n ** BigInt(width))).toThrow(`wasm: out of the range of ${width} bits`)
    expect(() => kind.literal(0.5)).toThrow('wasm: an integer takes a whole number, got 0.5')
  })

  if (kindName === 'i32' || kindName === 'i64') {
    test.each(['divS', 'divU', 'remS', 'remU'] as const)('%s', (name) => {
      const op = (p: bigint, q: bigint) => (name.startsWith('div') ? p / q : p % q)
      const read = divisions[name] ? asSigned : asUnsigned
      // Halved and odd, for the lowest integer by −1 and anything by 0 trap.
      const quotient = map(kind, a, b, (p, q) => kind[name](kind.shrS(p, 1), kind.or(q, 1)))
      expect(quotient).toEqual(expected(asSigned, (p, q) => op(read(p >> 1n), read(q | 1n))))
    })

    test('rotations', () => {
      const rotate = (p: bigint, by: bigint) => (p << by) | (p >> (BigInt(width) - by))
      expect(map(kind, a, b, (p) => kind.rotl(p, 13))).toEqual(expected(asUnsigned, (p) => rotate(p, 13n)))
      expect(map(kind, a, b, (p) => kind.rotr(p, 13))).toEqual(
        expected(asUnsigned, (p) => rotate(p, BigInt(width) - 13n)),
      )
    })

    test('counts of bits', () => {
      const bits = (p: bigint) => asUnsigned(p).toString(2).padStart(width, '0')
      const until = (at: number) => BigInt(at < 0 ? width : at)
      const reversed = (p: bigint) => [...bits(p)].reverse().join('')
      expect(map(kind, a, b, (p) => kind.clz(p))).toEqual(expected(asSigned, (p) => until(bits(p).indexOf('1'))))
      expect(map(kind, a, b, (p) => kind.ctz(p))).toEqual(expected(asSigned, (p) => until(reversed(p).indexOf('1'))))
      const ones = (p: bigint) => BigInt(bits(p).replaceAll('0', '').length)
      expect(map(kind, a, b, (p) => kind.popcnt(p))).toEqual(expected(asSigned, ones))
    })

    test('sign extension and eqz', () => {
      expect(map(kind, a, b, (p) => kind.extend8S(p))).toEqual(expected(asSigned, (p) => BigInt.asIntN(8, p)))
      expect(map(kind, a, b, (p) => kind.extend16S(p))).toEqual(expected(asSigned, (p) => BigInt.asIntN(16, p)))
      const zeros = map(kind, a, b, (p) => kind.select(kind.eqz(p), 1, 0))
      expect(zeros).toEqual(expected(asSigned, (p) => (p === 0n ? 1n : 0n)))
    })
  } else {
    const vector = anyKind as typeof i32x4

    test('abs and neg wrap around', () => {
      const asVector = anyKind as unknown as typeof i32
      const lanes = vector as unknown as Record<'abs' | 'neg', (typeof i32)['clz']>
      expect(map(asVector, a, b, (p) => lanes.abs(p))).toEqual(expected(asSigned, (p) => (p < 0n ? -p : p)))
      expect(map(asVector, a, b, (p) => lanes.neg(p))).toEqual(expected(asSigned, (p) => -p))
    })
  }
})

test('i64.extend32S', () => {
  const a = BigInt64Array.of(2n ** 31n, -1n, 2n ** 32n + 5n)
  expect(map(i64, a, a, (p) => i64.extend32S(p))).toEqual([-(2n ** 31n), -1n, 5n])
})
