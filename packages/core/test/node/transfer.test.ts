import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { sendable } from '../../src/node/transfer.ts'

/** What arrives at the other end of a channel. */
function send(batch: unknown): unknown {
  const { port1, port2 } = new MessageChannel()
  const { value, transfer } = sendable(batch)
  port1.postMessage(value, [...transfer])
  const { message } = receiveMessageOnPort(port2) as { readonly message: unknown }
  port1.close()
  return message
}

describe('sendable', () => {
  test('moves typed arrays without a copy', () => {
    const image = hostTensor(Float32Array.of(1, 2), [1, 2])
    const label = Int32Array.of(3)
    expect(send({ image, rest: [label, 'x', 1, true, null, undefined] })).toEqual({
      image: hostTensor(Float32Array.of(1, 2), [1, 2]),
      rest: [Int32Array.of(3), 'x', 1, true, null, undefined],
    })
    expect([image.data.length, label.length]).toEqual([0, 0])
  })

  test('moves memory that is in a batch twice, and only once', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4)
    const words = new Uint16Array(bytes.buffer)
    expect(send([bytes, words, bytes])).toEqual([
      Uint8Array.of(1, 2, 3, 4),
      Uint16Array.of(513, 1027),
      Uint8Array.of(1, 2, 3, 4),
    ])
  })

  test.each([
    ['a part of a buffer', new Uint8Array(100).fill(1, 10, 12).subarray(10, 12)],
    ['a Buffer of Node, which shares a pool', Buffer.from([1, 1])],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(2)).fill(1)],
  ])('copies %s, and leaves what is there', (_, view) => {
    const received = send(view) as Uint8Array
    expect(received).toEqual(Uint8Array.of(1, 1))
    expect(received.buffer.byteLength).toBe(2)
    expect([...view]).toEqual([1, 1])
  })

  test('leaves to the clone what it can do', () => {
    const batch = { at: new Date(0), ids: new Map([[1, new Set(['a'])]]), signed: Int8Array.of(-1) }
    expect(send(batch)).toEqual(batch)
  })

  test.each([
    ['an instance', new (class Box {})(), 'got an object of class Box in it'],
    ['a function', () => {}, 'got a function in it'],
    ['a symbol', Symbol('x'), 'got a symbol in it'],
  ])('refuses %s, which would not arrive as what it is', (_, value, message) => {
    expect(() => sendable([{ value }])).toThrow(DataError)
    expect(() => sendable([{ value }])).toThrow(
      `DataLoader: a batch cannot be sent between threads, ${message}; collate`,
    )
  })
})
