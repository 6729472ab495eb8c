/** From the Skein hash function, which Threefry is derived from. */
const parity = 0x1bd11bda

/**
 * Threefry-2x32 with 20 rounds: the random 64 bits that belong to a key and a counter, as two uint32.
 *
 * Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011. Arguments are taken modulo 2³².
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  let a = key0 | 0
  let b = key1 | 0
  let c = a ^ b ^ parity
  let x0 = (counter0 + a) | 0
  let x1 = (counter1 + b) | 0
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, odd ? 13 : 17) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, odd ? 15 : 29) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, odd ? 26 : 16) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, odd ? 6 : 24) ^ x0

    x0 = (x0 + b) | 0
    x1 = (x1 + c + group) | 0
    const first = a
    a = b
    b = c
    c = first
  }
  return [x0 >>> 0, x1 >>> 0]
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits))
}
