import { expect, test } from 'vitest'
import { fileVersionEvent } from '../../../src/loggers/tensorboard/events.ts'
import { maskedCrc32c, tfRecord } from '../../../src/loggers/tensorboard/tf-record.ts'

const latin = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))

// Checksums of real event files, as they stand in the tests of TensorBoard's own reader (tensorboard/data/server).
test('the masked checksum is the one that TensorFlow writes', () => {
  expect(maskedCrc32c(latin('\x1a\x11CRC test, one two'))).toBe(0x5794d08a)
  expect(maskedCrc32c(latin('\x18\0\0\0\0\0\0\0'))).toBe(0x224b7fa3)
})

test('the record that begins a file is, byte for byte, the one of a real file', () => {
  const wallTime = new DataView(latin('\x00\x00\x80\x38\x99\xd6\xd7\x41').buffer).getFloat64(0, true)
  expect([...tfRecord(fileVersionEvent(wallTime))]).toEqual([
    ...latin('\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22'),
    ...latin('\x09\x00\x00\x80\x38\x99\xd6\xd7\x41\x1a\x0dbrain.Event:2'),
    ...latin('\x12\x4b\x36\xab'),
  ])
})
