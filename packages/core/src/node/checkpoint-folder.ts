import { access, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts'
import { writeAtomically } from './write-atomically.ts'

/**
 * A folder of checkpoints, for `ModelCheckpoint` and its like. It is made with its first file. A file is written beside the old
 * one, and takes its name once it is on the disk.
 */
export function checkpointFolder(path: string): CheckpointStore {
  const folder = resolve(path)
  const locate = (name: string) => join(folder, name)
  return {
    locate,
    write: (name, parts) => writeAtomically(locate(name), parts),
    has: (name) =>
      access(locate(name)).then(
        () => true,
        () => false,
      ),
    remove: (name) => rm(locate(name), { force: true }),
  }
}
