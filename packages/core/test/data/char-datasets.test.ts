import { describe, expect, test } from 'vitest'
import { charDatasets } from '../../src/data/char-datasets.ts'
import { CharVocabulary } from '../../src/data/char-vocabulary.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { TokenWindows } from '../../src/data/token-windows.ts'
import { DataError, OutOfRangeError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { collect } from './collect.ts'

describe('a CharVocabulary', () => {
  // Python: sorted(set('hello, wörld 🌍\uffff'))
  const text = 'hello, wörld 🌍\uffff'
  const vocabulary = new CharVocabulary(text)

  test('has each character once, in the order of code points', () => {
    expect(vocabulary.characters).toEqual([' ', ',', 'd', 'e', 'h', 'l', 'o', 'r', 'w', 'ö', '\uffff', '🌍'])
    expect(vocabulary.size).toBe(12)
  })

  test('encodes, and decodes what it encoded', () => {
    expect(vocabulary.encode('eh🌍 ')).toEqual(Int32Array.of(3, 4, 11, 0))
    expect(vocabulary.decode(vocabulary.encode(text))).toBe(text)
    expect(vocabulary.decode([])).toBe('')
    expect(vocabulary.encode('')).toEqual(new Int32Array(0))
  })

  test('refuses a character that it lacks, naming its place', () => {
    expect(() => vocabulary.encode('🌍hex')).toThrow(DataError)
    expect(() => vocabulary.encode('🌍hex')).toThrow('CharVocabulary: no such character among 12, got "x" at 3')
  })

  test.each([-1, 12, 0.5, Number.NaN])('refuses the id %s', (id) => {
    expect(() => vocabulary.decode([0, id])).toThrow(OutOfRangeError)
  })

  test('of an empty text is refused', () => {
    expect(() => new CharVocabulary('')).toThrow(DataError)
  })
})

describe('TokenWindows', () => {
  const tokens = Int32Array.of(0, 10, 20, 30, 40, 50, 60)

  test.each([
    [
      { blockSize: 3 },
      [
        [0, 10, 20],
        [10, 20, 30],
        [20, 30, 40],
        [30, 40, 50],
      ],
    ],
    [
      { blockSize: 3, stride: 3 },
      [
        [0, 10, 20],
        [30, 40, 50],
      ],
    ],
    [
      { blockSize: 2, stride: 3 },
      [
        [0, 10],
        [30, 40],
      ],
    ],
    [{ blockSize: 6 }, [[0, 10, 20, 30, 40, 50]]],
    [{ blockSize: 1, stride: 10 }, [[0]]],
  ])('by %j are all that have a token after each of theirs', (options, expected) => {
    const windows = new TokenWindows(tokens, options)
    const all = Array.from({ length: windows.length }, (_, i) => windows.get(i))
    expect(all.map(({ input }) => [...input.data])).toEqual(expected)
    expect(all.map(({ target }) => [...target.data])).toEqual(expected.map((row) => row.map((token) => token + 10)))
  })

  test('are gathered as they are collated', async () => {
    const windows = new TokenWindows(tokens, { blockSize: 2 })
    const slow: Dataset<ReturnType<typeof windows.get>> = { length: windows.length, get: (index) => windows.get(index) }
    const options = { batchSize: 3, shuffle: true }
    const batches = await collect(new DataLoader(windows, options))
    expect(batches).toEqual(await collect(new DataLoader(slow, options)))
    expect(batches[0]!.input.shape).toEqual([3, 2])
    batches[0]!.input.data.fill(-1)
    expect(tokens[1]).toBe(10)
  })

  test('need one token more than a window has', () => {
    expect(() => new TokenWindows(tokens, { blockSize: 7 })).toThrow(DataError)
    expect(() => new TokenWindows(tokens, { blockSize: 7 })).toThrow('need 8, got 7; take a longer text')
    expect(() => new TokenWindows(new Int32Array(0), { blockSize: 1 })).toThrow(DataError)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuse the size %s', (size) => {
    expect(() => new TokenWindows(tokens, { blockSize: size })).toThrow(OutOfRangeError)
    expect(() => new TokenWindows(tokens, { blockSize: 1, stride: size })).toThrow(OutOfRangeError)
  })

  test.each([-1, 4, 0.5])('refuse the index %s', (index) => {
    const windows = new TokenWindows(tokens, { blockSize: 3 })
    expect(() => windows.get(index)).toThrow(OutOfRangeError)
    expect(() => windows.gather([0, index])).toThrow(OutOfRangeError)
  })
})

describe('charDatasets', () => {
  const text = 'abcdefghijklmnopqrst'

  test('holds out the last tenth, with its characters in the vocabulary', () => {
    const { vocabulary, train, heldOut } = charDatasets(text, { blockSize: 1 })
    expect(vocabulary.size).toBe(20)
    expect(vocabulary.decode(train.tokens)).toBe('abcdefghijklmnopqr')
    expect(vocabulary.decode(heldOut.tokens)).toBe('st')
    expect([train.length, heldOut.length]).toEqual([17, 1])
  })

  test('holds out as much as it is told, in windows side by side', () => {
    const { train, heldOut } = charDatasets(text, { blockSize: 4, stride: 2, heldOut: 0.5 })
    expect([train.tokens.length, train.stride, train.length]).toEqual([10, 2, 3])
    expect([heldOut.tokens.length, heldOut.stride, heldOut.length]).toEqual([10, 4, 2])
    expect(heldOut.get(1).input).toEqual(hostTensor(Int32Array.of(14, 15, 16, 17)))
  })

  test.each([0, 1, -0.1, Number.NaN])('refuses to hold out %s', (heldOut) => {
    expect(() => charDatasets(text, { blockSize: 1, heldOut })).toThrow(OutOfRangeError)
  })

  test('a text too short for its windows is refused', () => {
    expect(() => charDatasets(text, { blockSize: 3 })).toThrow('need 4, got 2')
    expect(() => charDatasets('', { blockSize: 3 })).toThrow(DataError)
  })
})
