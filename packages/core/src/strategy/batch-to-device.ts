import { type HostTensor, hostTensor, isHostArray, isHostTensor } from '../graph/host-tensor.ts'
import { batchTensor } from '../tensor/creation.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What a loader yields for a step that takes `Batch`: host tensors in the places of tensors. */
export type OnHost<Batch> = Batch extends Tensor
  ? HostTensor | Tensor
  : Batch extends readonly (infer Element)[]
    ? readonly OnHost<Element>[]
    : Batch extends object
      ? { readonly [K in keyof Batch]: OnHost<Batch[K]> }
      : Batch

/** `batch` with every host tensor and typed array in it as a tensor; everything else as it is. */
export function toTensors(batch: unknown): unknown {
  if (batch instanceof Tensor) return batch
  if (isHostTensor(batch)) return batchTensor(batch)
  if (isHostArray(batch)) return batchTensor(hostTensor(batch))
  if (Array.isArray(batch)) return batch.map(toTensors)
  if (isPlainObject(batch)) {
    return Object.fromEntries(Object.entries(batch).map(([key, value]) => [key, toTensors(value)]))
  }
  return batch
}

/** The first dimension of the first tensor in `batch`; 1 when there is none. */
export function batchSizeOf(batch: unknown): number {
  return firstDimension(batch) ?? 1
}

function firstDimension(batch: unknown): number | undefined {
  if (batch instanceof Tensor || isHostTensor(batch)) return batch.shape[0] ?? 1
  if (isHostArray(batch)) return batch.length
  if (typeof batch !== 'object' || batch === null) return undefined
  for (const value of Object.values(batch)) {
    const size = firstDimension(value)
    if (size !== undefined) return size
  }
  return undefined
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
