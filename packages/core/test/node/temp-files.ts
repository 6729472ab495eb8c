import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** Gives the tests of a file a folder of their own; the function returns its path. */
export function tempFolder(): () => string {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voltaic-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  return () => folder
}

/** Gives the tests of a file a folder of their own; the function writes a file there and returns its path. */
export function tempFiles(): (name: string, content: string | Uint8Array) => Promise<string> {
  const folder = tempFolder()
  return async (name, content) => {
    const path = join(folder(), name)
    await writeFile(path, content)
    return path
  }
}
