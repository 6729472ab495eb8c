import { OutOfRangeError } from '@voltaic/core'

const VARINT = 0
const LENGTH_DELIMITED = 2
const FIXED32 = 5

const UINT32_SPAN = 2 ** 32
// Protocol buffers parsers, ONNX Runtime's among them, refuse a message of 2 GiB.
const MAX_BYTES = 2 ** 31 - 1

/**
 * Writes the wire format of protocol buffers into one growing buffer.
 *
 * Every call writes a field, also where the value is zero or empty: ONNX is a proto2 schema, in which a dimension of
 * 0 or an omitted optional input (`''`) differs from an absent one.
 *
 * Source: https://protobuf.dev/programming-guides/encoding
 */
export class ProtoWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024)
  #view: DataView = new DataView(this.#bytes.buffer)
  #length = 0

  /**
   * An `int32`, `int64` or enum field.
   *
   * @throws OutOfRangeError when `value` is not a safe integer
   */
  int(field: number, value: number): void {
    this.#tag(field, VARINT)
    this.#varint(value)
  }

  /** A `float` field: `value` is rounded to float32. */
  float(field: number, value: number): void {
    this.#tag(field, FIXED32)
    this.#float32(value)
  }

  /** A `string` field, or a `bytes` field that holds UTF-8. */
  string(field: number, value: string): void {
    this.message(field, () => this.#utf8(value))
  }

  /** A `bytes` field; the bytes are copied. */
  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, LENGTH_DELIMITED)
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** A repeated integer field, packed. */
  ints(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#varint(value)
    })
  }

  /** A repeated `float` field, packed. */
  floats(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#float32(value)
    })
  }

  /** A nested message: the fields that `write` writes. */
  message(field: number, write: () => void): void {
    this.#tag(field, LENGTH_DELIMITED)
    const start = this.#length
    write()
    const length = this.#length - start
    // The length stands before the body, and its own width depends on it: the body moves up to make room.
    this.#reserve(10)
    this.#bytes.copyWithin(start + varintBytes(length), start, this.#length)
    this.#length = start
    this.#varint(length)
    this.#length += length
  }

  /** A copy of what was written so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType)
  }

  /** A 64-bit two's complement varint; numbers in two halves are several times faster than BigInt. */
  #varint(value: number): void {
    if (!Number.isSafeInteger(value)) {
      throw new OutOfRangeError(`onnx: not an integer that can be encoded, got ${value}; use a safe integer`)
    }
    this.#reserve(10)
    let low = value >>> 0
    let high = Math.floor(value / UINT32_SPAN) >>> 0
    while (high !== 0 || low > 127) {
      this.#bytes[this.#length++] = (low & 127) | 128
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.#bytes[this.#length++] = low
  }

  #utf8(value: string): void {
    this.#reserve(3 * value.length)
    // Nearly all names are ASCII and short, for which a call of TextEncoder costs more than the copy.
    const start = this.#length
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at)
      if (unit > 127) {
        this.#length = start + new TextEncoder().encodeInto(value, this.#bytes.subarray(start)).written
        return
      }
      this.#bytes[this.#length++] = unit
    }
  }

  #float32(value: number): void {
    this.#reserve(4)
    this.#view.setFloat32(this.#length, value, true)
    this.#length += 4
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra
    if (needed <= this.#bytes.length) return
    if (needed > MAX_BYTES) {
      throw new OutOfRangeError(`onnx: a model is limited to ${MAX_BYTES} bytes, got ${needed}; pass weights as inputs`)
    }
    const grown = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, 2 * this.#bytes.length)))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** The width of a non-negative integer below 2³¹. */
function varintBytes(value: number): number {
  let width = 1
  for (let rest = value >>> 7; rest !== 0; rest >>>= 7) width += 1
  return width
}
