import { describe, expect, expectTypeOf, test } from 'vitest'
import { defaultCollate } from '../../src/data/collate.ts'
import { DataError, DTypeError, ShapeError } from '../../src/errors/errors.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'

describe('defaultCollate', () => {
  test.each([
    ['numbers', [1, 2.5], hostTensor(Float32Array.of(1, 2.5))],
    ['booleans', [true, false], hostTensor(Uint8Array.of(1, 0), [2], 'bool')],
    ['strings', ['a', 'b'], ['a', 'b']],
    ['typed arrays', [Int32Array.of(1, 2), Int32Array.of(3, 4)], hostTensor(Int32Array.of(1, 2, 3, 4), [2, 2])],
    ['scalars', [hostTensor(Uint8Array.of(1), []), hostTensor(Uint8Array.of(2), [])], hostTensor(Uint8Array.of(1, 2))],
    [
      'host tensors',
      [hostTensor(Float64Array.of(1, 2), [2, 1]), hostTensor(Float64Array.of(3, 4), [2, 1])],
      hostTensor(Float64Array.of(1, 2, 3, 4), [2, 2, 1]),
    ],
    [
      'half bits',
      [hostTensor(Uint16Array.of(1), [1], 'float16'), hostTensor(Uint16Array.of(2), [1], 'float16')],
      hostTensor(Uint16Array.of(1, 2), [2, 1], 'float16'),
    ],
    ['empty rows', [new Float32Array(0), new Float32Array(0)], hostTensor(new Float32Array(0), [2, 0])],
    ['one sample', [Float32Array.of(7)], hostTensor(Float32Array.of(7), [1, 1])],
  ])('batches %s', (_, samples: unknown[], batch) => {
    expect(defaultCollate(samples)).toEqual(batch)
  })

  test('keeps the structure of arrays and objects', () => {
    const batch = defaultCollate([
      { pair: [Float32Array.of(1), 10] as [Float32Array, number], meta: { name: 'x', ok: true } },
      { pair: [Float32Array.of(2), 20] as [Float32Array, number], meta: { name: 'y', ok: false } },
    ])
    expect(batch).toEqual({
      pair: [hostTensor(Float32Array.of(1, 2), [2, 1]), hostTensor(Float32Array.of(10, 20))],
      meta: { name: ['x', 'y'], ok: hostTensor(Uint8Array.of(1, 0), [2], 'bool') },
    })
    expectTypeOf(batch).toEqualTypeOf<{ pair: [HostTensor, HostTensor]; meta: { name: string[]; ok: HostTensor } }>()
  })

  test('different shapes: an error that names the place and both shapes', () => {
    const samples = [
      { boxes: [{ xy: hostTensor(new Float32Array(4), [2, 2]) }] },
      { boxes: [{ xy: hostTensor(new Float32Array(6), [2, 3]) }] },
    ]
    expect(() => defaultCollate(samples)).toThrow(ShapeError)
    expect(() => defaultCollate(samples)).toThrow(
      'defaultCollate: the samples of a batch have different shapes at boxes[0].xy, got [2, 2] and [2, 3]; ' +
        'make them equal or pass a collate function',
    )
  })

  test.each([
    ['dtypes', [Float32Array.of(1), Int32Array.of(1)], DTypeError, 'different dtypes, got float32 and int32'],
    ['lengths', [[1], [1, 2]], ShapeError, 'different lengths, got 1 and 2'],
    ['keys', [{ a: 1 }, { b: 1 }], DataError, 'different keys, got a and b'],
    ['missing keys', [{ a: 1, b: 2 }, { a: 1 }], DataError, 'different keys, got a, b and a'],
    ['kinds', [1, 'one'], DataError, 'different kinds, got number and string'],
    ['null', [{ a: null }], DataError, 'a value that cannot be batched at a, got null'],
    ['a hole', [1, undefined], DataError, 'a value that cannot be batched, got undefined'],
    ['a date', [new Date(0)], DataError, 'got Date; pass a collate function'],
    ['signed bytes', [new Int8Array(1)], DataError, 'got Int8Array'],
    ['no samples', [], DataError, 'a batch needs at least one sample'],
  ])('refuses %s', (_, samples: unknown[], type, message) => {
    expect(() => defaultCollate(samples)).toThrow(type)
    expect(() => defaultCollate(samples)).toThrow(message)
  })
})
