import { describe, expect, test } from 'vitest'
import { DataLoader } from '../../src/data/data-loader.ts'
import { DataError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { collect } from './collect.ts'

class Countdown {
  readonly opened: string[] = []

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    this.opened.push('open')
    try {
      for (let i = 3; i > 0; i--) yield i
    } finally {
      this.opened.push('closed')
    }
  }
}

async function* letters(): AsyncGenerator<string> {
  yield* ['a', 'b', 'c']
}

function characters(): TransformStream<Uint8Array, string> {
  return new TransformStream({
    transform: (bytes, controller) => {
      for (const byte of bytes) controller.enqueue(String.fromCharCode(byte))
    },
  })
}

describe('a DataLoader over an iterable', () => {
  test('batches what an async source gives, each epoch anew', async () => {
    const loader = new DataLoader(new Countdown(), { batchSize: 2 })
    const expected = [hostTensor(Float32Array.of(3, 2)), hostTensor(Float32Array.of(1))]
    expect(await collect(loader)).toEqual(expected)
    expect(await collect(loader)).toEqual(expected)
    expect(loader.length).toBeUndefined()
  })

  test('knows its number of batches when the source knows its length', () => {
    const source = { length: 7, *[Symbol.iterator]() {} }
    expect(new DataLoader(source, { batchSize: 2 }).length).toBe(4)
    expect(new DataLoader(source, { batchSize: 2, dropLast: true }).length).toBe(3)
  })

  test('a web stream is a source', async () => {
    const stream = new Blob(['xy']).stream()
    const [batch] = await collect(new DataLoader(stream as unknown as AsyncIterable<Uint8Array>))
    expect(batch).toEqual(hostTensor(Uint8Array.of(120, 121), [1, 2]))
  })

  test('iterations side by side each open the source', async () => {
    const source = new Countdown()
    const loader = new DataLoader(source)
    const [first, second] = [loader[Symbol.asyncIterator](), loader[Symbol.asyncIterator]()]
    await first.next()
    expect((await second.next()).value).toEqual(hostTensor(Float32Array.of(3)))
    expect((await first.next()).value).toEqual(hostTensor(Float32Array.of(2)))
    expect(source.opened).toEqual(['open', 'open'])
  })

  test('leaving the loop closes the source', async () => {
    const source = new Countdown()
    for await (const _ of new DataLoader(source)) break
    expect(source.opened).toEqual(['open', 'closed'])
  })

  test('is entered in mid-epoch by reading and dropping', async () => {
    const loader = new DataLoader(new Countdown(), { collate: ([x]) => x })
    expect(await collect(loader.batches(0, 2))).toEqual([1])
    expect(await collect(loader.batches(0, 5))).toEqual([])
  })

  test.each([
    ['an async generator', letters()],
    ['a generator', ['a', 'b', 'c'].values()],
    ['a web stream', new Blob(['abc']).stream().pipeThrough(characters()) as unknown as AsyncIterable<string>],
  ])('a second epoch over %s is an error, not an empty epoch', async (_, source) => {
    const loader = new DataLoader(source, { batchSize: 2 })
    expect(await collect(loader)).toEqual([['a', 'b'], ['c']])
    await expect(collect(loader)).rejects.toThrow(DataError)
  })

  test.each([
    ['an empty source', new Set<number>()],
    ['a source smaller than a batch, which is dropped', new Set([1, 2])],
  ])('%s has no batches', async (_, source) => {
    expect(await collect(new DataLoader(source, { batchSize: 3, dropLast: true }))).toEqual([])
  })

  test('an error of collate reaches the loop, and closes the source', async () => {
    const source = new Countdown()
    const collate = () => Promise.reject(new Error('no room'))
    await expect(collect(new DataLoader(source, { collate }))).rejects.toThrow('no room')
    expect(source.opened).toEqual(['open', 'closed'])
  })

  test('an error of the source reaches the loop', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1
      throw new Error('socket closed')
    }
    await expect(collect(new DataLoader(broken()))).rejects.toThrow('socket closed')
  })
})
