import { ShapeError } from '@voltaic/core'
import { elementTypes } from './element-types.ts'
import type { OnnxTensor } from './model.ts'
import type { ProtoWriter } from './writer.ts'

/**
 * Writes the fields of a `TensorProto`; `name` for initializers, none for attributes.
 *
 * @throws ShapeError when the data does not fill the dimensions
 */
export function encodeTensor(writer: ProtoWriter, tensor: OnnxTensor, name?: string): void {
  const { elementType, dims, data } = tensor
  const { code, bytes } = elementTypes[elementType]
  const expected = dims.reduce((product, dim) => product * dim, bytes)
  if (data.byteLength !== expected) {
    throw new ShapeError(
      `onnx: a ${elementType} tensor of [${dims.join(', ')}] holds ${expected} bytes, got ${data.byteLength}; ` +
        'give it data of its size',
    )
  }
  writer.ints(1, dims)
  writer.int(2, code)
  if (name !== undefined) writer.string(8, name)
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

/**
 * An int64 tensor of rank 1: what Reshape, Slice, Expand and their kin take for shapes and axes.
 *
 * @throws RangeError when a value is not an integer
 */
export function int64Vector(values: readonly number[]): OnnxTensor {
  return { elementType: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) }
}
