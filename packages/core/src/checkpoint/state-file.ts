import type { HostTensor } from '../graph/host-tensor.ts'
import type { StateDict } from '../nn/state-dict.ts'
import { read } from '../tensor/flush.ts'
import { hostValue } from '../tensor/host-data.ts'
import { Tensor } from '../tensor/tensor.ts'
import { decodeSafetensors } from './decode-safetensors.ts'
import { encodeSafetensors } from './encode-safetensors.ts'

export interface SaveSafetensorsOptions {
  /** Texts by name. Default `{ format: 'pt' }`: names and layouts are PyTorch's, and some readers ask for it. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * A state dict, or any tensors by name, as the bytes of a safetensors file.
 *
 * @throws MisconfigurationError when a tensor is named `__metadata__`
 */
export async function saveSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  { metadata = { format: 'pt' } }: SaveSafetensorsOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const names = [...tensors.keys()]
  const onHost = await downloadAll([...tensors.values()])
  return encodeSafetensors({ tensors: new Map(names.map((name, i) => [name, onHost[i]!])), metadata })
}

/**
 * The tensors in a safetensors file, for `loadStateDict`. int64 and int16 become int32, uint64 becomes uint32.
 *
 * @throws DataError when the file is truncated or malformed, or holds what no dtype here does
 */
export function loadSafetensors(bytes: Uint8Array): StateDict {
  return stateDictOf(bytes, 'loadSafetensors')
}

/** The same for others, whom errors name. */
export function stateDictOf(bytes: Uint8Array, who: string): StateDict {
  const { tensors } = decodeSafetensors(bytes, who)
  return new Map(Array.from(tensors, ([name, host]) => [name, new Tensor(hostValue(host))]))
}

/** Tensors on the host, in one read. */
export async function downloadAll(tensors: readonly Tensor[]): Promise<HostTensor[]> {
  const data = await read(tensors.map(({ value }) => value))
  return tensors.map(({ shape, dtype }, i) => ({ data: data[i]!, shape, dtype }))
}
