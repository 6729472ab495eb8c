import { parseIdx } from '../data/idx.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import { readBytes } from './read-bytes.ts'

/**
 * The tensor in an IDX file (the format of MNIST), plain or gzip-compressed.
 *
 * @throws DataError when it is no IDX file, truncated or damaged
 * @throws the system's own error (`ENOENT` …) when the file cannot be read
 */
export async function readIdx(path: string | URL): Promise<HostTensor> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readBytes('readIdx', path)) chunks.push(chunk)
  return parseIdx(Buffer.concat(chunks), `readIdx: ${path}`)
}
