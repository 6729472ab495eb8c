/*
 * The cyclic redundancy check of Castagnoli's polynomial (RFC 3720, appendix B.4), which TFRecord files and checkpoints carry.
 */

/** 0x1edc6f41 with its bits reversed: the lowest bit of a byte goes first. */
const polynomial = 0x82f63b78

/** Table `k` holds what a byte leaves behind after `k` more bytes of zero: eight bytes are looked up at once. */
const tables: readonly Uint32Array[] = makeTables()

function makeTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial
    return crc
  })
  const all = [first]
  while (all.length < 8) all.push(all.at(-1)!.map((crc) => (crc >>> 8) ^ first[crc & 0xff]!))
  return all
}

/**
 * CRC-32C of `bytes`, an unsigned 32-bit number.
 *
 * @param before - the checksum of what stands before `bytes`; default that of nothing
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  let crc = ~before
  let at = 0
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      t7[low & 0xff]! ^
      t6[(low >>> 8) & 0xff]! ^
      t5[(low >>> 16) & 0xff]! ^
      t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
