import { type SaveSafetensorsOptions, saveSafetensors, stateDictOf } from '../checkpoint/state-file.ts'
import type { StateDict } from '../nn/state-dict.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { readWhole } from './read-whole.ts'
import { writeAtomically } from './write-atomically.ts'

/**
 * Writes a state dict, or any tensors by name, to a safetensors file. A file of that name is replaced, and only once the new
 * one is whole.
 *
 * @param metadata - default `{ format: 'pt' }`
 * @throws the system's own error (`EACCES` …) when the file cannot be written
 */
export async function writeSafetensors(
  path: string | URL,
  tensors: ReadonlyMap<string, Tensor>,
  options: SaveSafetensorsOptions = {},
): Promise<void> {
  await writeAtomically(path, [await saveSafetensors(tensors, options)])
}

/**
 * The tensors in a safetensors file, for `loadStateDict`: one that Voltaic or any other library wrote.
 *
 * @throws DataError when it is truncated or malformed, or holds what no dtype here does
 * @throws the system's own error (`ENOENT` …) when it cannot be read
 */
export async function readSafetensors(path: string | URL): Promise<StateDict> {
  return stateDictOf(await readWhole(path), `readSafetensors: ${path}`)
}
