import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Writes a file so that at every moment, also when the process is killed or the power fails, there is under its name either
 * what was there before or all of `parts`: they go to another file in the same folder, which takes the name once it is on the
 * disk. Folders that are missing are made.
 *
 * @throws the system's own error (`ENOSPC` …); nothing is left behind then
 */
export async function writeAtomically(path: string | URL, parts: readonly Uint8Array[]): Promise<void> {
  const target = typeof path === 'string' ? path : fileURLToPath(path)
  const folder = dirname(target)
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${basename(target)}.${crypto.randomUUID()}${temporarySuffix}`)
  try {
    await writeSynced(temporary, parts)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** How the names of files end that are being written, or that a killed process left. */
export const temporarySuffix = '.tmp'

async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    for (const part of parts) await writeAll(handle, part)
    // The name must not be on the disk before the content is.
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle, part: Uint8Array): Promise<void> {
  for (let at = 0; at < part.length; ) {
    // A system writes at most 2 GiB at once, and may write less.
    const { bytesWritten } = await handle.write(part, at, Math.min(part.length - at, 2 ** 30))
    at += bytesWritten
  }
}

/** A rename is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its file system orders a rename by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
