import { joinBytes } from '../../util/join-bytes.ts'

/*
 * The wire format of protocol buffers, as much of it as event files need: a message is its fields, one behind the other.
 * Source: https://protobuf.dev/programming-guides/encoding
 */

const [varintType, fixed64Type, lengthType, fixed32Type] = [0, 1, 2, 5] as const

/** Fields or messages, one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts)
}

/** An integer or enum field, of a whole number ≥ 0; a boolean one, of 0 or 1. */
export function intField(field: number, value: number): Uint8Array {
  return joined(tag(field, varintType), varint(value))
}

/** A `double` field. */
export function doubleField(field: number, value: number): Uint8Array {
  return joined(tag(field, fixed64Type), new Uint8Array(Float64Array.of(value).buffer))
}

/** A `float` field. */
export function floatField(field: number, value: number): Uint8Array {
  return joined(tag(field, fixed32Type), new Uint8Array(Float32Array.of(value).buffer))
}

/** A `bytes` field, or one of a message whose fields are given. */
export function bytesField(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(...parts)
  return joined(tag(field, lengthType), varint(body.length), body)
}

/** A `string` field. */
export function textField(field: number, text: string): Uint8Array {
  return bytesField(field, new TextEncoder().encode(text))
}

/** A repeated `double` field, packed. */
export function doublesField(field: number, values: readonly number[]): Uint8Array {
  return bytesField(field, new Uint8Array(Float64Array.from(values).buffer))
}

function tag(field: number, wireType: number): Uint8Array {
  return varint(8 * field + wireType)
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
