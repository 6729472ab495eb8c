/** A tensor as the independent reader sees it: bytes, and what the header says of them. */
export interface RawTensor {
  readonly dtype: string
  readonly shape: number[]
  readonly bytes: Uint8Array
  /** Where the bytes begin in the file. */
  readonly offset: number
}

/** A reader of safetensors written from the format's description alone: it shares no line with the one under test. */
export function readIndependently(file: Uint8Array): { metadata: unknown; tensors: Map<string, RawTensor> } {
  let headerBytes = 0
  for (let i = 7; i >= 0; i--) headerBytes = headerBytes * 256 + file[i]!
  const { __metadata__: metadata, ...header } = JSON.parse(String.fromCharCode(...file.subarray(8, 8 + headerBytes)))
  const tensors = new Map<string, RawTensor>()
  for (const name in header) {
    const { dtype, shape, data_offsets: offsets } = header[name]
    const offset = 8 + headerBytes + offsets[0]
    tensors.set(name, {
      dtype,
      shape,
      offset,
      bytes: Uint8Array.from(file.subarray(offset, 8 + headerBytes + offsets[1])),
    })
  }
  return { metadata, tensors }
}
