/** Collects the bytes of a WebAssembly binary, with the number encodings that the format knows. */
export class ByteWriter {
  readonly #bytes: number[] = []

  /** The bytes written so far. */
  get length(): number {
    return this.#bytes.length
  }

  /** One byte. */
  byte(value: number): void {
    this.#bytes.push(value & 0xff)
  }

  /** All of `values`, as they are. */
  bytes(values: Iterable<number>): void {
    for (const value of values) this.#bytes.push(value)
  }

  /** An unsigned 32-bit LEB128: counts, indices, offsets. */
  u32(value: number): void {
    let rest = value >>> 0
    while (rest > 127) {
      this.byte(rest | 128)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** A signed 32-bit LEB128: the operand of `i32.const`. */
  s32(value: number): void {
    let rest = value | 0
    while (rest < -64 || rest > 63) {
      this.byte(rest | 128)
      rest >>= 7
    }
    this.byte(rest & 127)
  }

  /** A signed 64-bit LEB128: the operand of `i64.const`. */
  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value)
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 127n) | 128)
      rest >>= 7n
    }
    this.byte(Number(rest & 127n))
  }

  /** A length and the UTF-8 of `value`: names of imports and exports. */
  name(value: string): void {
    this.sized(new TextEncoder().encode(value))
  }

  /** A length and then the bytes: sections, function bodies, data. */
  sized(values: Uint8Array): void {
    this.u32(values.length)
    this.bytes(values)
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }
}
