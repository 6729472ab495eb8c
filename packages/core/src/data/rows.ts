import { hostArray } from '../graph/dtype.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import { sizeOf } from '../graph/shape.ts'

/** Below this many elements a plain loop copies a row faster than `set` on a view of it. */
const shortRow = 32

/** Row `index` of a tensor `[n, ...shape]`: a view of shape `shape` on the same memory. */
export function rowOf(tensor: HostTensor, index: number): HostTensor {
  const shape = tensor.shape.slice(1)
  const size = sizeOf(shape)
  return { data: tensor.data.subarray(index * size, (index + 1) * size), shape, dtype: tensor.dtype }
}

/** The rows at `indices` of a tensor `[n, ...shape]`, copied into a new one: `[indices.length, ...shape]`. */
export function gatherRows(tensor: HostTensor, indices: readonly number[]): HostTensor {
  const rowShape = tensor.shape.slice(1)
  const size = sizeOf(rowShape)
  const source = tensor.data
  const data = hostArray(tensor.dtype, indices.length * size)
  let to = 0
  for (const index of indices) {
    const from = index * size
    if (size > shortRow) data.set(source.subarray(from, from + size), to)
    else for (let i = 0; i < size; i++) data[to + i] = source[from + i]!
    to += size
  }
  return { data, shape: [indices.length, ...rowShape], dtype: tensor.dtype }
}
