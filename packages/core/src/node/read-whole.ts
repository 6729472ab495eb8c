import { open } from 'node:fs/promises'

/** All bytes of a file, also of one beyond the 2 GiB that `readFile` takes. @throws the system's own error (`ENOENT` …) */
export async function readWhole(path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(size - at, 2 ** 30), at)
      // Someone cut it in the meantime: whoever parses it says so.
      if (bytesRead === 0) return bytes.slice(0, at)
      at += bytesRead
    }
    return bytes
  } finally {
    await handle.close()
  }
}
