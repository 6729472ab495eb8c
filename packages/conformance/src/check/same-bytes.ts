import type { DType, HostArray } from '@voltaic/core'
import { bytesPerElement, type Shape } from '@voltaic/core/graph'
import { ConformanceFailure } from '../suite/case.ts'
import { check, expectEqual } from './expect.ts'

/** Expects the same array type, length and bits. */
export function expectSameBytes(got: HostArray, expected: HostArray, dtype: DType, shape: Shape): void {
  const details = { dtype, shapes: [`${dtype}[${shape.join(', ')}]`] }
  expectEqual(`array type of ${dtype}`, got.constructor.name, expected.constructor.name)
  check(got.length === expected.length, `${dtype}: ${expected.length} elements became ${got.length}`, details)
  const bytes = (data: HostArray) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const [a, b] = [bytes(got), bytes(expected)]
  const at = a.findIndex((byte, i) => byte !== b[i])
  if (at === -1) return
  const element = Math.floor(at / bytesPerElement(dtype))
  throw new ConformanceFailure(`round trip of ${dtype}: element ${element} came back with other bits`, {
    ...details,
    expected: expected[element],
    got: got[element],
  })
}
