import { expect, test } from 'vitest'
import { crc32c } from '../../src/util/crc32c.ts'

const ascii = (text: string) => new TextEncoder().encode(text)

// RFC 3720, appendix B.4, and the check value "123456789" that catalogues of CRCs give.
test.each([
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 incrementing bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 decrementing bytes', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['the nine digits', ascii('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(), 0],
])('the published checksum of %s', (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum)
})

test('an iSCSI command, as the RFC prints it', () => {
  const command = new Uint8Array(48)
  command.set([0x01, 0xc0])
  command[16] = 0x14
  command.set([0x00, 0x00, 0x04, 0x00], 20)
  command[27] = 0x14
  command[31] = 0x18
  command[32] = 0x28
  command[40] = 0x02
  expect(crc32c(command)).toBe(0xd9963a56)
})

test('the checksum of parts, one after the other, is that of the whole', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 37)
  for (const cut of [0, 1, 7, 8, 50, 99, 100]) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes))
  }
})
