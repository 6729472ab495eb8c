import type { HostTensor } from '../graph/host-tensor.ts'

/**
 * What a safetensors file holds: tensors by name and, if its author wished, texts by name. No code and no references: a reader
 * runs nothing that the file's author wrote.
 *
 * Source of the format: https://github.com/huggingface/safetensors#format
 */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** The entry of the header that holds the metadata; no tensor has this name. */
export const metadataEntry = '__metadata__'

/** The header stands behind its own length, a little-endian uint64. */
export const prefixBytes = 8

/** What other readers accept at most, as bytes of the header. */
export const maxHeaderBytes = 100_000_000

/** What the header says of one tensor. */
export interface TensorEntry {
  readonly dtype: string
  readonly shape: readonly number[]
  /** First byte and the one behind the last, counted from the end of the header. */
  readonly data_offsets: readonly [begin: number, end: number]
}
