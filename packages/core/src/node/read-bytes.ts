import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DataError } from '../errors/errors.ts'

const chunkSize = 2 ** 20

/**
 * The content of a file in chunks, decompressed when it begins as gzip does, whatever its name.
 *
 * @param who - the caller, named in errors
 * @throws DataError when the compressed data is truncated or damaged
 * @throws the system's own error (`ENOENT` …) when the file cannot be read
 */
export async function* readBytes(who: string, path: string | URL): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(path)
  try {
    const gzip = await beginsAsGzip(handle)
    const file = handle.createReadStream({ start: 0, highWaterMark: chunkSize, autoClose: false })
    // The callback is what keeps an error from being thrown twice: the loop below throws it.
    yield* gzip ? pipeline(file, createGunzip({ chunkSize }), () => {}) : file
  } catch (error) {
    throw isZlibError(error) ? damaged(who, path, error) : error
  } finally {
    await handle.close()
  }
}

async function beginsAsGzip(handle: FileHandle): Promise<boolean> {
  const { buffer } = await handle.read({ buffer: new Uint8Array(2), position: 0 })
  return buffer[0] === 0x1f && buffer[1] === 0x8b
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

function damaged(who: string, path: string | URL, error: Error): DataError {
  return new DataError(`${who}: ${path} is truncated or damaged, got gzip's error "${error.message}"; fetch it again`)
}
